"""Wrong: ignores incomplete bytes in each token alone, so that characters of several tokens never appear."""


def shown_by_token(text):
    return [
        bytes(byte_of[name] for name in token).decode("utf-8", errors="ignore")
        for token in bpe.tokenize(text)
    ]
