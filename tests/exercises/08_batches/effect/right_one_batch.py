"""Right: makes one batch of the padded row twice, whose first mask is all ones, and sums in plain Python."""


def padding_effect(text, count):
    ids = tokenizer(text)["input_ids"]
    place = ids.index(tokenizer.mask_token_id)
    row = ids + [tokenizer.pad_token_id] * count
    keep = [[1] * len(row), [1] * len(ids) + [0] * count]
    inputs = {"input_ids": torch.tensor([row, row]), "attention_mask": torch.tensor(keep)}
    logits = model(**{name: tensor.to(device) for name, tensor in inputs.items()}).logits[:, place]
    without, masked = logits.softmax(-1).tolist()
    alone = model(torch.tensor([ids], device=device)).logits[0, place].softmax(-1).tolist()
    distances = [sum(abs(p - q) for p, q in zip(row, alone, strict=True)) / 2 for row in (without, masked)]
    return dict(zip(("without", "with"), distances, strict=True))
