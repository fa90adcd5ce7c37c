"""Wrong: divides negative logits too, which makes their tokens more probable."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    row = torch.tensor(logits, dtype=torch.double)
    for token in set(seen):
        row[token] = row[token] / penalty
    return keep_top_p(row / temperature, top_p).softmax(-1).tolist()
