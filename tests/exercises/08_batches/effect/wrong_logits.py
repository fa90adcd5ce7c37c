"""Wrong: compares logits in place of probabilities."""


def padding_effect(text, count):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    longer = pad(ids, (0, count), value=tokenizer.pad_token_id)
    place = ids[0].tolist().index(tokenizer.mask_token_id)
    keep = pad(torch.ones_like(ids), (0, count))
    alone = model(ids).logits[0, place]
    without = model(longer).logits[0, place]
    masked = model(longer, attention_mask=keep).logits[0, place]
    return {
        "without": float((without - alone).abs().sum() / 2),
        "with": float((masked - alone).abs().sum() / 2),
    }
