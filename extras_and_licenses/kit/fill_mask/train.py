"""Recipe of the role `fill-mask`: the MiniLM body under a new masked-language-model head, all weights trained.

The head of BERT (dense, GELU, layer norm, decoder tied to the word embeddings) is put on the body and both are
trained on whole paragraphs and short sentences. Logits are computed at masked positions only: the decoder is as
large as the whole encoder, and 70 % of its work would be thrown away.
"""

import re
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoTokenizer, BertForMaskedLM, DataCollatorForLanguageModeling, Trainer

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.data import paragraphs, rows
from extras_and_licenses.kit.training import train, training_arguments, without_length

MAX_TOKENS = 96
MASKED_IN_TRAINING = 0.25  # Wettig et al. 2022: more than 15 % learns faster; evaluation stays at 15 %.
STEPS = 4_200
DECAY_STEPS = 1_200  # the rate is constant before them, so a longer run can start from an earlier checkpoint


class MaskedPositionsTrainer(Trainer):
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


def training_texts() -> list[str]:
    """The texts of one pass, without the held-out paragraphs: encyclopaedic paragraphs twice, everyday sentences once."""
    unseen = {letters(text) for text in held_out()}
    encyclopaedic = [*paragraphs("text_ccbysa"), *paragraphs("text_apache_hfcourse")]
    everyday = [row["source"] for row in rows("translation", "train")]
    for row in rows("nli", "train"):
        everyday += [row["premise"], row["hypothesis"]]
    texts = []
    for part, repeats in ((encyclopaedic, 2), (everyday, 1)):
        unique = {letters(text): text for text in part}
        texts += [text for key, text in unique.items() if key and key not in unseen] * repeats
    return texts


def run(work: Path, **changes) -> Path:
    """Train and write the model.

    Args:
        work: folder for checkpoints and, at the end, for the model (`work / "model"`).
        changes: fields of `TrainingArguments` to change.
    """
    body = checkpoint("embeddings")
    tokenizer = AutoTokenizer.from_pretrained(body)
    model = BertForMaskedLM.from_pretrained(
        body, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    encoded = tokenizer(
        training_texts(), truncation=True, max_length=MAX_TOKENS, return_overflowing_tokens=True
    )
    ids = [tokens for tokens in encoded["input_ids"] if len(tokens) > 6]
    data = Dataset.from_dict({"input_ids": ids, "length": [len(tokens) for tokens in ids]})
    print(f"{len(ids):,} sequences, {sum(map(len, ids)):,} tokens", flush=True)
    mask = DataCollatorForLanguageModeling(
        tokenizer, mlm_probability=MASKED_IN_TRAINING, pad_to_multiple_of=8
    )
    trainer = MaskedPositionsTrainer(
        model=model,
        args=training_arguments(
            work,
            **dict(
                per_device_train_batch_size=64,
                learning_rate=5e-4,
                adam_beta2=0.98,
                max_steps=STEPS,
                lr_scheduler_type="warmup_stable_decay",
                warmup_steps=150,
                lr_scheduler_kwargs={"num_decay_steps": DECAY_STEPS},
            )
            | changes,
        ),
        train_dataset=data,
        data_collator=without_length(mask),
    )
    train(trainer)
    model.save_pretrained(work / "model")
    return work / "model"
