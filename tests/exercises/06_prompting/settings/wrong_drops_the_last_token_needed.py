"""Wrong: keeps tokens only while their total is at most top-p, so that the total is never reached."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    row = torch.tensor(logits, dtype=torch.double)
    for token in set(seen):
        row[token] = row[token] / penalty if row[token] > 0 else row[token] * penalty
    shares, order = (row / temperature).softmax(-1).sort(descending=True)
    kept = torch.zeros_like(shares)
    fits = shares.cumsum(-1) <= top_p
    fits[0] = True
    kept[order[fits]] = shares[fits]
    return (kept / kept.sum()).tolist()
