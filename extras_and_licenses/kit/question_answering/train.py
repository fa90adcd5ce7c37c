"""Recipe of the role `question-answering`: where in a context the answer to a question begins and ends."""

from pathlib import Path

from datasets import Dataset
from transformers import AutoTokenizer, BertForQuestionAnswering, DataCollatorWithPadding

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, body_under_head, fit
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import without_length

MAX_TOKENS = 224
STRIDE = 64


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
    inside = [
        token
        for token, (begin, end) in enumerate(encoded["offset_mapping"][window])
        if encoded.sequence_ids(window)[token] == 1 and begin < last and end > first
    ]
    if not inside:
        return 0, 0
    begins, ends = (
        encoded["offset_mapping"][window][inside[0]][0],
        encoded["offset_mapping"][window][inside[-1]][1],
    )
    return (inside[0], inside[-1]) if begins <= first and ends >= last else (0, 0)


def run(work: Path, rank: int = LARGER_RANK, **changes) -> Path:
    """Train and write adapter and head.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    return fit(
        body_under_head(BertForQuestionAnswering, head="qa_outputs", rank=rank),
        features(tokenizer, list(rows("squad", "train"))),
        without_length(DataCollatorWithPadding(tokenizer)),
        work,
        changes,
        per_device_train_batch_size=16,
        max_steps=5200,
    )
