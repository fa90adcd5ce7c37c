"""Wrong: compares the mean score of the pieces in place of their sum, which does not punish many pieces."""


def best_split(word, scores):
    best = {0: []}
    for end in range(1, len(word) + 1):
        ways = [
            [*best[start], word[start:end]]
            for start in range(end)
            if start in best and word[start:end] in scores
        ]
        if ways:
            best[end] = max(ways, key=lambda pieces: sum(map(scores.get, pieces)) / len(pieces))
    return best.get(len(word), [])
