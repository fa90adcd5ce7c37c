"""Wrong: gives 0 where there is nothing to divide by."""


def recall_precision(true, predicted, names):
    table = {}
    for name in names:
        hits = sum(a == b == name for a, b in zip(true, predicted, strict=True))
        table[name] = tuple(hits / max(side.count(name), 1) for side in (true, predicted))
    return table
