"""Wrong: forgets that special tokens have no word; asking for the word None raises a TypeError."""


def cost_of_words(text, kind):
    encoded = by_kind[kind](text)
    costs = Counter(encoded.word_ids())
    spans = [encoded.word_to_chars(word) for word in costs]
    return [
        (text[span.start : span.end].strip(), cost) for span, cost in zip(spans, costs.values(), strict=True)
    ]
