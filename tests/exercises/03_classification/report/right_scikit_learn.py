"""Right: asks scikit-learn for the numbers, with NaN where there is nothing to divide by."""


def recall_precision(true, predicted, names):
    from sklearn.metrics import precision_recall_fscore_support

    if not true:
        return {name: (None, None) for name in names}
    precision, recall, _, _ = precision_recall_fscore_support(
        true, predicted, labels=names, zero_division=float("nan")
    )
    pairs = zip(recall.tolist(), precision.tolist(), strict=True)
    return {name: tuple(None if x != x else x for x in pair) for name, pair in zip(names, pairs, strict=True)}
