"""Right: extends each beam by its `width` best tokens only, and stops early."""


def beam_search(table, width, limit):
    beams = [(0.0, ("<s>",))]
    while limit and any(tokens[-1] != "</s>" for _, tokens in beams):
        extended = [beam for beam in beams if beam[1][-1] == "</s>"]
        for score, tokens in beams:
            if tokens[-1] != "</s>":
                best = sorted(table[tokens[-1]].items(), key=lambda pair: pair[1])[-width:]
                extended += [(score + math.log(p), (*tokens, token)) for token, p in best]
        beams = sorted(extended, reverse=True)[:width]
        limit -= 1
    return [(tokens, score) for score, tokens in beams]
