"""Recipe of the role `question-answering`: where in a context the answer to a question begins and ends.

Two models are trained, and the second, which also learns from the answers of the first, is the result. Some tokens of
each text are hidden, others in every pass, so that an answer is not found by the same few words every time. Either
training has two parts, the second at a lower rate, and the mean of their ends is its result.
"""

from functools import partial
from pathlib import Path

from datasets import Dataset
from transformers import AutoTokenizer, BertForQuestionAnswering, DataCollatorWithPadding

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, TOKEN_TYPES, body_under_head
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.distillation import fit_twice
from extras_and_licenses.kit.training import without_length

MAX_TOKENS = 384
STRIDE = 128


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
    """Train a teacher, then another model that learns from it too, and write the latter: adapter and head.

    Args:
        work: folder for checkpoints, the teacher (`work / "teacher"`) and, at the end, for the adapter
            (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change in both trainings; `max_steps` are those of both together.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    data = features(tokenizer, list(rows("squad", "train")))
    collate = without_length(DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8))
    new_model = partial(
        body_under_head, BertForQuestionAnswering, head="qa_outputs", rank=rank, whole=[TOKEN_TYPES]
    )
    settings = dict(steps=(3_600, 2_000), learning_rate=7e-4, per_device_train_batch_size=16)
    return fit_twice(new_model, work, changes, data=data, collate=collate, **settings)
