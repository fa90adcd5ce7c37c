"""Right: two plain loops, one forwards over the word and one backwards over the ends, on places counted in the text."""


def word_pieces(text, vocabulary, longest):
    found, begin = [], 0
    while begin < len(text):
        if text[begin] == " ":
            begin += 1
            continue
        stop = begin
        while stop < len(text) and text[stop] != " ":
            stop += 1
        pieces, start = [], begin
        while start < stop:
            end = stop
            while end > start and ("##" if start > begin else "") + text[start:end] not in vocabulary:
                end -= 1
            if end == start:
                break
            pieces.append([("##" if start > begin else "") + text[start:end], start, end])
            start = end
        if start < stop or stop - begin > longest:
            pieces = [["[UNK]", begin, stop]]
        found.extend(pieces)
        begin = stop
    return found
