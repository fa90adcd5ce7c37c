"""Wrong: gives the filled sentences in place of the words."""


def trace(text, top_k):
    inputs = rebuilt.preprocess(text)
    outputs = rebuilt.forward(inputs)
    return {
        "preprocess": inputs["input_ids"][0].tolist(),
        "forward": list(outputs["logits"].shape),
        "postprocess": [answer["sequence"] for answer in rebuilt.postprocess(outputs, top_k=top_k)],
    }
