"""Wrong: ignores `longest`."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in re.finditer(r"\S+", text):
        pieces, start = longest_match(word.group(), vocabulary, unknown=None), word.start()
        if pieces == [None]:
            found.append(("[UNK]", *word.span()))
            continue
        for piece in pieces:
            end = start + len(piece.removeprefix("##"))
            found.append((piece, start, end))
            start = end
    return found
