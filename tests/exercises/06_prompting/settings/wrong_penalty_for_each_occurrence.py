"""Wrong: applies the penalty as often as the token stands in the text."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    row = torch.tensor(logits, dtype=torch.double)
    for token in seen:
        row[token] = row[token] / penalty if row[token] > 0 else row[token] * penalty
    return keep_top_p(row / temperature, top_p).softmax(-1).tolist()
