"""Right: lets the stop token follow itself with the probability 1, and takes the repeated ones off in the end."""

import heapq


def beam_search(table, width, limit):
    table = {**table, "</s>": {"</s>": 1.0}}
    beams = [(1.0, ["<s>"])]
    for _ in range(limit):
        extended = [
            (p * table[path[-1]][token], [*path, token]) for p, path in beams for token in table[path[-1]]
        ]
        beams = heapq.nlargest(width, extended)
    cut = [path[: path.index("</s>") + 1] if "</s>" in path else path for _, path in beams]
    return [(path, math.log(p)) for path, (p, _) in zip(cut, beams, strict=True)]
