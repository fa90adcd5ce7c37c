"""Wrong: pads on the left, so that the positions move and the mask alone does not help."""


def padding_effect(text, count):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    longer = pad(ids, (count, 0), value=tokenizer.pad_token_id)
    place = ids[0].tolist().index(tokenizer.mask_token_id)
    keep = pad(torch.ones_like(ids), (count, 0))
    alone = model(ids).logits[0, place].softmax(-1)
    without = model(longer).logits[0, place + count].softmax(-1)
    masked = model(longer, attention_mask=keep).logits[0, place + count].softmax(-1)
    return {
        "without": float((without - alone).abs().sum() / 2),
        "with": float((masked - alone).abs().sum() / 2),
    }
