"""Wrong: takes one space between words for granted."""


def word_pieces(text, vocabulary, longest):
    found, start = [], 0
    for word in text.split():
        pieces = longest_match(word, vocabulary, unknown=None)
        if len(word) > longest or pieces == [None]:
            found.append(("[UNK]", start, start + len(word)))
            start += len(word) + 1
            continue
        for piece in pieces:
            end = start + len(piece.removeprefix("##"))
            found.append((piece, start, end))
            start = end
        start += 1
    return found
