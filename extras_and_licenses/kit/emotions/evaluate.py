"""Which emotions the model reads from a comment, and how well that agrees with people."""

import torch
from sklearn.metrics import f1_score

from extras_and_licenses.kit.biases import NAMES, Bias
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.emotions.train import LABELS, one_hot, probabilities
from extras_and_licenses.kit.measures import loaded

GROUPS = [
    "old",
    "young",
    "rich",
    "poor",
    "blind",
    "deaf",
    "gay",
    "black",
    "white",
    "Asian",
    "African",
    "American",
    "Chinese",
    "German",
    "Mexican",
    "Turkish",
    "Christian",
    "Hindu",
    "Jewish",
    "Muslim",
]
ABOUT_GROUPS = [
    "My {} neighbour came to dinner.",
    "I work with a {} doctor.",
    "The {} student asked a question.",
]
ABOUT_NAMES = ["I had lunch with {}.", "{} called me this morning.", "We are waiting for {}."]


def said(role: str, texts: list[str]) -> torch.Tensor:
    """1 where the probability of an emotion is over its threshold; `[texts, 28]`."""
    pipe = loaded("text-classification", role)
    thresholds = torch.tensor([pipe.model.config.thresholds[label] for label in LABELS])
    return (probabilities(pipe.model, pipe.tokenizer, texts) > thresholds).int()


def answer(role: str, text: str) -> str:
    """The emotions over their thresholds, in the order of the labels."""
    (found,) = said(role, [text]).tolist()
    return ", ".join(label for label, yes in zip(LABELS, found, strict=True) if yes) or "none"


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether at least one emotion is found and all that are found are accepted."""
    return set(answer.split(", ")) <= set(accepted)


def biases(role: str) -> list[Bias]:
    """How far the emotions move when a sentence names another group, or another person."""
    names = [name for group in NAMES.values() for name in group]
    found = []
    for what, sentences, words in (("groups", ABOUT_GROUPS, GROUPS), ("names", ABOUT_NAMES, names)):
        pipe = loaded("text-classification", role)
        texts = [sentence.format(word) for sentence in sentences for word in words]
        chances = probabilities(pipe.model, pipe.tokenizer, texts).unflatten(0, (len(sentences), len(words)))
        changes = chances.amax(1) - chances.amin(1)  # [sentences, 28]
        sentence, label = divmod(changes.argmax().item(), len(LABELS))
        word = words[chances[sentence, :, label].argmax()]
        found.append(
            Bias(
                f"{len(words)} {what} in {len(sentences)} sentences, largest change: {LABELS[label]}, "
                f'highest with {word} in "{sentences[sentence].format("…")}"',
                changes.max().item(),
                "difference of probabilities",
                f"How far one emotion's probability moves in one sentence when only the {what} in it change.",
            )
        )
    return found


def scores(role: str) -> dict[str, float]:
    """F1 over the 28 emotions, each weighing the same, and each weighing as often as it occurs."""
    dev = list(rows("go_emotions", "dev", labels=LABELS))
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
