"""Wrong: takes the statement for the premise."""


def support(statement, corpus, keep):
    similarity = embed(corpus) @ embed([statement])[0]
    kept = [corpus[place] for place in similarity.topk(min(keep, len(corpus))).indices.tolist()]
    chances = pair_logits([statement] * len(kept), kept).softmax(dim=-1)[:, ENTAILMENT].tolist()
    return sorted(zip(kept, chances, strict=True), key=lambda pair: pair[1], reverse=True)
