"""How sentences become a batch, with padding and attention mask.

- `padding_viewer(tokenizer)`: type sentences, see the batch that they become.
- `padded_batch(tokenizer, text)`: the data behind it, as a `PaddedBatch`.
- `padding_picture(batch)`: these data as a figure.
"""

from dataclasses import dataclass

import ipywidgets
from matplotlib.figure import Figure
from transformers import PreTrainedTokenizerBase

from extras_and_licenses.plots import token_grid
from extras_and_licenses.widgets.explorer import Explorer, number_field, text_field

MAX_BATCH_ROWS = 8
"""How many sentences the picture of a batch has room for."""
MAX_BATCH_TOKENS = 20
"""How many positions the picture of a batch has room for."""


@dataclass(frozen=True)
class PaddedBatch:
    """Sentences as a rectangle of tokens."""

    tokens: tuple[tuple[str, ...], ...]
    """For each sentence the token at every position."""
    mask: tuple[tuple[int, ...], ...]
    """The attention mask, of the same shape: 1 at tokens, 0 at padding."""
    cut: int
    """How many tokens truncation took away."""

    @property
    def padding(self) -> int:
        """How many positions are padding."""
        return sum(row.count(0) for row in self.mask)

    @property
    def positions(self) -> int:
        """How many positions the batch has."""
        return sum(len(row) for row in self.mask)


def padded_batch(
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    padding: str = "longest",
    side: str = "right",
    max_length: int = MAX_BATCH_TOKENS,
) -> PaddedBatch:
    """Tokenize, truncate and pad one sentence a line.

    Args:
        tokenizer: has a padding token.
        text: the sentences, one a line; empty lines are left out.
        padding: `"longest"` or `"max_length"`, as the tokenizer takes it.
        side: `"right"` or `"left"`.
        max_length: tokens after which a sentence is cut, special tokens included.

    Raises:
        ValueError: there are no sentences or too many, the sentences are cut too short or not short enough for the
            picture, or the tokenizer has no padding token.
    """
    sentences = [line for line in text.splitlines() if line.strip()]
    if not 1 <= len(sentences) <= MAX_BATCH_ROWS:
        raise ValueError(
            f"There are {len(sentences)} sentences. Write 1 to {MAX_BATCH_ROWS}, each on a line of its own."
        )
    special = tokenizer.num_special_tokens_to_add()
    if not special < max_length <= MAX_BATCH_TOKENS:
        raise ValueError(
            f"The maximal length is {max_length}. Choose {special + 1} to {MAX_BATCH_TOKENS} tokens."
        )
    if tokenizer.pad_token is None:
        raise ValueError(
            "The tokenizer has no padding token. Set tokenizer.pad_token = tokenizer.eos_token first."
        )
    whole = sum(len(ids) for ids in tokenizer(sentences)["input_ids"])
    batch = tokenizer(sentences, truncation=True, max_length=max_length, padding=padding, padding_side=side)
    return PaddedBatch(
        tokens=tuple(tuple(tokenizer.convert_ids_to_tokens(ids)) for ids in batch["input_ids"]),
        mask=tuple(tuple(row) for row in batch["attention_mask"]),
        cut=whole - sum(sum(row) for row in batch["attention_mask"]),
    )


def padding_picture(batch: PaddedBatch) -> tuple[Figure, str]:
    """A padded batch as a grid of tokens with the attention mask, and the alternative text that counts them."""
    share = batch.padding / batch.positions
    counts = f"{batch.padding} of {batch.positions} positions are padding ({share:.0%}), {batch.cut} tokens are cut"
    figure = token_grid(batch.tokens, batch.mask)
    figure.axes[0].set_title(counts, loc="left", fontsize=11)
    rows = "; ".join(f"row {row}: mask {' '.join(map(str, mask))}" for row, mask in enumerate(batch.mask))
    return figure, f"A batch of {len(batch.mask)} rows and {len(batch.mask[0])} columns: {counts}. {rows}."


def padding_viewer(tokenizer: PreTrainedTokenizerBase, text: str | None = None) -> Explorer:
    """Type sentences and see the batch they become: tokens, padding, truncation and attention mask.

    Args:
        tokenizer: has a padding token.
        text: the first sentences, one a line; None for three about a cat.
    """
    text = text or "The cat sleeps.\nIt is warm.\nThe cat that sleeps in the garden likes milk."
    controls = {
        "text": text_field(text, "Sentences", rows=4),
        "padding": ipywidgets.Dropdown(
            options=[("to the longest", "longest"), ("to max_length", "max_length")], description="Padding"
        ),
        "side": ipywidgets.Dropdown(options=["right", "left"], description="Padding side"),
        "max_length": number_field(16, 3, MAX_BATCH_TOKENS, "max_length"),
    }
    return Explorer(
        "Padding and mask viewer",
        controls,
        draw=lambda **values: padding_picture(padded_batch(tokenizer, **values)),
    )
