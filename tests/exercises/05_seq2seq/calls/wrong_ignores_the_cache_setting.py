"""Wrong: always generates with the cache."""


def count_calls(text, limit, use_cache):
    encoding = tokenizer(text, return_tensors="pt").to(device)
    with ForwardListener.listening(encoder=model.encoder, decoder=model.decoder, quiet=True) as listened:
        model.generate(**encoding, num_beams=1, max_new_tokens=limit)
    given = [call.arguments["input_ids"].shape[1] for call in listened.named("decoder")]
    return listened.counts() | {"tokens": sum(given)}
