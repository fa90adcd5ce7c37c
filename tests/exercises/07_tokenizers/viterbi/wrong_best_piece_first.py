"""Wrong: takes at each step the piece with the highest score, and never thinks of the rest."""


def best_split(word, scores):
    pieces, start = [], 0
    while start < len(word):
        fits = [word[start:end] for end in range(start + 1, len(word) + 1) if word[start:end] in scores]
        if not fits:
            return []
        pieces.append(max(fits, key=scores.get))
        start += len(pieces[-1])
    return pieces
