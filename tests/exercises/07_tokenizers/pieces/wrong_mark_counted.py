"""Wrong: counts the two signs of the mark as characters of the text."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in re.finditer(r"\S+", text):
        pieces, start = longest_match(word.group(), vocabulary, unknown=None), word.start()
        if len(word.group()) > longest or pieces == [None]:
            found.append(("[UNK]", *word.span()))
            continue
        for piece in pieces:
            found.append((piece, start, start + len(piece)))
            start += len(piece)
    return found
