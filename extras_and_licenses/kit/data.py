"""Reads the training and evaluation data of the kit.

`rows(name, split)` gives the rows of one table and `paragraphs(name)` the paragraphs of one text, both from a
folder of gzip-ed files. The course does not come with that folder; `make train` and `make evaluate` need it, or the
word `hub` in its place: then the data sets of the hub are read (`hub_data`).
"""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

from extras_and_licenses.kit import hub_data

DATA_VARIABLE = "INSIDE_TRANSFORMERS_DATA"
HUB = "hub"
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


def rows(name: str, split: str | None = None) -> Iterator[dict]:
    """The rows of `name.jsonl.gz`, all of them or those of one split.

    Args:
        name: the table, for example `"translation"`.
        split: `"train"`, `"dev"`, or None for all rows.
    """
    if from_hub():
        yield from hub_data.rows(name, split)
        return
    with gzip.open(table(f"{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if split is None or row["split"] == split:
                yield row


def paragraphs(name: str) -> Iterator[str]:
    """The paragraphs of `name.txt.gz`, one a line."""
    if from_hub():
        yield from hub_data.paragraphs(name)
        return
    with gzip.open(table(f"{name}.txt.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")
