"""Wrong: counts a place that nothing leads to as reached with a sum of 0, and loses the letters before it."""


def best_split(word, scores):
    best = [(0.0, [])] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        ways = [
            (best[start][0] + scores[word[start:end]], [*best[start][1], word[start:end]])
            for start in range(end)
            if word[start:end] in scores
        ]
        if ways:
            best[end] = max(ways)
    return best[len(word)][1]
