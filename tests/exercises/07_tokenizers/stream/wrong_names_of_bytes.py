"""Wrong: takes the characters of a token for characters of the text; only the space is put right."""


def shown_by_token(text):
    return [token.replace("Ġ", " ") for token in bpe.tokenize(text)]
