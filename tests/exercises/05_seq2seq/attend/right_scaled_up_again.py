"""Right: sets the weights to 0 after the softmax and divides them by their new sum."""


def cross_attend(states, encoded, matrices, number, ignored):
    def cut(vectors):
        return vectors.reshape(1, len(vectors), number, -1).permute(0, 2, 1, 3)

    queries, keys, values = (
        cut(states @ matrices["q"]),
        cut(encoded @ matrices["k"]),
        cut(encoded @ matrices["v"]),
    )
    shares = torch.einsum("bhnk,bhmk->bhnm", queries, keys).double().softmax(-1)
    shares[..., ignored] = 0
    shares = (shares / shares.sum(-1, keepdim=True)).float()
    mixed = torch.einsum("bhnm,bhmk->nhk", shares, values)
    return torch.einsum("nhk,hkd->nd", mixed, matrices["o"].view(number, -1, len(matrices["q"])))
