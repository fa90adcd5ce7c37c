"""Wrong: counts the sums below the share and forgets the token that reaches it."""


def mask_statistics(text, share):
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    found = []
    for position in (ids[0] == tokenizer.mask_token_id).nonzero().flatten().tolist():
        falling, tokens = model(ids.to(device)).logits[0, position].softmax(dim=-1).sort(descending=True)
        needed = (falling.cumsum(dim=0) < share).sum().item()
        best = tokenizer.decode([tokens[0].item()])
        found.append({"position": position, "best": best, "probability": falling[0].item(), "needed": needed})
    return found
