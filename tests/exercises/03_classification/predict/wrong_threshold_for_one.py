"""Wrong: lets the threshold reject the one label that the text must have."""


def predict(logits, names, several, threshold):
    values = torch.tensor(logits)
    probabilities = values.sigmoid() if several else values.softmax(dim=-1)
    pairs = sorted(zip(names, probabilities.tolist(), strict=True), key=lambda pair: -pair[1])
    pairs = [pair for pair in pairs if pair[1] > threshold]
    return pairs if several else pairs[:1]
