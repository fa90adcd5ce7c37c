"""Wrong: takes every token that `generate` gives back for a call, the start token too."""


def count_calls(text, limit, use_cache):
    encoding = tokenizer(text, return_tensors="pt").to(device)
    made = model.generate(**encoding, num_beams=1, max_new_tokens=limit, use_cache=use_cache).shape[1]
    tokens = made if use_cache else made * (made + 1) // 2
    return {"encoder": 1, "decoder": made, "tokens": tokens}
