"""Right: sorts the questions once and moves them, one group of equal differences at a time, from silent to spoken."""


def choose_threshold(differences, spoken, silent):
    total = sum(silent)
    best = (-math.inf, total)
    rows = sorted(zip(differences, spoken, silent, strict=True))
    for place, (difference, said, kept) in enumerate(rows):
        total += said - kept
        last_of_equals = place + 1 == len(rows) or rows[place + 1][0] > difference
        if last_of_equals and total > best[1]:
            best = (difference, total)
    return best[0], best[1] / len(rows)
