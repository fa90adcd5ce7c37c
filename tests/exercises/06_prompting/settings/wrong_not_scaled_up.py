"""Wrong: sets probabilities to 0 after the softmax and does not scale up the rest."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    row = torch.tensor(logits, dtype=torch.double)
    for token in set(seen):
        row[token] = row[token] / penalty if row[token] > 0 else row[token] * penalty
    row = row / temperature
    return torch.where(keep_top_p(row, top_p).isfinite(), row.softmax(-1), 0.0).tolist()
