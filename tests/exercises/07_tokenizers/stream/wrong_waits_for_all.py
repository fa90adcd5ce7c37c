"""Wrong: waits until all bytes that are kept can be decoded, and so holds back a whole character before an incomplete one."""


def shown_by_token(text):
    kept, added = b"", []
    for token in bpe.tokenize(text):
        kept += bytes(byte_of[name] for name in token)
        try:
            added.append(kept.decode("utf-8"))
            kept = b""
        except UnicodeDecodeError:
            added.append("")
    return added
