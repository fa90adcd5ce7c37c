"""Wrong: puts stopped beams aside, so that they take no place among the beams."""


def beam_search(table, width, limit):
    alive, stopped = [(["<s>"], 0.0)], []
    for _ in range(limit):
        candidates = []
        for tokens, score in alive:
            candidates += [([*tokens, token], score + math.log(p)) for token, p in table[tokens[-1]].items()]
        best = sorted(candidates, key=lambda beam: -beam[1])[:width]
        stopped += [beam for beam in best if beam[0][-1] == "</s>"]
        alive = [beam for beam in best if beam[0][-1] != "</s>"]
    return sorted(alive + stopped, key=lambda beam: -beam[1])[:width]
