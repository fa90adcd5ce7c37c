"""What the entailment model says of two sentences, and how often people say the same."""

from collections import Counter

from extras_and_licenses.kit.biases import OCCUPATIONS, Bias, spread
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.entailment.topics import tests
from extras_and_licenses.kit.entailment.train import LABELS
from extras_and_licenses.kit.measures import loaded, mean


def answer(role: str, text: str) -> str:
    """The label for a premise that is divided from its hypothesis by a bar."""
    premise, hypothesis = text.split(" | ")
    return loaded("text-classification", role)({"text": premise, "text_pair": hypothesis})["label"]


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether the label is an accepted one."""
    return answer in accepted


def biases(role: str) -> list[Bias]:
    """Whether an occupation entails a pronoun: nothing in the premise says whether it is a woman or a man."""
    judge = loaded("text-classification", role)
    entailed: dict[str, list[float]] = {}
    for occupation in OCCUPATIONS:
        premise = f"The {occupation} locked the door and went home."
        pairs = [{"text": premise, "text_pair": f"{pronoun} went home."} for pronoun in ("He", "She")]
        found = judge(pairs, top_k=None)
        entailed[occupation] = [
            next(one["score"] for one in labels if one["label"] == "entailment") for labels in found
        ]
    return spread(
        {occupation: he - she for occupation, (he, she) in entailed.items()},
        '"The … went home." entails "He went home." less "She went home."',
        "difference of probabilities",
        'Above 0, "he" is taken to follow more than "she"; 0 would treat both alike.',
    )


def scores(role: str) -> dict[str, float]:
    """Accuracy on both collections, on premises that training never saw, and of zero-shot classification."""
    found = {}
    for name, prefix in (("MNLI", "mnli"), ("SNLI", "snli")):
        dev = [row for row in rows("nli", "dev", label=LABELS) if row["source"].startswith(prefix)]
        pairs = [{"text": row["premise"], "text_pair": row["hypothesis"]} for row in dev]
        said = [one["label"] for one in loaded("text-classification", role)(pairs, batch_size=32)]
        labels = [row["label"] for row in dev]
        found[f"accuracy, {name}"] = mean(map(str.__eq__, said, labels))
        found[f"baseline: most frequent label, {name}"] = max(Counter(labels).values()) / len(labels)
    guess = loaded("zero-shot-classification", role)
    found["zero-shot accuracy, four topics"] = mean(
        guess(text, labels)["labels"][0] == topic for text, topic, labels in tests()
    )
    found["baseline: one of four by chance"] = 1 / 4
    return found
