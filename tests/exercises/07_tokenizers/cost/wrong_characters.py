"""Wrong: counts the characters of each word in place of its tokens."""


def cost_of_words(text, kind):
    encoded = by_kind[kind](text)
    numbers = dict.fromkeys(word for word in encoded.word_ids() if word is not None)
    spans = [encoded.word_to_chars(number) for number in numbers]
    return [(text[span.start : span.end].strip(), span.end - span.start) for span in spans]
