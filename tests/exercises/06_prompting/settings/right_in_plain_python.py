"""Right: uses no tensors, keeps tokens until their total reaches top-p, and divides by that total."""

import math


def next_probabilities(logits, seen, penalty, temperature, top_p):
    changed = list(logits)
    for token in dict.fromkeys(seen):
        changed[token] *= penalty if changed[token] < 0 else 1 / penalty
    powers = [math.exp(value / temperature) for value in changed]
    shares = [power / sum(powers) for power in powers]
    kept, total = {}, 0.0
    for token in sorted(range(len(shares)), key=lambda token: -shares[token]):
        if total >= top_p:
            break
        kept[token] = shares[token]
        total += shares[token]
    return [kept.get(token, 0.0) / total for token in range(len(shares))]
