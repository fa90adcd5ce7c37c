"""Right: hands the bytes to a decoder that keeps incomplete characters back by itself."""

import codecs


def shown_by_token(text):
    decoder = codecs.getincrementaldecoder("utf-8")()
    return [decoder.decode(bytes(byte_of[name] for name in token)) for token in bpe.tokenize(text)]
