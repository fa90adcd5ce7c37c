"""Wrong: takes the queries from the source and the keys from the target."""


def cross_attention_shapes(text, translation):
    n, m = len(tokenizer(text)["input_ids"]), len(tokenizer(translation)["input_ids"])
    h, k, d = model.config.num_heads, model.config.d_kv, model.config.d_model
    return {"queries": [1, h, n, k], "keys": [1, h, m, k], "weights": [1, h, n, m], "result": [1, n, d]}
