"""Wrong: compares the probability of the best token only."""


def padding_effect(text, count):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    longer = pad(ids, (0, count), value=tokenizer.pad_token_id)
    place = ids[0].tolist().index(tokenizer.mask_token_id)
    keep = pad(torch.ones_like(ids), (0, count))
    alone = model(ids).logits[0, place].softmax(-1)
    without = model(longer).logits[0, place].softmax(-1)
    masked = model(longer, attention_mask=keep).logits[0, place].softmax(-1)
    best_token = alone.argmax()
    return {
        "without": float((without - alone)[best_token].abs()),
        "with": float((masked - alone)[best_token].abs()),
    }
