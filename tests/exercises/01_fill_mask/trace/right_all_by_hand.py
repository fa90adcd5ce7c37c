"""Right: uses the lesson's own pipeline, whose three stages are all written by hand."""


def trace(text, top_k):
    stages = ByHand(model=model, tokenizer=tokenizer, device=device)
    inputs = stages.preprocess(text)
    outputs = stages.forward(inputs)
    found = {"postprocess": [answer["token_str"] for answer in stages.postprocess(outputs, top_k=top_k)]}
    found["forward"] = [1, outputs["logits"].shape[1], outputs["logits"].shape[2]]
    found["preprocess"] = [int(number) for number in inputs["input_ids"][0]]
    return found
