"""Wrong: goes through all texts for the first label, then for the second, so that other pairs share a batch."""


def cost(texts, labels, template, batch_size):
    lengths = [
        len(tokenizer(text, template.format(label))["input_ids"]) for label in labels for text in texts
    ]
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return {"passes": len(batches), "positions": sum(len(batch) * max(batch) for batch in batches)}
