"""Right: counts the calls with two listeners put on by hand, and works the tokens out from the number of calls."""


def count_calls(text, limit, use_cache):
    encoding = tokenizer(text, return_tensors="pt").to(device)
    model.encoder.forward = ForwardListener(model.encoder, name="reads", quiet=True)
    model.decoder.forward = ForwardListener(model.decoder, name="writes", quiet=True)
    try:
        model.generate(**encoding, do_sample=False, num_beams=1, max_new_tokens=limit, use_cache=use_cache)
        reads, writes = len(model.encoder.forward.calls), len(model.decoder.forward.calls)
    finally:
        ForwardListener.clear_all()
    tokens = writes if use_cache else writes * (writes + 1) // 2
    return {"encoder": reads, "decoder": writes, "tokens": tokens}
