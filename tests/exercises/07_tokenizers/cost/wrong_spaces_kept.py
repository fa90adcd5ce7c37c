"""Wrong: leaves the space before the word, where the tokenizer counts it to the word."""


def cost_of_words(text, kind):
    encoded = by_kind[kind](text)
    costs = Counter(word for word in encoded.word_ids() if word is not None)
    spans = [encoded.word_to_chars(word) for word in costs]
    return [(text[span.start : span.end], cost) for span, cost in zip(spans, costs.values(), strict=True)]
