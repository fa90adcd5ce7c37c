"""Wrong: tries only the differences, and so always answers at least one question."""


def choose_threshold(differences, spoken, silent):
    def score(threshold):
        rows = zip(differences, spoken, silent, strict=True)
        return mean(kept if difference > threshold else said for difference, said, kept in rows)

    best = max(sorted(differences), key=score)
    return best, score(best)
