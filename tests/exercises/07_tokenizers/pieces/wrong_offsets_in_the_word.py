"""Wrong: counts the offsets from the start of each word in place of the start of the text."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in text.split():
        pieces = longest_match(word, vocabulary, unknown=None)
        if len(word) > longest or pieces == [None]:
            found.append(("[UNK]", 0, len(word)))
            continue
        start = 0
        for piece in pieces:
            end = start + len(piece.removeprefix("##"))
            found.append((piece, start, end))
            start = end
    return found
