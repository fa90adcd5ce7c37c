"""Right: all masks at once; the place of the share among the growing sums is found by a search."""


def mask_statistics(text, share):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    masked = ids[0] == tokenizer.mask_token_id
    falling, tokens = model(ids).logits[0, masked].double().softmax(dim=-1).sort(dim=-1, descending=True)
    places = torch.searchsorted(
        falling.cumsum(dim=-1), torch.full((len(falling), 1), share, dtype=torch.double).to(device)
    )
    return [
        {
            "position": position,
            "best": tokenizer.decode([row[0].item()]),
            "probability": values[0],
            "needed": place.item() + 1,
        }
        for position, row, values, place in zip(
            masked.nonzero().flatten().tolist(), tokens, falling, places, strict=True
        )
    ]
