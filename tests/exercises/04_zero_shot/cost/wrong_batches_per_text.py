"""Wrong: begins a new batch with every text."""


def cost(texts, labels, template, batch_size):
    batches = []
    for text in texts:
        lengths = [len(tokenizer(text, template.format(label))["input_ids"]) for label in labels]
        batches += [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return {"passes": len(batches), "positions": sum(len(batch) * max(batch) for batch in batches)}
