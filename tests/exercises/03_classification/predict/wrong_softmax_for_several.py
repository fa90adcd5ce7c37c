"""Wrong: uses softmax for several labels too, so that labels that both hold push each other down."""


def predict(logits, names, several, threshold):
    probabilities = torch.tensor(logits).softmax(dim=-1).tolist()
    pairs = sorted(zip(names, probabilities, strict=True), key=lambda pair: -pair[1])
    return [pair for pair in pairs if pair[1] > threshold] if several else pairs[:1]
