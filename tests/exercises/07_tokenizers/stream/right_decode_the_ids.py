"""Right: decodes the first one, two, three ids with the tokenizer, and drops the sign for broken characters at the end."""


def shown_by_token(text):
    ids = bpe(text, add_special_tokens=False)["input_ids"]
    added, done = [], 0
    for number in range(1, len(ids) + 1):
        shown = bpe.decode(ids[:number]).rstrip("\ufffd")
        added.append(shown[done:])
        done = len(shown)
    return added
