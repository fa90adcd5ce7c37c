"""Wrong: takes a label whose probability equals the threshold, too."""


def predict(logits, names, several, threshold):
    values = torch.tensor(logits)
    if not several:
        best = values.argmax()
        return [(names[best], values.softmax(dim=-1)[best].item())]
    pairs = sorted(zip(names, values.sigmoid().tolist(), strict=True), key=lambda pair: -pair[1])
    return [pair for pair in pairs if pair[1] >= threshold]
