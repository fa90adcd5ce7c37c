"""Wrong: gives up both numbers where only one of them does not exist."""


def recall_precision(true, predicted, names):
    table = {}
    for name in names:
        hits = sum(a == b == name for a, b in zip(true, predicted, strict=True))
        if name in true and name in predicted:
            table[name] = (hits / true.count(name), hits / predicted.count(name))
        else:
            table[name] = (None, None)
    return table
