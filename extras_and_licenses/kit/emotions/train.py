"""Recipe of the role `emotions`: which of 28 emotions a comment shows, none, one or several."""

from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer, BertForSequenceClassification, DataCollatorWithPadding

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, base_of, body_under_head, fit, save_configuration
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import without_length

# The names and order of GoEmotions (Demszky et al. 2020).
LABELS = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
]
MAX_TOKENS = 64
THRESHOLDS = [step / 20 for step in range(1, 15)]  # 0.05 to 0.70


def one_hot(names: list[str]) -> list[float]:
    """The labels of a row as 28 numbers, 1 where an emotion is named."""
    return [float(label in names) for label in LABELS]


def logits_of_shares(labels: torch.Tensor) -> torch.Tensor:
    """For each emotion the logit of its share of the comments; `[28]`.

    A new head that begins with them as biases expects every emotion as often as it occurs. From biases of zero it
    expects each in half of the comments, and the first steps bring all down at once: training then stayed at the loss
    of guessing for hundreds of steps.

    Args:
        labels: 1 where people named the emotion, `[comments, 28]`. One comment with an emotion and one without are
            counted besides, so that no share is 0 or 1.
    """
    return ((labels.sum(dim=0) + 1) / (len(labels) + 2)).logit()


def probabilities(model, tokenizer, texts: list[str]) -> torch.Tensor:
    """Probability of every emotion, each on its own; `[texts, 28]`."""
    found = []
    with torch.no_grad():
        for begin in range(0, len(texts), 64):
            batch = tokenizer(
                texts[begin : begin + 64],
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            )
            found.append(model(**batch.to(model.device)).logits.float().sigmoid().cpu())
    return torch.cat(found)


def best_thresholds(found: torch.Tensor, labels: torch.Tensor) -> list[float]:
    """For each emotion the threshold with the best F1.

    Args:
        found: probabilities, `[texts, 28]`.
        labels: 1 where people named the emotion, `[texts, 28]`.
    """
    chosen = []
    for emotion in range(labels.shape[1]):
        true = labels[:, emotion].bool()

        def f1(threshold: float, emotion=emotion, true=true) -> float:
            said = found[:, emotion] > threshold
            return 2 * (said & true).sum().item() / max(1, (said.sum() + true.sum()).item())

        chosen.append(max(THRESHOLDS, key=f1))
    return chosen


def run(work: Path, rank: int = LARGER_RANK, **changes) -> Path:
    """Train and write adapter and head, with the thresholds in the configuration.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    comments = list(rows("go_emotions", "train", labels=LABELS))
    labels = [one_hot(row["labels"]) for row in comments]
    model = body_under_head(
        BertForSequenceClassification,
        head="classifier",
        problem_type="multi_label_classification",
        labels=LABELS,
        rank=rank,
        head_bias=logits_of_shares(torch.tensor(labels)),
    )
    ids = tokenizer([row["text"] for row in comments], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    data = Dataset.from_dict(
        {
            "input_ids": ids,
            "labels": labels,
            "length": [len(tokens) for tokens in ids],
        }
    )
    collate = without_length(DataCollatorWithPadding(tokenizer))
    folder = fit(model, data, collate, work, changes, per_device_train_batch_size=64, num_train_epochs=3)
    dev = list(rows("go_emotions", "dev", labels=LABELS))
    model.eval()
    found = probabilities(model, tokenizer, [row["text"] for row in dev])
    thresholds = best_thresholds(found, torch.tensor([one_hot(row["labels"]) for row in dev]))
    base_of(model).config.thresholds = dict(zip(LABELS, thresholds, strict=True))
    save_configuration(model, folder)
    return folder
