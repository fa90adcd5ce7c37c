"""Wrong: adds the lengths of text and hypothesis, without special tokens."""


def cost(texts, labels, template, batch_size):
    one, other = (
        [len(tokenizer(part, add_special_tokens=False)["input_ids"]) for part in parts]
        for parts in (texts, [template.format(label) for label in labels])
    )
    lengths = [first + second for first in one for second in other]
    batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
    return {"passes": len(batches), "positions": sum(len(batch) * max(batch) for batch in batches)}
