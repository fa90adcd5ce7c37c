"""Wrong: the label's sentence is the premise and the text the hypothesis."""


def by_entailment(text, labels, templates, several):
    hypotheses = [template.format(label) for label in labels for template in templates]
    logits = pair_logits(hypotheses, [text] * len(hypotheses))
    table = logits.reshape(len(labels), len(templates), -1).mean(dim=1)
    if several or len(labels) == 1:
        scores = table[:, [CONTRADICTION, ENTAILMENT]].softmax(dim=-1)[:, 1]
    else:
        scores = table[:, ENTAILMENT].softmax(dim=0)
    return dict(zip(labels, scores.tolist(), strict=True))
