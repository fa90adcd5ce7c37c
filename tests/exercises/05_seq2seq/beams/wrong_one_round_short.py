"""Wrong: counts the start token as a round, and so ends one round too early."""


def beam_search(table, width, limit):
    alive = [(["<s>"], 0.0)]
    for _ in range(limit - 1):
        candidates = [beam for beam in alive if beam[0][-1] == "</s>"]
        for tokens, score in alive:
            if tokens[-1] != "</s>":
                candidates += [
                    ([*tokens, token], score + math.log(p)) for token, p in table[tokens[-1]].items()
                ]
        alive = sorted(candidates, key=lambda beam: -beam[1])[:width]
    return alive
