"""Wrong: compares the logit itself with the threshold."""


def predict(logits, names, several, threshold):
    values = torch.tensor(logits)
    if not several:
        best = values.argmax()
        return [(names[best], values.softmax(dim=-1)[best].item())]
    order = values.argsort(descending=True).tolist()
    return [(names[n], values[n].sigmoid().item()) for n in order if logits[n] > threshold]
