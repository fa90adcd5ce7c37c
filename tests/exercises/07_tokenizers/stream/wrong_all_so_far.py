"""Wrong: gives the whole text so far after each token in place of what is new."""


def shown_by_token(text):
    written, shown = b"", []
    for token in bpe.tokenize(text):
        written += bytes(byte_of[name] for name in token)
        shown.append(written.decode("utf-8", errors="ignore"))
    return shown
