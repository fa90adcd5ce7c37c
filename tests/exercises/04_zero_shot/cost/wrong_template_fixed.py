"""Wrong: ignores the template that is asked for and uses the pipeline's own."""


def cost(texts, labels, template, batch_size):
    template = "This example is {}."
    lengths = [
        len(tokenizer(text, template.format(label))["input_ids"]) for text in texts for label in labels
    ]
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return {"passes": len(batches), "positions": sum(len(batch) * max(batch) for batch in batches)}
