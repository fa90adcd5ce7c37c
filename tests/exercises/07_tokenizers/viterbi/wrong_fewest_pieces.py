"""Wrong: looks for the fewest pieces in place of the best sum."""


def best_split(word, scores):
    best = {0: []}
    for end in range(1, len(word) + 1):
        ways = [
            [*best[start], word[start:end]]
            for start in range(end)
            if start in best and word[start:end] in scores
        ]
        if ways:
            best[end] = min(ways, key=len)
    return best.get(len(word), [])
