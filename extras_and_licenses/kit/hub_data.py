"""The hub's data sets, in the columns of the local tables, so that one recipe runs on either.

- `rows(name, split)`: the rows of a table.
- `paragraphs(name)`: the paragraphs of a text.

The hub has the full data sets where the local tables hold the parts that could be passed on, so scores are not the
same. Rows that the hub has for development are in the local tables' training parts, so a model that was trained on
those is not measured on the hub's. Of a very large data set the first rows are read, `MOST_ROWS` a split. Where the
local table has no counterpart with clear terms, the nearest one is named here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_ROWS = 200_000  # of a split that are read: the recipes were made for tables of this size, not for millions of rows
MADE_BY_SCRIPT = "refs/convert/parquet"  # the hub's branch with what the script of a data set makes
SHORTEST_PARAGRAPH = 100  # characters; shorter lines of WikiText are headings
ENTITY_TYPES = {"person": "PER", "organization": "ORG", "location": "LOC", "art": "MISC", "product": "MISC"}


@dataclass(frozen=True)
class Part:
    """One data set of the hub, or one configuration of it, that a table is made of."""

    dataset: str
    """Its id on the hub."""
    config: str | None
    splits: dict[str, tuple[str, ...]]
    """Its splits by ours, `"train"` and `"dev"`."""
    convert: Callable[[dict, dict], dict | None]
    """From a row and the features of the data set to a row of the table; None leaves the row out."""


def _question(row: dict, features: dict) -> dict:
    answers = row["answers"]
    found = bool(answers["text"])
    return {
        "context": row["context"],
        "question": row["question"],
        "answer": answers["text"][0] if found else None,
        "start": answers["answer_start"][0] if found else None,
    }


def _pair(row: dict, features: dict) -> dict | None:
    if row["label"] < 0:  # SNLI marks pairs that its annotators did not agree on
        return None
    return {
        "premise": row["premise"],
        "hypothesis": row["hypothesis"],
        "label": features["label"].int2str(row["label"]),
    }


def _emotions(row: dict, features: dict) -> dict:
    names = features["labels"].feature
    return {"text": row["text"], "labels": [names.int2str(label) for label in row["labels"]]}


def _entities(row: dict, features: dict) -> dict:
    names = [features["ner_tags"].feature.int2str(tag) for tag in row["ner_tags"]]
    types = [ENTITY_TYPES.get(name) for name in names]
    before = [None, *types[:-1]]
    tags = [
        "O" if kind is None else f"{'I' if kind == previous else 'B'}-{kind}"
        for kind, previous in zip(types, before, strict=True)
    ]
    return {"tokens": row["tokens"], "tags": tags}


def _translation(target: str) -> Callable[[dict, dict], dict]:
    def convert(row: dict, features: dict) -> dict:
        texts = row["translation"]
        return {"source": texts["en"], "target": texts[target], "pair": f"en-{target}"}

    return convert


def _acceptable(row: dict, features: dict) -> dict:
    return {"sentence": row["sentence"], "acceptable": row["label"]}


def _similar(row: dict, features: dict) -> dict:
    return {
        "sentence1": row["sentence1"],
        "sentence2": row["sentence2"],
        "score": row["label"],
        "file": "glue",
    }


def _summary(row: dict, features: dict) -> dict:
    return {"document": row["article"], "summary": row["highlights"]}


USUAL = {"train": ("train",), "dev": ("validation",)}
TABLES = {
    "squad": (
        Part("rajpurkar/squad_v2", None, USUAL, _question),
        Part("google/xquad", "xquad.en", {"dev": ("validation",)}, _question),
    ),
    "nli": (
        Part(
            "nyu-mll/multi_nli",
            None,
            {"train": ("train",), "dev": ("validation_matched", "validation_mismatched")},
            _pair,
        ),
        Part("stanfordnlp/snli", None, USUAL, _pair),
    ),
    "go_emotions": (Part("google-research-datasets/go_emotions", "simplified", USUAL, _emotions),),
    "ner": (Part("DFKI-SLT/few-nerd", "supervised", USUAL, _entities),),
    "translation": tuple(
        Part("Helsinki-NLP/opus-100", f"en-{target}", USUAL, _translation(target)) for target in ("fr", "es")
    ),
    "cola": (Part("nyu-mll/glue", "cola", USUAL, _acceptable),),
    "stsb": (Part("nyu-mll/glue", "stsb", USUAL, _similar),),
    "summarization": (Part("abisee/cnn_dailymail", "3.0.0", USUAL, _summary),),
}
# What a recipe reads in the column `source`: the names that the local tables give to the same parts.
SOURCES = {
    "rajpurkar/squad_v2": "squad_v2",
    "google/xquad": "xquad.en",
    "nyu-mll/multi_nli": "mnli_dev",
    "stanfordnlp/snli": "snli_dev",
    "abisee/cnn_dailymail": "cnn_dailymail",
}
TEXTS = {"text_ccbysa": ("Salesforce/wikitext", "wikitext-103-raw-v1")}


def rows(name: str, split: str | None = None) -> Iterator[dict]:
    """The rows of a table, made of data sets of the hub.

    Args:
        name: the table, for example `"nli"`.
        split: `"train"`, `"dev"`, or None for both.

    Raises:
        FileNotFoundError: no data set of the hub stands in for this table.
        ConnectionError: the hub does not answer.
    """
    if name not in TABLES:
        raise FileNotFoundError(
            f"No data set of the hub stands in for {name!r}. Use the local file, or one of: {', '.join(TABLES)}."
        )
    for part in TABLES[name]:
        for ours, theirs in part.splits.items():
            if split not in (None, ours):
                continue
            for their_split in theirs:
                data = _load(part.dataset, part.config, their_split)
                for row in data:
                    converted = part.convert(row, data.features)
                    if converted is not None:
                        yield {"source": SOURCES.get(part.dataset, part.dataset), "split": ours} | converted


def paragraphs(name: str) -> Iterator[str]:
    """The paragraphs of a text, made of a data set of the hub; nothing where none stands in for it."""
    if name in TEXTS:
        dataset, config = TEXTS[name]
        for row in _load(dataset, config, "train"):
            if len(row["text"]) >= SHORTEST_PARAGRAPH:
                yield row["text"].strip()


def _load(dataset: str, config: str | None, split: str):
    from datasets import load_dataset

    try:
        try:
            data = load_dataset(dataset, config, split=split)
        except RuntimeError:
            # A script makes it, which the library no longer runs; the hub keeps the result.
            data = load_dataset(dataset, config, split=split, revision=MADE_BY_SCRIPT)
    except (ConnectionError, RuntimeError) as error:
        raise ConnectionError(
            f"The data set {dataset} could not be read from the hub: {error}. "
            "Check the network, or set INSIDE_TRANSFORMERS_DATA to a folder with the local tables."
        ) from error
    return data.select(range(min(len(data), MOST_ROWS)))
