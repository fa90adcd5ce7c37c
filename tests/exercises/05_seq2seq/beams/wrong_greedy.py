"""Wrong: takes the best token in each round, whatever the width."""


def beam_search(table, width, limit):
    tokens, score = ["<s>"], 0.0
    while tokens[-1] != "</s>" and len(tokens) <= limit:
        token, p = max(table[tokens[-1]].items(), key=lambda pair: pair[1])
        tokens, score = [*tokens, token], score + math.log(p)
    return [(tokens, score)]
