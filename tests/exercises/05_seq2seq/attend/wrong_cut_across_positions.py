"""Wrong: cuts with `view(number, positions, -1)`, which mixes positions and heads."""


def cross_attend(states, encoded, matrices, number, ignored):
    def cut(vectors):
        return vectors.view(number, len(vectors), -1)

    queries, keys, values = (
        cut(states @ matrices["q"]),
        cut(encoded @ matrices["k"]),
        cut(encoded @ matrices["v"]),
    )
    raw = queries @ keys.transpose(1, 2)
    raw[:, :, ignored] = -torch.inf
    together = (raw.softmax(-1) @ values).transpose(0, 1).reshape(len(states), -1)
    return together @ matrices["o"]
