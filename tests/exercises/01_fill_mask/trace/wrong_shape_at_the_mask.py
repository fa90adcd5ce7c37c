"""Wrong: gives the shape of the row at the mask in place of that of all logits."""


def trace(text, top_k):
    inputs = rebuilt.preprocess(text)
    outputs = rebuilt.forward(inputs)
    at_mask = outputs["logits"][:, inputs["input_ids"][0] == tokenizer.mask_token_id]
    return {
        "preprocess": inputs["input_ids"][0].tolist(),
        "forward": list(at_mask.shape),
        "postprocess": [answer["token_str"] for answer in rebuilt.postprocess(outputs, top_k=top_k)],
    }
