"""Recipe of the role `question-answering`: where in a context the answer to a question begins and ends.

Two trainings are averaged, which finds answers better than either, and notices less well that there is none. So the
last layer is then trained to notice that again, with more of the questions that have no answer.
"""

import random
from pathlib import Path

from datasets import Dataset, concatenate_datasets
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from transformers import AutoTokenizer, BertForQuestionAnswering, DataCollatorWithPadding

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import LARGER_RANK, average, body_under_head, fit, trained_before
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import without_length

MAX_TOKENS = 224
STRIDE = 64
ELSEWHERE = 1 / 3  # share of the answerable questions that the second training asks of another context, too
NEIGHBOURS = 20  # contexts to look through for one that lacks the answer
UNANSWERABLE = 4  # times that each question without an answer is in the data of the last training
LAST_LAYER = ("encoder.layer.5.", "qa_outputs")


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


def asked_elsewhere(examples: list[dict]) -> list[dict]:
    """Some of the questions with a context that shares rare words with them and does not hold their answer."""
    dice = random.Random(0)
    asked = [row for row in examples if row["answer"] is not None and dice.random() < ELSEWHERE]
    contexts = sorted({row["context"] for row in examples})
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(contexts)), metric="cosine")
    near.fit(words.fit_transform(contexts))
    questions = words.transform([row["question"] for row in asked])
    made = []
    for row, found in zip(asked, near.kneighbors(questions, return_distance=False), strict=True):
        others = [contexts[place] for place in found if row["answer"].lower() not in contexts[place].lower()]
        made += [row | {"context": other, "answer": None, "start": None} for other in others[:1]]
    return made


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
    """Train twice, average, train the last layer further, and write adapter and head.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters of one training, or `ALL_WEIGHTS`; both ranks add up in the result.
        changes: fields of `TrainingArguments` to change in every training.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    examples = list(rows("squad", "train"))
    data = features(tokenizer, examples)
    elsewhere = features(tokenizer, asked_elsewhere(examples))
    unanswerable = features(tokenizer, [row for row in examples if row["answer"] is None])

    def training(seed: int, folder: Path, data: Dataset, model=None, **settings) -> Path:
        if model is None:
            model = body_under_head(BertForQuestionAnswering, head="qa_outputs", rank=rank, seed=seed)
        collate = without_length(DataCollatorWithPadding(tokenizer))
        settings |= dict(per_device_train_batch_size=16, seed=seed)
        return fit(model, data, collate, folder, changes, **settings)

    first = training(0, work / "first", data, max_steps=5_200, learning_rate=7e-4)
    both = concatenate_datasets([data, elsewhere])
    second = training(1, work / "second", both, max_steps=4_000, learning_rate=7e-4)
    both_trained = average([first, second], work / "average")
    mean = trained_before(BertForQuestionAnswering, both_trained, LAST_LAYER)
    more = concatenate_datasets([data] + [unanswerable] * (UNANSWERABLE - 1))
    return training(2, work, more, mean, max_steps=400, learning_rate=3e-4, warmup_steps=30)
