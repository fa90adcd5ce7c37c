"""Wrong: ignores `allowed` and searches the whole sequence."""


def best_spans(start, end, allowed, top_k, longest):
    places = range(len(start))
    spans = [(first, last) for first in places for last in places if first <= last < first + longest]
    found = []
    for first, last in sorted(spans, key=lambda span: (-start[span[0]] - end[span[1]], span)):
        if all(last < a or b < first for a, b in found):
            found.append((first, last))
    return found[:top_k]
