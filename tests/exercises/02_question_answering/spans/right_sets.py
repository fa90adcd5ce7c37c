"""Right: keeps a set of used positions and two stable sorts in place of one key."""


def best_spans(start, end, allowed, top_k, longest):
    spans = sorted((first, last) for first in allowed for last in allowed if first <= last < first + longest)
    spans.sort(key=lambda span: start[span[0]] + end[span[1]], reverse=True)
    used, found = set(), []
    for first, last in spans:
        if used.isdisjoint(range(first, last + 1)) and len(found) < top_k:
            used.update(range(first, last + 1))
            found.append((first, last))
    return found
