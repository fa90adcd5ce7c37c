"""Recipe of the role `question-answering`: adapters on the MiniLM body under a span head.

The body stays as it is. Small matrices beside its linear layers (LoRA, Hu et al. 2021) and the head are trained, and
only those are shipped: the installer merges them into the body.
"""

from pathlib import Path

from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoTokenizer, BertForQuestionAnswering, DataCollatorWithPadding, Trainer

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import train, training_arguments

MAX_TOKENS = 224
STRIDE = 64
RANK = 16


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


def run(work: Path, **changes) -> Path:
    """Train and write the adapter with the head.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        changes: fields of `TrainingArguments` to change.
    """
    body = checkpoint("embeddings")
    tokenizer = AutoTokenizer.from_pretrained(body)
    base = BertForQuestionAnswering.from_pretrained(
        body, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    adapters = LoraConfig(
        r=RANK,
        lora_alpha=2 * RANK,
        target_modules=["query", "key", "value", "dense"],
        modules_to_save=["qa_outputs"],
    )
    model = get_peft_model(base, adapters)
    data = features(tokenizer, list(rows("squad", "train")))
    print(f"{len(data):,} windows, {model.get_nb_trainable_parameters()[0]:,} trained parameters", flush=True)
    pad = DataCollatorWithPadding(tokenizer)

    def collate(windows):
        return pad(
            [{name: value for name, value in window.items() if name != "length"} for window in windows]
        )

    trainer = Trainer(
        model=model,
        args=training_arguments(
            work,
            **dict(per_device_train_batch_size=16, learning_rate=1e-3, warmup_steps=40, max_steps=400)
            | changes,
        ),
        train_dataset=data,
        data_collator=collate,
    )
    train(trainer)
    model.peft_config["default"].base_model_name_or_path = "minilm"  # not the path of this machine's cache
    model.save_pretrained(work / "model")
    base.config.save_pretrained(work / "model")
    return work / "model"
