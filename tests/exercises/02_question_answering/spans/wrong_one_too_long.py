"""Wrong: lets a span have one token more than allowed."""


def best_spans(start, end, allowed, top_k, longest):
    spans = [(first, last) for first in allowed for last in allowed if first <= last <= first + longest]
    found = []
    for first, last in sorted(spans, key=lambda span: (-start[span[0]] - end[span[1]], span)):
        if all(last < a or b < first for a, b in found):
            found.append((first, last))
    return found[:top_k]
