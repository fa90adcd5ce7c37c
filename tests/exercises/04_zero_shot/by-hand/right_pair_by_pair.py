"""Right: reads one pair after the other, without the lesson's function, and computes with plain numbers."""

import math


def by_entailment(text, labels, templates, several):
    entailment, contradiction = {}, {}
    for label in labels:
        rows = []
        for template in templates:
            encoded = tokenizer(text, template.format(label), return_tensors="pt").to(device)
            rows.append(model(**encoded).logits[0].float().tolist())
        entailment[label] = sum(row[ENTAILMENT] for row in rows) / len(rows)
        contradiction[label] = sum(row[CONTRADICTION] for row in rows) / len(rows)
    if several or len(labels) == 1:
        return {label: 1 / (1 + math.exp(contradiction[label] - entailment[label])) for label in labels}
    total = sum(math.exp(value) for value in entailment.values())
    return {label: math.exp(value) / total for label, value in entailment.items()}
