"""Right: groups the tokens by their word and cuts from the first offset to the last."""

from itertools import groupby


def cost_of_words(text, kind):
    encoded = by_kind[kind](text, return_offsets_mapping=True)
    tokens = zip(encoded.word_ids(), encoded["offset_mapping"], strict=True)
    found = []
    for number, group in groupby(tokens, key=lambda pair: pair[0]):
        offsets = [offset for _, offset in group]
        if number is not None:
            found.append([text[offsets[0][0] : offsets[-1][1]].strip(), len(offsets)])
    return found
