"""Wrong: takes the shortest piece that matches, not the longest."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in re.finditer(r"\S+", text):
        pieces, start = [], word.start()
        while start < word.end() and len(word.group()) <= longest:
            mark = "##" if pieces else ""
            ends = range(start + 1, word.end() + 1)
            end = next((end for end in ends if mark + text[start:end] in vocabulary), None)
            if end is None:
                pieces = []
                break
            pieces.append((mark + text[start:end], start, end))
            start = end
        found += pieces or [("[UNK]", *word.span())]
    return found
