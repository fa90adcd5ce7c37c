"""Right: lets the three classes of the library do the work, on a batch of one."""


def next_probabilities(logits, seen, penalty, temperature, top_p):
    ids, scores = torch.tensor([seen], dtype=torch.long), torch.tensor([logits], dtype=torch.double)
    scores = RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)
    scores = TopPLogitsWarper(top_p)(ids, TemperatureLogitsWarper(temperature)(ids, scores))
    return scores.softmax(-1)[0]
