"""Right: no tensors; the two formulas of the lesson written out."""

import math


def predict(logits, names, several, threshold):
    if several:
        chosen = {name: 1 / (1 + math.exp(-logit)) for name, logit in zip(names, logits, strict=True)}
        return [
            [name, chosen[name]]
            for name in sorted(chosen, key=chosen.get, reverse=True)
            if chosen[name] > threshold
        ]
    total = sum(math.exp(logit) for logit in logits)
    best = max(range(len(names)), key=logits.__getitem__)
    return [[names[best], math.exp(logits[best]) / total]]
