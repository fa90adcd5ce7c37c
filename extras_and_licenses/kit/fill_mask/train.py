"""Recipe of the role `fill-mask`: the MiniLM body under a new masked-language-model head, all weights trained.

The head of BERT (dense, GELU, layer norm, decoder tied to the word embeddings) is put on the body and both are
trained on whole paragraphs and short sentences, in phases as BERT itself: on short texts first, then on longer ones,
with more tokens in a batch and a lower rate, and once more on these, in another order. Logits are computed at masked
positions only: the decoder is as large as the whole encoder, and 70 % of its work would be thrown away.
"""

import random
import re
from itertools import islice
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer, BertForMaskedLM, DataCollatorForLanguageModeling, set_seed

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.data import paragraphs, rows
from extras_and_licenses.kit.training import RecipeTrainer, train, training_arguments, without_length

MASKED_IN_TRAINING = 0.25  # Wettig et al. 2022: more than 15 % learns faster; evaluation stays at 15 %.
MOST_JOINED = 16  # everyday sentences in one text of the phases with longer texts
SHORT_TOKENS, LONG_TOKENS = 96, 192
SHORT = dict(
    per_device_train_batch_size=64,
    learning_rate=5e-4,
    max_steps=4_200,
    lr_scheduler_type="warmup_stable_decay",
    warmup_steps=150,
    lr_scheduler_kwargs={"num_decay_steps": 1_200},
)
LONG = dict(
    per_device_train_batch_size=32,
    learning_rate=3e-4,
    max_steps=3_000,
    lr_scheduler_type="linear",
    warmup_steps=100,
)
AGAIN = LONG | dict(max_steps=3_200, seed=1)


class MaskedPositionsTrainer(RecipeTrainer):
    """A trainer that runs the head on the masked positions alone."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Cross-entropy of the masked positions of a batch."""
        labels = inputs.pop("labels")
        masked = labels != -100
        # The trainer puts autocast around `forward` only, which is not called here.
        with self.accelerator.autocast():
            hidden = model.bert(**inputs).last_hidden_state  # [batch, tokens, hidden]
            logits = model.cls(hidden[masked])  # [masked tokens, vocabulary]
        loss = torch.nn.functional.cross_entropy(logits.float(), labels[masked])
        return (loss, {"logits": logits}) if return_outputs else loss


def letters(text: str) -> str:
    """Letters and digits in lower case, to compare two texts by what they say."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def held_out() -> list[str]:
    """Encyclopaedic paragraphs that training never sees: the contexts of the dev split of SQuAD."""
    return sorted({row["context"] for row in rows("squad", "dev")})


def unseen(texts: list[str]) -> list[str]:
    """Each text once, without the held-out paragraphs."""
    left_out = {letters(text) for text in held_out()}
    unique = {letters(text): text for text in texts}
    return [text for key, text in unique.items() if key and key not in left_out]


def encyclopaedic() -> list[str]:
    """Whole paragraphs."""
    return unseen([*paragraphs("text_ccbysa"), *paragraphs("text_apache_hfcourse")])


def everyday() -> list[str]:
    """Short sentences."""
    sentences = [row["source"] for row in rows("translation", "train")]
    for row in rows("nli", "train"):
        sentences += [row["premise"], row["hypothesis"]]
    return unseen(sentences)


def joined(sentences: list[str]) -> list[str]:
    """Texts of 1 to `MOST_JOINED` sentences, in a random order that is always the same."""
    dice = random.Random(0)
    left = iter(dice.sample(sentences, len(sentences)))
    texts = []
    while text := list(islice(left, dice.randint(1, MOST_JOINED))):
        texts.append(" ".join(text))
    return texts


def phase(work: Path, start: str | Path, texts: list[str], max_tokens: int, settings: dict) -> Path:
    """Train on texts cut to `max_tokens` and write the model.

    Args:
        work: folder for checkpoints and, at the end, for the model (`work / "model"`).
        start: the weights to go on from.
        texts: one pass of them.
        max_tokens: most tokens in a sequence; the rest of a longer text is a sequence of its own.
        settings: fields of `TrainingArguments`.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    set_seed(0)  # the head of the first phase starts from random weights
    model = BertForMaskedLM.from_pretrained(
        start, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    encoded = tokenizer(texts, truncation=True, max_length=max_tokens, return_overflowing_tokens=True)
    ids = [tokens for tokens in encoded["input_ids"] if len(tokens) > 6]
    data = Dataset.from_dict({"input_ids": ids, "length": [len(tokens) for tokens in ids]})
    print(f"{len(ids):,} sequences, {sum(map(len, ids)):,} tokens", flush=True)
    mask = DataCollatorForLanguageModeling(
        tokenizer, mlm_probability=MASKED_IN_TRAINING, pad_to_multiple_of=8
    )
    trainer = MaskedPositionsTrainer(
        model=model,
        args=training_arguments(work, adam_beta2=0.98, **settings),
        train_dataset=data,
        data_collator=without_length(mask),
    )
    train(trainer)
    model.save_pretrained(work / "model")
    return work / "model"


def run(work: Path, **changes) -> Path:
    """Train all phases and write the model.

    Args:
        work: folder for checkpoints and, at the end, for the model (`work / "model"`).
        changes: fields of `TrainingArguments` to change in the last phase.
    """
    paragraphs_twice = encyclopaedic() * 2
    sentences = everyday()
    longer = paragraphs_twice + joined(sentences)
    body = checkpoint("embeddings")
    short = phase(work / "short", body, paragraphs_twice + sentences, SHORT_TOKENS, SHORT)
    long = phase(work / "long", short, longer, LONG_TOKENS, LONG)
    return phase(work, long, longer, LONG_TOKENS, AGAIN | changes)
