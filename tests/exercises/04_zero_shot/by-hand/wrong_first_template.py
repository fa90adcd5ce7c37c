"""Wrong: uses the first template only."""


def by_entailment(text, labels, templates, several):
    return scores_of(text, labels, hypothesis_template=templates[0], multi_label=several)
