"""Wrong: leaves the sentences in the order of their similarity."""


def support(statement, corpus, keep):
    similarity = embed(corpus) @ embed([statement])[0]
    kept = [corpus[place] for place in similarity.topk(min(keep, len(corpus))).indices.tolist()]
    chances = pair_logits(kept, [statement] * len(kept)).softmax(dim=-1)[:, ENTAILMENT].tolist()
    return list(zip(kept, chances, strict=True))
