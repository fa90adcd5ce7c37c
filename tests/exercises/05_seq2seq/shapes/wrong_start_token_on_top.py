"""Wrong: adds the start token and does not leave the end token out."""


def cross_attention_shapes(text, translation):
    m, n = len(tokenizer(text)["input_ids"]), len(tokenizer(translation)["input_ids"]) + 1
    h, k, d = model.config.num_heads, model.config.d_kv, model.config.d_model
    return {"queries": [1, h, n, k], "keys": [1, h, m, k], "weights": [1, h, n, m], "result": [1, n, d]}
