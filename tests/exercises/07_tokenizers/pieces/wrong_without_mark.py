"""Wrong: looks pieces inside a word up without the mark, and writes it afterwards."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in re.finditer(r"\S+", text):
        pieces, start = [], word.start()
        while start < word.end() and len(word.group()) <= longest:
            ends = range(word.end(), start, -1)
            end = next((end for end in ends if text[start:end] in vocabulary), None)
            if end is None:
                pieces = []
                break
            pieces.append((("##" if pieces else "") + text[start:end], start, end))
            start = end
        found += pieces or [("[UNK]", *word.span())]
    return found
