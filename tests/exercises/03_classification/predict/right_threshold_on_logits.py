"""Right: sorts all labels first; a probability is larger than the threshold if the logit is larger than its logit."""


def predict(logits, names, several, threshold):
    falling, order = torch.tensor(logits, dtype=torch.float64).sort(descending=True)
    if not several:
        return [(names[order[0]], falling.softmax(dim=0)[0])]
    limit = torch.logit(torch.tensor(threshold, dtype=torch.float64))
    count = int((falling > limit).sum())
    return [(names[number], falling[place].sigmoid()) for place, number in enumerate(order[:count].tolist())]
