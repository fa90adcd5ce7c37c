"""Wrong: draws the line at zero without looking."""


def choose_threshold(differences, spoken, silent):
    rows = zip(differences, spoken, silent, strict=True)
    return 0.0, mean(kept if difference > 0 else said for difference, said, kept in rows)
