"""Wrong: rounds the number of passes down and loses the last batch."""


def cost(texts, labels, template, batch_size):
    lengths = [
        len(tokenizer(text, template.format(label))["input_ids"]) for text in texts for label in labels
    ]
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    positions = sum(len(batch) * max(batch) for batch in batches)
    return {"passes": len(lengths) // batch_size, "positions": positions}
