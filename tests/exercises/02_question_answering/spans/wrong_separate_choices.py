"""Wrong: pairs the best starts with the best ends, as the naive choice does."""


def best_spans(start, end, allowed, top_k, longest):
    firsts = sorted(allowed, key=lambda place: -start[place])
    lasts = sorted(allowed, key=lambda place: -end[place])
    return list(zip(firsts, lasts, strict=True))[:top_k]
