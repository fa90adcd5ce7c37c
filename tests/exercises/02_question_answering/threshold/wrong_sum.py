"""Wrong: gives the sum of F1 in place of the mean."""


def choose_threshold(differences, spoken, silent):
    def score(threshold):
        rows = zip(differences, spoken, silent, strict=True)
        return sum(kept if difference > threshold else said for difference, said, kept in rows)

    best = max(sorted([-math.inf, *differences]), key=score)
    return best, score(best)
