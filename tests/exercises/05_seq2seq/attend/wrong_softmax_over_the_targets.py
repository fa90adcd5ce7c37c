"""Wrong: takes the softmax over the target positions in place of the source positions."""


def cross_attend(states, encoded, matrices, number, ignored):
    def cut(vectors):
        return vectors.view(len(vectors), number, -1).transpose(0, 1)

    queries, keys, values = (
        cut(states @ matrices["q"]),
        cut(encoded @ matrices["k"]),
        cut(encoded @ matrices["v"]),
    )
    shares = (queries @ keys.transpose(1, 2)).softmax(1)
    shares[:, :, ignored] = 0
    together = (shares @ values).transpose(0, 1).reshape(len(states), -1)
    return together @ matrices["o"]
