"""Wrong: takes the number of a character for its byte; beyond 255, as for the space, this raises a ValueError."""


def shown_by_token(text):
    written, before, added = b"", "", []
    for token in bpe.tokenize(text):
        written += bytes(ord(name) for name in token)
        shown = written.decode("utf-8", errors="ignore")
        added.append(shown[len(before) :])
        before = shown
    return added
