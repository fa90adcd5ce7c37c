"""Wrong: gives the probability of each beam in place of its logarithm."""


def beam_search(table, width, limit):
    alive = [(["<s>"], 1.0)]
    for _ in range(limit):
        candidates = [beam for beam in alive if beam[0][-1] == "</s>"]
        for tokens, score in alive:
            if tokens[-1] != "</s>":
                candidates += [([*tokens, token], score * p) for token, p in table[tokens[-1]].items()]
        alive = sorted(candidates, key=lambda beam: -beam[1])[:width]
    return alive
