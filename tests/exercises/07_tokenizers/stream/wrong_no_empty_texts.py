"""Wrong: leaves out the tokens that show nothing, so that the results no longer belong to the tokens."""


def shown_by_token(text):
    written, before, added = b"", "", []
    for token in bpe.tokenize(text):
        written += bytes(byte_of[name] for name in token)
        shown = written.decode("utf-8", errors="ignore")
        if shown != before:
            added.append(shown[len(before) :])
        before = shown
    return added
