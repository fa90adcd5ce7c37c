"""Wrong: leaves the input ids in their batch of one, a list in a list."""


def trace(text, top_k):
    inputs = rebuilt.preprocess(text)
    outputs = rebuilt.forward(inputs)
    return {
        "preprocess": inputs["input_ids"].tolist(),
        "forward": list(outputs["logits"].shape),
        "postprocess": [answer["token_str"] for answer in rebuilt.postprocess(outputs, top_k=top_k)],
    }
