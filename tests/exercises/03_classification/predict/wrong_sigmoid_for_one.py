"""Wrong: uses sigmoid also where exactly one label is right; the label is the same, its probability is not."""


def predict(logits, names, several, threshold):
    probabilities = torch.tensor(logits).sigmoid().tolist()
    pairs = sorted(zip(names, probabilities, strict=True), key=lambda pair: -pair[1])
    return [pair for pair in pairs if pair[1] > threshold] if several else pairs[:1]
