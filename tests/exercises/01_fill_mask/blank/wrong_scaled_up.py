"""Wrong: bans by setting logits to minus infinity before the softmax, which raises all other probabilities."""


def fill_blank(text, banned, top_k):
    ids = tokenizer(text.replace("____", mask), return_tensors="pt")["input_ids"].to(device)
    at_mask = model(ids).logits[0, ids[0] == tokenizer.mask_token_id][0]
    at_mask[tokenizer.convert_tokens_to_ids(list(banned))] = -torch.inf
    top = at_mask.softmax(dim=-1).topk(top_k)
    words = [tokenizer.decode([token]) for token in top.indices.tolist()]
    return list(zip(words, top.values.tolist(), strict=True))
