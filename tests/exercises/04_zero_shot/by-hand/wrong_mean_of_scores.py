"""Wrong: averages the scores of the templates in place of the logits."""


def by_entailment(text, labels, templates, several):
    found = [scores_of(text, labels, hypothesis_template=form, multi_label=several) for form in templates]
    return {label: sum(scores[label] for scores in found) / len(found) for label in labels}
