"""Wrong: takes the two sums for each other, so that recall and precision change places."""


def recall_precision(true, predicted, names):
    table = {}
    for name in names:
        hits = sum(a == b == name for a, b in zip(true, predicted, strict=True))
        columns = [side.count(name) for side in (predicted, true)]
        table[name] = tuple(hits / count if count else None for count in columns)
    return table
