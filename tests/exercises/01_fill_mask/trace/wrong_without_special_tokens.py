"""Wrong: looks up the pieces of the text and forgets the two special tokens."""


def trace(text, top_k):
    inputs = rebuilt.preprocess(text)
    outputs = rebuilt.forward(inputs)
    return {
        "preprocess": tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text)),
        "forward": list(outputs["logits"].shape),
        "postprocess": [answer["token_str"] for answer in rebuilt.postprocess(outputs, top_k=top_k)],
    }
