"""Right: lets the tokenizer pad to a given length, and adds up only what tokens have gained."""


def padding_effect(text, count):
    short = tokenizer(text, return_tensors="pt").to(device)
    length = short["input_ids"].shape[1] + count
    long = tokenizer(text, padding="max_length", max_length=length, return_tensors="pt").to(device)
    place = short["input_ids"][0].tolist().index(tokenizer.mask_token_id)
    alone = model(**short).logits[0, place].softmax(-1)
    effect = {}
    for name in ("without", "with"):
        given = dict(long) if name == "with" else {"input_ids": long["input_ids"]}
        gained = model(**given).logits[0, place].softmax(-1) - alone
        effect[name] = float(gained[gained > 0].sum())
    return effect
