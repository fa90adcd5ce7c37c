"""Wrong: takes the longest piece from the left, the rule of WordPiece."""


def best_split(word, scores):
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        end = next((end for end in ends if word[start:end] in scores), None)
        if end is None:
            return []
        pieces.append(word[start:end])
        start = end
    return pieces
