"""Wrong: decodes each token alone, which shows broken characters."""


def shown_by_token(text):
    return [bpe.decode([number]) for number in bpe(text, add_special_tokens=False)["input_ids"]]
