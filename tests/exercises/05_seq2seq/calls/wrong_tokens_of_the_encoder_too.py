"""Wrong: adds the tokens that went into the encoder."""


def count_calls(text, limit, use_cache):
    encoding = tokenizer(text, return_tensors="pt").to(device)
    with ForwardListener.listening(encoder=model.encoder, decoder=model.decoder, quiet=True) as listened:
        model.generate(**encoding, num_beams=1, max_new_tokens=limit, use_cache=use_cache)
    given = [call.arguments["input_ids"].shape[1] for call in listened]
    return listened.counts() | {"tokens": sum(given)}
