"""Recipe of the role `fill-mask`: the MiniLM body under a new masked-language-model head, all weights trained.

The head of BERT (dense, GELU, layer norm, decoder tied to the word embeddings) is put on the body and both are
trained, on texts that are joined and cut into blocks of one length, so that every batch has the same shape and no
padding. Logits are computed at masked positions only: the decoder is as large as the whole encoder, and three quarters
of its work would be thrown away.
"""

import random
import re
from itertools import chain
from pathlib import Path

import torch
from datasets import Dataset
from transformers import (
    AutoTokenizer,
    BertForMaskedLM,
    DataCollatorForLanguageModeling,
    default_data_collator,
    set_seed,
)

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.device import choose_device
from extras_and_licenses.kit.adapters import ALL_WEIGHTS, LEARNING_RATE, save, with_adapters
from extras_and_licenses.kit.data import paragraphs, rows
from extras_and_licenses.kit.training import RecipeTrainer, train, training_arguments, without_length

MASKED_IN_TRAINING = 0.25  # Wettig et al. 2022: more than 15 % learns faster; evaluation stays at 15 %.
TOKENS = 192  # of a block
# A step guesses a multiple of so many masked tokens and leaves the few others out: logits of ever new sizes break the
# memory into pieces, until gigabytes of it are lost, and take a quarter more time.
MULTIPLE = 64
SETTINGS = dict(
    per_device_train_batch_size=32,
    max_steps=6_000,
    learning_rate=7e-4,
    lr_scheduler_type="linear",
    warmup_steps=200,
    adam_beta2=0.98,
)
# In minutes a card reads six times as much: larger steps, more of them, and dropout, because it reads each text so often.
ON_A_CARD = dict(
    per_device_train_batch_size=128,
    max_steps=9_000,
    learning_rate=1e-3,
    warmup_steps=500,
    weight_decay=0.1,
    dataloader_num_workers=2,
)
DROPOUT_ON_A_CARD = 0.1
# The part of the head that is trained beside adapters. Its decoder is the word embeddings, which adapters leave as they are.
TRANSFORM = "transform"


class MaskingTrainer(RecipeTrainer):
    """A trainer that masks tokens, here and not in the collator: so a run that was stopped draws the same.

    It runs the head on the masked positions alone. Its `processing_class` is the tokenizer.
    """

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Cross-entropy of the masked positions of a batch."""
        ids, labels = masked(inputs["input_ids"], self.processing_class)
        positions = (labels != -100).nonzero()
        kept = len(positions) // MULTIPLE * MULTIPLE or len(positions)
        guessed = positions[:kept].unbind(1)
        # The trainer puts autocast around `forward` only, which is not called here.
        with self.accelerator.autocast():
            hidden = model.bert(ids).last_hidden_state  # [batch, tokens, hidden]
            logits = model.cls(hidden[guessed])  # [masked tokens, vocabulary]
        loss = torch.nn.functional.cross_entropy(logits.float(), labels[guessed])
        return (loss, {"logits": logits}) if return_outputs else loss


def masked(ids: torch.Tensor, tokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids with a quarter masked as in BERT, and labels, -100 where no token is to be guessed; `[batch, tokens]`."""
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=MASKED_IN_TRAINING)
    drawn_from = ids.cpu()  # drawn on the CPU: alike on every machine
    special = torch.isin(drawn_from, torch.tensor(tokenizer.all_special_ids))
    inputs, labels = collator.torch_mask_tokens(drawn_from.clone(), special)
    return inputs.to(ids.device), labels.to(ids.device)


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
    """Whole paragraphs of the kind that the evaluation uses, and some on the course's own subject."""
    return unseen([*paragraphs("text_ccbysa"), *paragraphs("text_apache_hfcourse")])


def everyday() -> list[str]:
    """Short sentences."""
    sentences = [row["source"] for row in rows("translation", "train")]
    for row in rows("nli", "train"):
        sentences += [row["premise"], row["hypothesis"]]
    return unseen(sentences)


def others() -> list[str]:
    """Paragraphs of other kinds: government, science, novels."""
    return unseen(
        [
            *paragraphs("text_public_domain_gov"),
            *paragraphs("text_ccby_plos"),
            *paragraphs("text_public_domain_books"),
        ]
    )


def blocks(texts: list[list[int]], start: int, end: int) -> list[list[int]]:
    """Texts one behind the other, cut into blocks of `TOKENS`; what is left at the end is dropped.

    Args:
        texts: token ids of each text, without special tokens.
        start: id of the token at the start of a block.
        end: id of the token at the end of a text.
    """
    ids = list(chain.from_iterable([*text, end] for text in texts))
    held = TOKENS - 1
    return [[start, *ids[begin : begin + held]] for begin in range(0, len(ids) - held + 1, held)]


def run(work: Path, rank: int = ALL_WEIGHTS, **changes) -> Path:
    """Train and write the model, with other settings on a card than on a CPU.

    Args:
        work: folder for checkpoints and, at the end, for the model (`work / "model"`).
        rank: of adapters in the body, to compare them with training all weights.
        changes: fields of `TrainingArguments` to change.
    """
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    on_a_card = choose_device().type == "cuda"
    dropout = DROPOUT_ON_A_CARD if on_a_card else 0.0
    set_seed(0)  # the head starts from random weights
    model = BertForMaskedLM.from_pretrained(
        checkpoint("embeddings"),
        attn_implementation="sdpa" if on_a_card else "eager",  # eager is faster with bfloat16 on a CPU
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
    )
    settings = SETTINGS | (ON_A_CARD if on_a_card else {})
    if rank != ALL_WEIGHTS:
        model = with_adapters(model, rank, whole=[TRANSFORM])
        settings |= dict(learning_rate=LEARNING_RATE)
    texts = encyclopaedic() * 6 + everyday() * 2 + others()
    random.Random(0).shuffle(texts)
    # By batches: what a tokenizer gives for all texts at once takes gigabytes.
    encoded = Dataset.from_dict({"text": texts}).map(
        lambda batch: {"ids": tokenizer(batch["text"], add_special_tokens=False, verbose=False)["input_ids"]},
        batched=True,
        remove_columns="text",
    )
    ids = blocks(encoded["ids"], tokenizer.cls_token_id, tokenizer.sep_token_id)
    print(f"{len(ids):,} blocks of {TOKENS} tokens", flush=True)
    trainer = MaskingTrainer(
        model=model,
        args=training_arguments(work, **(settings | changes)),
        train_dataset=Dataset.from_dict({"input_ids": ids, "length": [TOKENS] * len(ids)}),
        data_collator=without_length(default_data_collator),
        processing_class=tokenizer,
    )
    train(trainer)
    save(model, work / "model")
    return work / "model"
