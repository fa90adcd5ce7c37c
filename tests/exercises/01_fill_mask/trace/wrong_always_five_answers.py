"""Wrong: does not hand `top_k` on, so that the last stage gives five answers whatever was asked."""


def trace(text, top_k):
    inputs = rebuilt.preprocess(text)
    outputs = rebuilt.forward(inputs)
    return {
        "preprocess": inputs["input_ids"][0].tolist(),
        "forward": list(outputs["logits"].shape),
        "postprocess": [answer["token_str"] for answer in rebuilt.postprocess(outputs)],
    }
