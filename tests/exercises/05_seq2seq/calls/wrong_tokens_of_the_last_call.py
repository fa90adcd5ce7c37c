"""Wrong: gives the tokens of the last decoder call in place of those of all calls."""


def count_calls(text, limit, use_cache):
    encoding = tokenizer(text, return_tensors="pt").to(device)
    with ForwardListener.listening(encoder=model.encoder, decoder=model.decoder, quiet=True) as listened:
        model.generate(**encoding, num_beams=1, max_new_tokens=limit, use_cache=use_cache)
    last = listened.named("decoder")[-1]
    return listened.counts() | {"tokens": last.arguments["input_ids"].shape[1]}
