"""Wrong: cuts with top-p before it divides by the temperature."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    row = torch.tensor(logits, dtype=torch.double)
    for token in set(seen):
        row[token] = row[token] / penalty if row[token] > 0 else row[token] * penalty
    return (keep_top_p(row, top_p) / temperature).softmax(-1).tolist()
