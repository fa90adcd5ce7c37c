"""Wrong: shortens the model itself and leaves it short, which spoils every later call."""


def fill_with_layers(text, layers, top_k):
    model.bert.encoder.layer = model.bert.encoder.layer[:layers]
    return [(answer["token_str"], answer["score"]) for answer in rebuilt(text, top_k=top_k)]
