"""Wrong: counts only tokens that lie wholly inside the answer."""


def label_span(question, context, answer):
    encoded = tokenizer(question, context, return_offsets_mapping=True)
    begin = context.index(answer)
    stop = begin + len(answer) - 1
    covered = [p for p in inside(encoded) if encoded["offset_mapping"][p][0] >= begin]
    return covered[0], max(p for p in inside(encoded) if encoded["offset_mapping"][p][1] <= stop)
