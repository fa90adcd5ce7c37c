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


def data_folder() -> Path:
    """The folder named by the environment variable `INSIDE_TRANSFORMERS_DATA`.

    Raises:
        FileNotFoundError: the variable is not set, or does not name a folder.
    """
    folder = Path(os.environ.get(DATA_VARIABLE, ""))
    if DATA_VARIABLE not in os.environ or not folder.is_dir():
        raise FileNotFoundError(
            f"{DATA_VARIABLE}={str(folder)!r} is not a folder with training data. "
            f"Set it to the folder that holds squad.jsonl.gz, translation.jsonl.gz and the others, or to {HUB!r}."
        )
    return folder


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
    with gzip.open(data_folder() / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if split is None or row["split"] == split:
                yield row


def paragraphs(name: str) -> Iterator[str]:
    """The paragraphs of `name.txt.gz`, one a line."""
    if from_hub():
        yield from hub_data.paragraphs(name)
        return
    with gzip.open(data_folder() / f"{name}.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")
