"""Right: all thresholds at once, as a table of thresholds by questions."""


def choose_threshold(differences, spoken, silent):
    limits = torch.tensor(sorted({-math.inf, *differences}))
    withheld = torch.tensor(differences)[None, :] > limits[:, None]
    scores = torch.where(withheld, torch.tensor(silent), torch.tensor(spoken)).double().mean(dim=1)
    best = (scores == scores.max()).nonzero()[0]
    return [limits[best].item(), scores[best].item()]
