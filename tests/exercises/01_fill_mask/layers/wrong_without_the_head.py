"""Wrong: compares hidden states with word embeddings directly and leaves out the head's own layers."""


def fill_with_layers(text, layers, top_k):
    ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
    states = model(ids, output_hidden_states=True).hidden_states[layers]
    logits = states @ model.bert.embeddings.word_embeddings.weight.T
    top = logits[0, ids[0] == tokenizer.mask_token_id][0].softmax(dim=-1).topk(top_k)
    words = [tokenizer.decode([token]) for token in top.indices.tolist()]
    return list(zip(words, top.values.tolist(), strict=True))
