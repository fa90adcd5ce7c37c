"""Wrong: divides by the number of all texts."""


def recall_precision(true, predicted, names):
    table = {}
    for name in names:
        hits = sum(a == b == name for a, b in zip(true, predicted, strict=True))
        table[name] = tuple(hits / len(true) if name in side else None for side in (true, predicted))
    return table
