"""Wrong: ranks by the probability of the newest token alone."""


def beam_search(table, width, limit):
    alive = [(["<s>"], 0.0, 0.0)]
    for _ in range(limit):
        candidates = []
        for tokens, score, step in alive:
            if tokens[-1] == "</s>":
                candidates.append((tokens, score, step))
                continue
            for token, p in table[tokens[-1]].items():
                candidates.append(([*tokens, token], score + math.log(p), math.log(p)))
        alive = sorted(candidates, key=lambda beam: -beam[2])[:width]
    return [(tokens, score) for tokens, score, _ in alive]
