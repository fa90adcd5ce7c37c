"""Wrong: gives what the example shows, whatever the text."""


def trace(text, top_k):
    words = [answer["token_str"] for answer in fill_mask(text, top_k=top_k)]
    return {"preprocess": [101, 2360, 103, 999, 102], "forward": [1, 5, 30522], "postprocess": words}
