"""Right: uses the lesson's `longest_match` for each word, and adds up the lengths of the pieces."""


def word_pieces(text, vocabulary, longest):
    found, place = [], 0
    for word in text.split():
        place = text.index(word, place)
        pieces = longest_match(word, vocabulary, unknown=None)
        if len(word) > longest or pieces == [None]:
            found.append(("[UNK]", place, place + len(word)))
        else:
            start = place
            for number, piece in enumerate(pieces):
                length = len(piece) - 2 if number else len(piece)
                found.append((piece, start, start + length))
                start += length
        place += len(word)
    return found
