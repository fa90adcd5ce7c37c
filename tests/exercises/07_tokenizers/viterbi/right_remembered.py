"""Right: calls itself for the rest of the word, and remembers the results."""

import functools


def best_split(word, scores):
    @functools.cache
    def rest(start):
        if start == len(word):
            return 0.0, ()
        ways = []
        for end in range(start + 1, len(word) + 1):
            if word[start:end] in scores:
                total, pieces = rest(end)
                ways.append((scores[word[start:end]] + total, (word[start:end], *pieces)))
        return max(ways, default=(float("-inf"), ()))

    total, pieces = rest(0)
    return list(pieces) if total > float("-inf") else []
