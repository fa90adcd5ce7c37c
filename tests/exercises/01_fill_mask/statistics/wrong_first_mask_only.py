"""Wrong: answers for the first mask and forgets the others."""


def mask_statistics(text, share):
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    position = ids[0].tolist().index(tokenizer.mask_token_id)
    falling, tokens = model(ids.to(device)).logits[0, position].softmax(dim=-1).sort(descending=True)
    needed = (falling.cumsum(dim=0) < share).sum().item() + 1
    best = tokenizer.decode([tokens[0].item()])
    return [{"position": position, "best": best, "probability": falling[0].item(), "needed": needed}]
