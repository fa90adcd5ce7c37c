"""Right: sorts both times with tensors; cosine similarity as a function of torch."""


def support(statement, corpus, keep):
    near = torch.cosine_similarity(embed(corpus), embed([statement]))
    kept = near.argsort(descending=True)[:keep]
    premises = [corpus[place] for place in kept]
    chances = pair_logits(premises, [statement] * len(premises)).softmax(dim=1)[:, ENTAILMENT]
    falling, order = chances.sort(descending=True)
    return list(zip([premises[place] for place in order], falling, strict=True))
