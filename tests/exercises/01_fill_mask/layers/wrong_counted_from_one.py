"""Wrong: takes `hidden_states[layers - 1]`, as if the embeddings were not the first of them."""


def fill_with_layers(text, layers, top_k):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    states = model(ids, output_hidden_states=True).hidden_states[layers - 1]
    top = model.cls(states)[0, ids[0] == tokenizer.mask_token_id][0].softmax(dim=-1).topk(top_k)
    words = [tokenizer.decode([token]) for token in top.indices.tolist()]
    return list(zip(words, top.values.tolist(), strict=True))
