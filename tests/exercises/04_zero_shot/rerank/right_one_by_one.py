"""Right: embeds and reads the sentences one by one, and sorts lists of numbers."""


def support(statement, corpus, keep):
    wanted = embed([statement])[0]
    near = [float(embed([sentence])[0] @ wanted) for sentence in corpus]
    places = sorted(range(len(corpus)), key=lambda place: -near[place])[:keep]
    found = []
    for place in places:
        row = pair_logits([corpus[place]], [statement])[0].softmax(dim=0)
        found.append([corpus[place], row[ENTAILMENT].item()])
    found.sort(key=lambda pair: -pair[1])
    return found
