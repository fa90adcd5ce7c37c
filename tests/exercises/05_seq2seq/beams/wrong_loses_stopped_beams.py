"""Wrong: leaves stopped beams out of the candidates, so that they are lost."""


def beam_search(table, width, limit):
    alive = [(["<s>"], 0.0)]
    for _ in range(limit):
        candidates = []
        for tokens, score in alive:
            following = table.get(tokens[-1], {})
            candidates += [([*tokens, token], score + math.log(p)) for token, p in following.items()]
        if not candidates:
            break
        alive = sorted(candidates, key=lambda beam: -beam[1])[:width]
    return alive
