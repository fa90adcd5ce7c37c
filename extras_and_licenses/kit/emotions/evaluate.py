"""Which emotions the model reads from a comment, and how well that agrees with people."""

import torch
from sklearn.metrics import f1_score

from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.emotions.train import LABELS, one_hot, probabilities
from extras_and_licenses.kit.measures import loaded


def said(role: str, texts: list[str]) -> torch.Tensor:
    """1 where the probability of an emotion is over its threshold; `[texts, 28]`."""
    pipe = loaded("text-classification", role)
    thresholds = torch.tensor([pipe.model.config.thresholds[label] for label in LABELS])
    return (probabilities(pipe.model, pipe.tokenizer, texts) > thresholds).int()


def answer(role: str, text: str) -> str:
    """The emotions over their thresholds, in the order of the labels."""
    (found,) = said(role, [text]).tolist()
    return ", ".join(label for label, yes in zip(LABELS, found, strict=True) if yes) or "none"


def scores(role: str) -> dict[str, float]:
    """F1 over the 28 emotions, each weighing the same, and each weighing as often as it occurs."""
    dev = list(rows("go_emotions", "dev"))
    people = torch.tensor([one_hot(row["labels"]) for row in dev]).int()
    model = said(role, [row["text"] for row in dev])
    neutral = torch.tensor([one_hot(["neutral"])] * len(dev)).int()
    found = {}
    for average in ("macro", "weighted"):
        found[f"{average} F1"] = f1_score(people, model, average=average, zero_division=0)
        found[f"baseline: always neutral, {average} F1"] = f1_score(
            people, neutral, average=average, zero_division=0
        )
    return found
