"""Right: keeps only the best sums and where each last piece began, and walks back from the end."""


def best_split(word, scores):
    best = [0.0] + [float("-inf")] * len(word)
    came_from = [0] * (len(word) + 1)
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            total = best[start] + scores.get(word[start:end], float("-inf"))
            if total > best[end]:
                best[end], came_from[end] = total, start
    if best[-1] == float("-inf"):
        return []
    pieces, end = [], len(word)
    while end:
        pieces.append(word[came_from[end] : end])
        end = came_from[end]
    return pieces[::-1]
