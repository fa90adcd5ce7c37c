"""Reads the training and evaluation data of the kit.

`rows(name, split)` gives the rows of one table and `paragraphs(name)` the paragraphs of one text, both from a folder of
gzip-ed files. The course does not come with that folder; `make train` and `make evaluate` need it, or the word `hub` in
its place: then the data sets of the hub are read (`hub_data`).

- A table `name.jsonl.gz` has one JSON object a line, with the columns of `COLUMNS` at least. The column `split` says
  `train` or `dev`; nothing is trained on rows of the latter.
- A text `name.txt.gz` has one paragraph a line. The recipe of `fill-mask` names those that it reads.
- Some values of `source` and `file` mean something to a recipe or a measure; `COLUMNS` says which.
"""

import gzip
import json
import os
import zlib
from collections.abc import Container, Iterator
from pathlib import Path

from extras_and_licenses.kit import hub_data
from extras_and_licenses.kit.install import KitError

DATA_VARIABLE = "INSIDE_TRANSFORMERS_DATA"
HUB = "hub"
# What the recipes and measures read of each table, beside `split`.
COLUMNS = {
    "squad": {
        "context": "a paragraph",
        "question": "about it",
        "answer": "a piece of the paragraph; null where it has none",
        "start": "where the answer begins, in characters; null where there is none",
        "source": "exact match and F1 are taken of `xquad.en`",
    },
    "nli": {
        "premise": "a text",
        "hypothesis": "another one",
        "label": "entailment, neutral or contradiction",
        "source": "two accuracies are taken, of the sources that begin with `mnli` and with `snli`; "
        "of `breaking_nli` a third is trained on",
    },
    "go_emotions": {"text": "a comment", "labels": "a list of names of emotions, those of GoEmotions"},
    "ner": {
        "tokens": "the words of a sentence",
        "tags": "as many: O, or B- or I- before PER, ORG, LOC or MISC",
        "source": "`uner_ewt` and `btc` never mark MISC",
    },
    "translation": {"source": "an English sentence", "target": "its translation", "pair": "en-fr or en-es"},
    "cola": {"sentence": "an English sentence", "acceptable": "1 or 0"},
    "stsb": {
        "sentence1": "a sentence",
        "sentence2": "another one",
        "score": "how alike their meanings are, from 0 to 5",
        "file": "files that begin with `MSRpar`, `MSRvid` or `deft` are left out, for their terms",
    },
    "summarization": {
        "document": "a text",
        "summary": "of it",
        "source": "`wikipedia_description` is read, the others are too long",
    },
}
REMEDY = (
    f"Set it to the folder that holds squad.jsonl.gz, translation.jsonl.gz and the others, or to {HUB!r}."
)


def data_folder() -> Path:
    """The folder named by the environment variable `INSIDE_TRANSFORMERS_DATA`.

    Raises:
        FileNotFoundError: the variable is not set or empty, or does not name a folder.
    """
    named = os.environ.get(DATA_VARIABLE)
    if not named or not Path(named).is_dir():
        problem = f"={named!r} is not a folder with training data" if named else " is not set"
        raise FileNotFoundError(f"{DATA_VARIABLE}{problem}. {REMEDY}")
    return Path(named)


def table(file_name: str) -> Path:
    """A file of the folder.

    Raises:
        FileNotFoundError: there is no folder, or the file is not in it.
    """
    file = data_folder() / file_name
    if not file.is_file():
        raise FileNotFoundError(f"{DATA_VARIABLE}={str(file.parent)!r} has no {file_name}. {REMEDY}")
    return file


def from_hub() -> bool:
    """Whether the data sets of the hub are asked for instead of a folder."""
    return os.environ.get(DATA_VARIABLE) == HUB


def rows(name: str, split: str | None = None, **allowed: Container[str]) -> Iterator[dict]:
    """The rows of `name.jsonl.gz`, all of them or those of one split.

    Args:
        name: the table, for example `"translation"`.
        split: `"train"`, `"dev"`, or None for all rows.
        allowed: for some columns, the values that the caller knows; where a cell is a list, those of its items.

    Raises:
        FileNotFoundError: there is no folder, or the table is not in it.
        KitError: the file is damaged, a row lacks a column or has another value, or no row is of that split.
    """
    empty = True
    for row in hub_data.rows(name, split) if from_hub() else _lines(name, split):
        for column, values in allowed.items():
            cells = row[column] if isinstance(row[column], list) else [row[column]]
            for cell in cells:
                if cell not in values:
                    raise KitError(
                        f"In the table {name!r}, the column {column!r} of a row has {cell!r}, which is none of: "
                        f"{', '.join(values)}. The row: {row}"
                    )
        empty = False
        yield row
    if empty:
        raise KitError(f"The table {name!r} has no rows whose column 'split' is {split or 'train or dev'!r}.")


def _lines(name: str, split: str | None) -> Iterator[dict]:
    """The rows of a local table, each with all columns."""
    columns = {*COLUMNS[name], "split"}
    for line in _text(f"{name}.jsonl.gz"):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise KitError(
                f"A line of {table(f'{name}.jsonl.gz')} is not JSON ({error}): {line[:200]}"
            ) from error
        if missing := columns - row.keys():
            raise KitError(
                f"A row of the table {name!r} lacks the column {min(missing)!r}. It has to have: "
                f"{', '.join(sorted(columns))}. The row: {row}"
            )
        if split in (None, row["split"]):
            yield row


def paragraphs(name: str) -> Iterator[str]:
    """The paragraphs of `name.txt.gz`, one a line."""
    if from_hub():
        yield from hub_data.paragraphs(name)
        return
    yield from _text(f"{name}.txt.gz")


def _text(file_name: str) -> Iterator[str]:
    """The lines of a packed file, without their ends."""
    file = table(file_name)
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield line.rstrip("\n")
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise KitError(f"{file} is damaged: {error}. Get the file again.") from error
