"""Wrong: falls back on the most probable label when none is over the threshold."""


def predict(logits, names, several, threshold):
    values = torch.tensor(logits)
    probabilities = values.sigmoid() if several else values.softmax(dim=-1)
    pairs = sorted(zip(names, probabilities.tolist(), strict=True), key=lambda pair: -pair[1])
    return ([pair for pair in pairs if pair[1] > threshold] if several else []) or pairs[:1]
