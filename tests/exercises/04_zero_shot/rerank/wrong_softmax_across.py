"""Wrong: a softmax across the kept sentences, which compete as if only one could be right."""


def support(statement, corpus, keep):
    similarity = embed(corpus) @ embed([statement])[0]
    kept = [corpus[place] for place in similarity.topk(min(keep, len(corpus))).indices.tolist()]
    chances = pair_logits(kept, [statement] * len(kept))[:, ENTAILMENT].softmax(dim=0).tolist()
    return sorted(zip(kept, chances, strict=True), key=lambda pair: pair[1], reverse=True)
