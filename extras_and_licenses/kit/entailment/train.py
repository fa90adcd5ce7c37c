"""Recipe of the role `entailment`: does a premise entail a hypothesis, contradict it, or leave it open?

Two models are trained, and the second, which also learns from the answers of the first, is the result. Some tokens of
each pair are hidden, others in every pass. Either training has two parts, the second at a lower rate, and the mean of
their ends is its result.
"""

import math
import random
from functools import partial
from pathlib import Path

from datasets import Dataset
from transformers import (
    AutoTokenizer,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    TrainerCallback,
)

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, TOKEN_TYPES, body_under_head
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.distillation import fit_twice
from extras_and_licenses.kit.install import KitError
from extras_and_licenses.kit.training import without_length

LABELS = ["contradiction", "neutral", "entailment"]  # in the order of the hub's MNLI checkpoints
MAX_TOKENS = 128
# Nearly all of this source is contradictions that differ in one word; a third of it is enough to learn from.
ONE_SIDED, KEPT = "breaking_nli", 1 / 3


class BetterThanGuessing(TrainerCallback):
    """Stops a training whose loss is still that of guessing when it has long begun to fall in others.

    Raises:
        KitError: it is.
    """

    STEP = 700
    HIGHEST = 0.95 * math.log(len(LABELS))  # a training that learns has 0.92 at this step, and guessing 1.10

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


def run(work: Path, rank: int = LARGER_RANK, **changes) -> Path:
    """Train a teacher, then another model that learns from it too, and write the latter: adapter and head.

    Args:
        work: folder for checkpoints, the teacher (`work / "teacher"`) and, at the end, for the adapter
            (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change in both trainings; `max_steps` are those of both together.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    pairs = training_rows()
    encoded = tokenizer(
        [row["premise"] for row in pairs],
        [row["hypothesis"] for row in pairs],
        truncation=True,
        max_length=MAX_TOKENS,
    )
    data = Dataset.from_dict(
        {name: encoded[name] for name in ("input_ids", "token_type_ids")}
        | {"labels": [LABELS.index(row["label"]) for row in pairs]}
        | {"length": [len(ids) for ids in encoded["input_ids"]]}
    )
    collate = without_length(DataCollatorWithPadding(tokenizer))
    new_model = partial(
        body_under_head,
        BertForSequenceClassification,
        head="classifier",
        labels=LABELS,
        rank=rank,
        whole=[TOKEN_TYPES],
    )
    # At a rate that rises faster, some runs never get better than guessing.
    settings = dict(learning_rate=5e-4, warmup_steps=500, per_device_train_batch_size=32)
    settings |= dict(callbacks=[BetterThanGuessing()])
    steps = (3_036, 1_518)  # two passes and one
    return fit_twice(new_model, work, changes, data=data, collate=collate, steps=steps, **settings)
