"""Wrong: after the first round, extends each beam by its best token only."""


def beam_search(table, width, limit):
    first = sorted(table["<s>"].items(), key=lambda pair: -pair[1])[:width]
    alive = [(["<s>", token], math.log(p)) for token, p in first]
    for _ in range(limit - 1):
        for place, (tokens, score) in enumerate(alive):
            if tokens[-1] != "</s>":
                token, p = max(table[tokens[-1]].items(), key=lambda pair: pair[1])
                alive[place] = ([*tokens, token], score + math.log(p))
    return sorted(alive, key=lambda beam: -beam[1])
