"""Wrong: searches the lesson's pool, whatever the corpus."""


def support(statement, corpus, keep):
    kept = [sentence for sentence, _ in search(statement, top_k=keep)]
    chances = pair_logits(kept, [statement] * len(kept)).softmax(dim=-1)[:, ENTAILMENT].tolist()
    return sorted(zip(kept, chances, strict=True), key=lambda pair: pair[1], reverse=True)
