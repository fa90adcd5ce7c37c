"""Wrong: ranks the whole corpus with the entailment model and keeps the best of all."""


def support(statement, corpus, keep):
    chances = pair_logits(list(corpus), [statement] * len(corpus)).softmax(dim=-1)[:, ENTAILMENT].tolist()
    return sorted(zip(corpus, chances, strict=True), key=lambda pair: pair[1], reverse=True)[:keep]
