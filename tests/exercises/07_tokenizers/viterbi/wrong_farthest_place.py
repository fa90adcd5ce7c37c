"""Wrong: gives the best way to the farthest place it has reached, also when that is not the end of the word."""


def best_split(word, scores):
    best = {0: (0.0, [])}
    for end in range(1, len(word) + 1):
        ways = [
            (best[start][0] + scores[word[start:end]], [*best[start][1], word[start:end]])
            for start in range(end)
            if start in best and word[start:end] in scores
        ]
        if ways:
            best[end] = max(ways)
    return best[max(best)][1]
