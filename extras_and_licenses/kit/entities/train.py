"""Recipe of the role `entities`: a label for every token, persons, organisations, locations and other names."""

from pathlib import Path

import torch
from datasets import Dataset
from transformers import (
    AutoTokenizer,
    BertForTokenClassification,
    DataCollatorForTokenClassification,
)

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.adapters import RANK, body_under_head, fit
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import RecipeTrainer, without_length

LABELS = ["O", "B-MISC", "I-MISC", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
MAX_TOKENS = 128
WITHOUT_MISC = ("uner_ewt", "btc")  # these never mark the type MISC: a name of that type is O there
IGNORED = -100  # label of tokens that the loss leaves out


class PartlyLabelledTrainer(RecipeTrainer):
    """A trainer that does not count MISC as wrong in sentences whose source never marks it."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Cross-entropy over all labels, or over all but MISC where the source does not have it."""
        labels, has_misc = inputs.pop("labels"), inputs.pop("has_misc").bool()
        outputs = model(**inputs)
        misc = torch.tensor([label.endswith("MISC") for label in LABELS], device=labels.device)
        impossible = ~has_misc[:, None, None] & misc  # [batch, 1, labels]
        logits = outputs.logits.float().masked_fill(impossible, float("-inf"))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
        return (loss, outputs) if return_outputs else loss


def features(tokenizer, sentences: list[dict]) -> Dataset:
    """Input ids with a label at every token: the word's at its first, the inside of the same name at the others."""
    encoded = tokenizer(
        [row["tokens"] for row in sentences],
        is_split_into_words=True,
        truncation=True,
        max_length=MAX_TOKENS,
    )
    labels = []
    for number, row in enumerate(sentences):
        words = encoded.word_ids(number)
        tags = [None if word is None else row["tags"][word] for word in words]
        labels.append(
            [
                IGNORED if tag is None else LABELS.index(tag if word != before else tag.replace("B-", "I-"))
                for before, word, tag in zip([None, *words[:-1]], words, tags, strict=True)
            ]
        )
    return Dataset.from_dict(
        {
            "input_ids": encoded["input_ids"],
            "labels": labels,
            "has_misc": [int(row["source"] not in WITHOUT_MISC) for row in sentences],
            "length": [len(ids) for ids in encoded["input_ids"]],
        }
    )


def run(work: Path, rank: int = RANK, **changes) -> Path:
    """Train and write adapter and head.

    Args:
        work: folder for checkpoints and, at the end, for the adapter (`work / "model"`).
        rank: of the adapters, or `ALL_WEIGHTS`.
        changes: fields of `TrainingArguments` to change.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    model = body_under_head(BertForTokenClassification, head="classifier", labels=LABELS, rank=rank)
    return fit(
        model,
        features(tokenizer, list(rows("ner", "train", tags=LABELS))),
        without_length(DataCollatorForTokenClassification(tokenizer)),
        work,
        changes,
        trainer_class=PartlyLabelledTrainer,
        per_device_train_batch_size=32,
        num_train_epochs=4,
    )
