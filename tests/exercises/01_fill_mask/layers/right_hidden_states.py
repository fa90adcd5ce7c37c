"""Right: asks the model for all hidden states and hands one of them to the head."""


def fill_with_layers(text, layers, top_k):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    states = model(ids, output_hidden_states=True).hidden_states[layers]
    top = model.cls(states)[0, ids[0] == tokenizer.mask_token_id][0].softmax(dim=-1).topk(top_k)
    words = tokenizer.convert_ids_to_tokens(top.indices.tolist())
    return [[word, value] for word, value in zip(words, top.values, strict=True)]
