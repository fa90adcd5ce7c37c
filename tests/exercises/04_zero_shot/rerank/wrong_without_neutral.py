"""Wrong: a softmax over entailment and contradiction only, as with several labels."""


def support(statement, corpus, keep):
    similarity = embed(corpus) @ embed([statement])[0]
    kept = [corpus[place] for place in similarity.topk(min(keep, len(corpus))).indices.tolist()]
    logits = pair_logits(kept, [statement] * len(kept))
    chances = logits[:, [CONTRADICTION, ENTAILMENT]].softmax(dim=-1)[:, 1].tolist()
    return sorted(zip(kept, chances, strict=True), key=lambda pair: pair[1], reverse=True)
