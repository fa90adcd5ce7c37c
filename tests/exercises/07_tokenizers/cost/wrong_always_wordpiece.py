"""Wrong: ignores `kind` and always asks the WordPiece tokenizer."""


def cost_of_words(text, kind):
    encoded = wordpiece(text)
    costs = Counter(word for word in encoded.word_ids() if word is not None)
    spans = [encoded.word_to_chars(word) for word in costs]
    return [
        (text[span.start : span.end].strip(), cost) for span, cost in zip(spans, costs.values(), strict=True)
    ]
