"""Wrong: withholds also where the difference equals the threshold."""


def choose_threshold(differences, spoken, silent):
    def score(threshold):
        rows = zip(differences, spoken, silent, strict=True)
        return mean(kept if difference >= threshold else said for difference, said, kept in rows)

    best = max(sorted([-math.inf, *differences]), key=score)
    return best, score(best)
