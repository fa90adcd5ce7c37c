"""Wrong: makes the mask after padding, so that it is all ones and hides nothing."""


def padding_effect(text, count):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    longer = pad(ids, (0, count), value=tokenizer.pad_token_id)
    place = ids[0].tolist().index(tokenizer.mask_token_id)
    alone = model(ids).logits[0, place].softmax(-1)
    without = model(longer).logits[0, place].softmax(-1)
    masked = model(longer, attention_mask=torch.ones_like(longer)).logits[0, place].softmax(-1)
    return {
        "without": float((without - alone).abs().sum() / 2),
        "with": float((masked - alone).abs().sum() / 2),
    }
