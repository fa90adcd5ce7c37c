"""Wrong: decodes the tokens of a word, which come back in lower case."""


def cost_of_words(text, kind):
    encoded = by_kind[kind](text)
    groups = {}
    for token, number in zip(encoded["input_ids"], encoded.word_ids(), strict=True):
        if number is not None:
            groups.setdefault(number, []).append(token)
    return [(by_kind[kind].decode(ids).strip(), len(ids)) for ids in groups.values()]
