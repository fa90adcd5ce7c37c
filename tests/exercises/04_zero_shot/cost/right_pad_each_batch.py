"""Right: lets the tokenizer pad each batch of pairs and counts the input ids of the tensors."""


def cost(texts, labels, template, batch_size):
    pairs = [(text, template.format(label)) for text in texts for label in labels]
    found = {"passes": 0, "positions": 0}
    while pairs:
        batch, pairs = pairs[:batch_size], pairs[batch_size:]
        firsts, seconds = map(list, zip(*batch, strict=True))
        found["positions"] += tokenizer(firsts, seconds, padding=True, return_tensors="pt")[
            "input_ids"
        ].numel()
        found["passes"] += 1
    return found
