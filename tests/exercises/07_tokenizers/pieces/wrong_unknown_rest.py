"""Wrong: keeps the pieces found so far and makes only the rest of the word unknown."""


def word_pieces(text, vocabulary, longest):
    found = []
    for word in re.finditer(r"\S+", text):
        if len(word.group()) > longest:
            found.append(("[UNK]", *word.span()))
            continue
        start = word.start()
        while start < word.end():
            mark = "##" if start > word.start() else ""
            ends = range(word.end(), start, -1)
            end = next((end for end in ends if mark + text[start:end] in vocabulary), None)
            if end is None:
                found.append(("[UNK]", start, word.end()))
                break
            found.append((mark + text[start:end], start, end))
            start = end
    return found
