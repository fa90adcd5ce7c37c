"""Right: takes the places of the word for the nodes of a graph and looks for the shortest way, with minus the score as length."""

import heapq


def best_split(word, scores):
    queue, done = [(0.0, 0, [])], set()
    while queue:
        length, start, pieces = heapq.heappop(queue)
        if start == len(word):
            return pieces
        if start in done:
            continue
        done.add(start)
        for end in range(start + 1, len(word) + 1):
            piece = word[start:end]
            if piece in scores:
                heapq.heappush(queue, (length - scores[piece], end, [*pieces, piece]))
    return []
