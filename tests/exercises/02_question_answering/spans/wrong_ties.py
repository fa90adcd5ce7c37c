"""Wrong: of spans with the same sum, prefers the one that starts last."""


def best_spans(start, end, allowed, top_k, longest):
    spans = [(start[a] + end[b], a, b) for a in allowed for b in allowed if a <= b < a + longest]
    found = []
    for _, first, last in sorted(spans, reverse=True):
        if all(last < a or b < first for a, b in found):
            found.append((first, last))
    return found[:top_k]
