"""Wrong: counts the last batch as if it were full."""


def cost(texts, labels, template, batch_size):
    lengths = [
        len(tokenizer(text, template.format(label))["input_ids"]) for text in texts for label in labels
    ]
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return {"passes": len(batches), "positions": sum(batch_size * max(batch) for batch in batches)}
