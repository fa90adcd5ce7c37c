"""Right: counts a confusion matrix first, and divides its diagonal by the sums of rows and columns."""


def recall_precision(true, predicted, names):
    matrix = torch.zeros(len(names), len(names))
    for one, other in zip(true, predicted, strict=True):
        matrix[names.index(one), names.index(other)] += 1
    recall, precision = matrix.diag() / matrix.sum(dim=1), matrix.diag() / matrix.sum(dim=0)
    pairs = zip(recall.tolist(), precision.tolist(), strict=True)
    return {name: [None if x != x else x for x in pair] for name, pair in zip(names, pairs, strict=True)}
