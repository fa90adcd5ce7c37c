"""Wrong: looks up what follows the stop token, which raises a KeyError."""


def beam_search(table, width, limit):
    alive = [(["<s>"], 0.0)]
    for _ in range(limit):
        candidates = []
        for tokens, score in alive:
            candidates += [([*tokens, token], score + math.log(p)) for token, p in table[tokens[-1]].items()]
        alive = sorted(candidates, key=lambda beam: -beam[1])[:width]
    return alive
