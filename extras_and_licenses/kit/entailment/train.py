"""Recipe of the role `entailment`: does a premise entail a hypothesis, contradict it, or leave it open?

The body is a larger one than that of most roles, which is too small for this task, as the card tells.
"""

import math
import random
from pathlib import Path

from datasets import Dataset
from transformers import (
    AutoTokenizer,
    DataCollatorWithPadding,
    MPNetForSequenceClassification,
    TrainerCallback,
)

from extras_and_licenses.kit.adapters import RANK, body_under_head, fit
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.install import KitError, body_folder
from extras_and_licenses.kit.training import without_length

BODY = "mpnet"
LABELS = ["contradiction", "neutral", "entailment"]  # in the order of the hub's MNLI checkpoints
MAX_TOKENS = 128
# Nearly all of this source is contradictions that differ in one word; a third of it is enough to learn from.
ONE_SIDED, KEPT = "breaking_nli", 1 / 3


class BetterThanGuessing(TrainerCallback):
    """Stops a training whose loss is still that of guessing when it has long begun to fall in others.

    Raises:
        KitError: it is.
    """

    STEP = 300
    HIGHEST = 0.9 * math.log(len(LABELS))  # a training that learns has 0.59 at this step, and guessing 1.10

    def on_log(self, args, state, control, logs, **others):
        """Look at the mean loss of the steps since the last time."""
        loss = float(logs.get("loss", 0))
        if self.STEP <= state.global_step < self.STEP + args.logging_steps and loss > self.HIGHEST:
            raise KitError(
                f"The training has learned nothing in {state.global_step} steps: its loss is {loss:.2f}, that of "
                f"guessing. Some orders of the batches lead there. Remove {args.output_dir}, and write another `seed` "
                f"into the settings in {__file__}."
            )


def training_rows() -> list[dict]:
    """Premises with their hypotheses and labels, less of the one-sided source."""
    draw = random.Random(0)
    return [
        row
        for row in rows("nli", "train", label=LABELS)
        if row["source"] != ONE_SIDED or draw.random() < KEPT
    ]


def run(work: Path, rank: int = RANK, **changes) -> Path:
    """Train adapter and head, one pass over the pairs, and write both.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change.
    """
    tokenizer = AutoTokenizer.from_pretrained(body_folder(BODY))
    pairs = training_rows()
    ids = tokenizer(
        [row["premise"] for row in pairs],
        [row["hypothesis"] for row in pairs],
        truncation=True,
        max_length=MAX_TOKENS,
    )["input_ids"]
    data = Dataset.from_dict(
        {
            "input_ids": ids,
            "labels": [LABELS.index(row["label"]) for row in pairs],
            "length": [len(tokens) for tokens in ids],
        }
    )
    model = body_under_head(
        MPNetForSequenceClassification, head="classifier", labels=LABELS, rank=rank, body=BODY
    )
    return fit(
        model,
        data,
        without_length(DataCollatorWithPadding(tokenizer)),
        work,
        changes,
        callbacks=[BetterThanGuessing()],
        learning_rate=2e-4,
        learning_rate_of_all=5e-5,
        max_steps=1_518,  # one pass over the local tables
        per_device_train_batch_size=32,
    )
