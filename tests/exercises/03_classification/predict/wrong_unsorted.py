"""Wrong: gives the labels in the order of `names`, not the most probable first."""


def predict(logits, names, several, threshold):
    values = torch.tensor(logits)
    if not several:
        best = values.argmax()
        return [(names[best], values.softmax(dim=-1)[best].item())]
    pairs = zip(names, values.sigmoid().tolist(), strict=True)
    return [pair for pair in pairs if pair[1] > threshold]
