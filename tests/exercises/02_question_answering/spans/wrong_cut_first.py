"""Wrong: cuts the list to `top_k` before it looks for overlaps."""


def best_spans(start, end, allowed, top_k, longest):
    spans = [(first, last) for first in allowed for last in allowed if first <= last < first + longest]
    found = []
    for first, last in sorted(spans, key=lambda span: (-start[span[0]] - end[span[1]], span))[:top_k]:
        if all(last < a or b < first for a, b in found):
            found.append((first, last))
    return found
