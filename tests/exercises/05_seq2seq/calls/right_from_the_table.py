"""Right: reads names and input shapes from the rows of the records, one row a call."""


def count_calls(text, limit, use_cache):
    with ForwardListener.listening({"e": model.encoder, "d": model.decoder}, quiet=True) as listened:
        ids = tokenizer(text, return_tensors="pt")["input_ids"].to(device)
        model.generate(ids, num_beams=1, max_new_tokens=limit, use_cache=use_cache)
    rows = listened.rows()
    tokens = 0
    for row in rows:
        if row["name"] == "d":
            tokens += row["input"][0] * row["input"][1]
    names = [row["name"] for row in rows]
    return {"encoder": names.count("e"), "decoder": names.count("d"), "tokens": tokens}
