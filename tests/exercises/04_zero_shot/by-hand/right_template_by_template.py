"""Right: one call for each template, and the sigmoid of a difference for labels by themselves."""


def by_entailment(text, labels, templates, several):
    total = 0
    for template in templates:
        total = total + pair_logits([text] * len(labels), [template.format(label) for label in labels])
    mean = total / len(templates)
    if several or len(labels) < 2:
        scores = torch.sigmoid(mean[:, ENTAILMENT] - mean[:, CONTRADICTION])
    else:
        scores = mean[:, ENTAILMENT].exp() / mean[:, ENTAILMENT].exp().sum()
    return {label: score.item() for label, score in zip(labels, scores, strict=True)}
