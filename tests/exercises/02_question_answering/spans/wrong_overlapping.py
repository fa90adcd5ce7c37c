"""Wrong: gives the best spans, whether they overlap or not."""


def best_spans(start, end, allowed, top_k, longest):
    spans = [(first, last) for first in allowed for last in allowed if first <= last < first + longest]
    return sorted(spans, key=lambda span: (-start[span[0]] - end[span[1]], span))[:top_k]
