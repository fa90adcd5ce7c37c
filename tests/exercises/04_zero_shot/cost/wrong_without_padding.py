"""Wrong: counts the tokens of the pairs and forgets the padding."""


def cost(texts, labels, template, batch_size):
    lengths = [
        len(tokenizer(text, template.format(label))["input_ids"]) for text in texts for label in labels
    ]
    return {"passes": -(-len(lengths) // batch_size), "positions": sum(lengths)}
