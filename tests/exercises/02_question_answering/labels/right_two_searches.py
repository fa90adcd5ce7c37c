"""Right: walks through the context's tokens from the front for the first, and from the back for the last."""


def label_span(question, context, answer):
    encoded = tokenizer(question, context, return_offsets_mapping=True)
    begin = context.find(answer)
    final = begin + len(answer) - 1
    places = inside(encoded)
    first = next(place for place in places if encoded["offset_mapping"][place][1] > begin)
    last = next(place for place in reversed(places) if encoded["offset_mapping"][place][0] <= final)
    return first, last
