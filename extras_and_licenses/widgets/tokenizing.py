"""One text in the tokens of several tokenizers.

- `tokenizer_comparer(tokenizers)`: type a text, see tokens, ids or pieces.
- `compare_tokenizers(tokenizers, text)`: the data behind it, one `Tokenization` for each.
- `tokenizer_picture(tokenizers, text, show)`: these data as a figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets
from matplotlib.figure import Figure
from transformers import PreTrainedTokenizerBase

from extras_and_licenses.plots import token_boxes
from extras_and_licenses.widgets.explorer import Explorer, check_room, text_field

MAX_COMPARED_CHARACTERS = 200
"""How long a text may be that several tokenizers are compared on, so that the picture stays readable."""


@dataclass(frozen=True)
class Tokenization:
    """What one tokenizer makes of a text, special tokens included."""

    name: str
    """What the tokenizer is called."""
    tokens: tuple[str, ...]
    """The tokens as the vocabulary spells them."""
    ids: tuple[int, ...]
    """Their ids."""
    pieces: tuple[str, ...]
    """The part of the text that each token stands for; empty for a special token that was added."""
    unknown: tuple[int, ...]
    """Positions, from 0, of unknown tokens."""
    decoded: str
    """The text that the ids give back, without special tokens."""
    exact: bool
    """Whether that is the text that went in, to the last character."""


def compare_tokenizers(tokenizers: Mapping[str, PreTrainedTokenizerBase], text: str) -> list[Tokenization]:
    """Tokenize one text with several tokenizers, and decode it again.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: up to `MAX_COMPARED_CHARACTERS` characters.

    Raises:
        ValueError: the text is empty or too long, or a tokenizer is not a fast one.
    """
    if not text.strip():
        raise ValueError("The text is empty. Type a word or a sentence.")
    check_room("text", len(text), MAX_COMPARED_CHARACTERS, "characters")
    compared = []
    for name, tokenizer in tokenizers.items():
        if not tokenizer.is_fast:
            raise ValueError(
                f"The tokenizer {name!r} does not know the offsets of its tokens. Pass a fast one."
            )
        encoded = tokenizer(text, return_offsets_mapping=True)
        ids = encoded["input_ids"]
        tokens = tokenizer.convert_ids_to_tokens(ids)
        pieces = [text[start:end] for start, end in encoded["offset_mapping"]]
        unknown = [
            position
            for position, token in enumerate(tokens)
            # a tokenizer may use one token as unknown token and for something else that is typed or added
            if token == tokenizer.unk_token and pieces[position] not in ("", token)
        ]
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        fields = (tuple(tokens), tuple(ids), tuple(pieces), tuple(unknown), decoded, decoded == text)
        compared.append(Tokenization(name, *fields))
    return compared


def tokenizer_picture(
    tokenizers: Mapping[str, PreTrainedTokenizerBase], text: str, show: str = "tokens"
) -> tuple[Figure, str]:
    """A text in the tokens of several tokenizers, as boxes; unknown tokens are marked.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: as `compare_tokenizers` takes it.
        show: what stands in the boxes: `"tokens"`, their `"ids"`, or the `"pieces"` of the text.

    Returns:
        The figure, and the alternative text that says the counts and the tokens.

    Raises:
        ValueError: the text is one that `compare_tokenizers` refuses, or there is nothing to show under that name.
    """
    if show not in ("tokens", "ids", "pieces"):
        raise ValueError(f"There is no {show!r} to show. Choose tokens, ids or pieces.")
    compared = compare_tokenizers(tokenizers, text)
    rows, words = [], []
    for one in compared:
        back = "gives the text back" if one.exact else "does not give the text back"
        count = f"{len(one.tokens)} tokens, {len(one.unknown)} unknown, {back}"
        written = {
            "tokens": one.tokens,
            "ids": [str(number) for number in one.ids],
            "pieces": [piece or token for piece, token in zip(one.pieces, one.tokens, strict=True)],
        }
        rows.append((f"{one.name}: {count}", written[show], one.unknown))
        words.append(f"{one.name}, {count}: {' '.join(written[show])}")
    return token_boxes(rows), f"{text!r} in {show} of {len(compared)} tokenizers. {'; '.join(words)}."


def tokenizer_comparer(
    tokenizers: Mapping[str, PreTrainedTokenizerBase],
    text: str = "Unbelievable: the café charged 5€ for a ☕!",
) -> Explorer:
    """Type a text and see what several tokenizers make of it.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: the text to begin with.
    """
    controls = {
        "text": text_field(text, "Text"),
        "show": ipywidgets.Dropdown(options=["tokens", "ids", "pieces"], description="In the boxes"),
    }
    return Explorer(
        "Compare tokenizers", controls, lambda text, show: tokenizer_picture(tokenizers, text, show)
    )
