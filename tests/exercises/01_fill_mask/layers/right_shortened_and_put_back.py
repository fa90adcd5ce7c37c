"""Right: shortens the encoder's list of layers for one call and puts it back, whatever happens."""


def fill_with_layers(text, layers, top_k):
    encoder = model.bert.encoder
    whole = encoder.layer
    encoder.layer = whole[:layers]
    try:
        answers = rebuilt(text, top_k=top_k)
    finally:
        encoder.layer = whole
    return [(answer["token_str"], answer["score"]) for answer in answers]
