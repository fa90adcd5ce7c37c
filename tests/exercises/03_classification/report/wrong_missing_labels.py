"""Wrong: leaves labels out that no text has."""


def recall_precision(true, predicted, names):
    table = {}
    for name in sorted(set(true)):
        hits = sum(a == b == name for a, b in zip(true, predicted, strict=True))
        given = predicted.count(name)
        table[name] = (hits / true.count(name), hits / given if given else None)
    return table
