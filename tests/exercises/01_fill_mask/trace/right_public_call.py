"""Right: takes the answers from one call of the whole pipeline, and the rest from tokenizer and model."""


def trace(text, top_k):
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    logits = model(ids.to(device)).logits
    words = tuple(answer["token_str"] for answer in rebuilt(text, top_k=top_k))
    return {"preprocess": ids[0], "forward": tuple(logits.shape), "postprocess": words}
