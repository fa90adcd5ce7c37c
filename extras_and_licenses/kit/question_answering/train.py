"""Recipe of the role `question-answering`: where in a context the answer to a question begins and ends.

Some tokens of each text are hidden, others in every pass, so that an answer is not found by the same few words every
time. The training has three parts, each after the first at a lower rate and from the mean of those before it, and the
mean of the three ends finds answers better than any of them.
"""

from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer, BertForQuestionAnswering, DataCollatorWithPadding

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, TOKEN_TYPES, body_under_head, fit_in_parts
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import RecipeTrainer, without_length

MAX_TOKENS = 384
STRIDE = 128
HIDDEN = 0.1  # share of the tokens of question and context that are hidden, others in every pass
MASK, FIRST_TOKEN = 103, 999  # ids of BERT's vocabulary: all below the second are special or unused


class HidingTrainer(RecipeTrainer):
    """A trainer that hides some tokens, drawn here and not in the collator: so a run that was stopped draws the same."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """The model's loss on texts with hidden tokens."""
        inputs["input_ids"] = hide(inputs["input_ids"])
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)


def hide(ids: torch.Tensor) -> torch.Tensor:
    """The token ids `[batch, tokens]` with `[MASK]` in some places, never in those of special tokens."""
    drawn = torch.rand(ids.shape).to(ids.device) < HIDDEN  # drawn on the CPU: alike on every machine
    return ids.masked_fill(drawn & (ids >= FIRST_TOKEN), MASK)


def features(tokenizer, examples: list[dict]) -> Dataset:
    """Windows of question and context with the token positions of the answer; 0 where the window has none."""
    encoded = tokenizer(
        [row["question"].strip() for row in examples],
        [row["context"] for row in examples],
        truncation="only_second",
        max_length=MAX_TOKENS,
        stride=STRIDE,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    starts, ends = [], []
    for window, of_row in enumerate(encoded["overflow_to_sample_mapping"]):
        start, end = token_span(encoded, window, examples[of_row])
        starts.append(start)
        ends.append(end)
    columns = {name: encoded[name] for name in ("input_ids", "token_type_ids")}
    lengths = [len(ids) for ids in encoded["input_ids"]]
    return Dataset.from_dict(columns | {"start_positions": starts, "end_positions": ends, "length": lengths})


def token_span(encoded, window: int, row: dict) -> tuple[int, int]:
    """First and last token of the answer in a window; `(0, 0)` where it is not wholly in there."""
    if row["answer"] is None:
        return 0, 0
    first, last = row["start"], row["start"] + len(row["answer"])
    places = encoded["offset_mapping"][window]
    inside = [
        token
        for token, (text, (begin, end)) in enumerate(zip(encoded.sequence_ids(window), places, strict=True))
        if text == 1 and begin < last and end > first
    ]
    if not inside or places[inside[0]][0] > first or places[inside[-1]][1] < last:
        return 0, 0
    return inside[0], inside[-1]


def run(work: Path, rank: int = LARGER_RANK, **changes) -> Path:
    """Train, train twice more at a lower rate, and write the mean of the three ends: adapter and head.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change in every part.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    data = features(tokenizer, list(rows("squad", "train")))
    collate = without_length(DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8))

    model = body_under_head(BertForQuestionAnswering, head="qa_outputs", rank=rank, whole=[TOKEN_TYPES])
    settings = dict(learning_rate=7e-4, per_device_train_batch_size=16, trainer_class=HidingTrainer)
    steps = (3_600, 2_000, 2_000)
    return fit_in_parts(model, data, collate, work, changes, steps, **settings)
