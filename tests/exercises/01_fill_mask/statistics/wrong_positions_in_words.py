"""Wrong: counts positions in words of the text, not in tokens with the special ones."""


def mask_statistics(text, share):
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    places = [place for place, word in enumerate(text.split()) if mask in word]
    found = []
    masks = (ids[0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
    for place, position in zip(places, masks, strict=True):
        falling, tokens = model(ids.to(device)).logits[0, position].softmax(dim=-1).sort(descending=True)
        needed = (falling.cumsum(dim=0) < share).sum().item() + 1
        best = tokenizer.decode([tokens[0].item()])
        found.append({"position": place, "best": best, "probability": falling[0].item(), "needed": needed})
    return found
