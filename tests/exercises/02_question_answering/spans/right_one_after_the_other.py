"""Right: finds the best span, takes away all that overlap with it, and begins again."""


def best_spans(start, end, allowed, top_k, longest):
    left = [(first, last) for first in allowed for last in allowed if 0 <= last - first < longest]
    found = []
    while left and len(found) < top_k:
        best = min(left, key=lambda span: (-(start[span[0]] + end[span[1]]), span[0], span[1]))
        found.append(list(best))
        left = [span for span in left if span[1] < best[0] or span[0] > best[1]]
    return found
