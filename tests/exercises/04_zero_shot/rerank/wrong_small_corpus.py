"""Wrong: does not think of a corpus with fewer sentences than are to be kept; `topk` raises a RuntimeError."""


def support(statement, corpus, keep):
    similarity = embed(corpus) @ embed([statement])[0]
    kept = [corpus[place] for place in similarity.topk(keep).indices.tolist()]
    chances = pair_logits(kept, [statement] * len(kept)).softmax(dim=-1)[:, ENTAILMENT].tolist()
    return sorted(zip(kept, chances, strict=True), key=lambda pair: pair[1], reverse=True)
