"""The recipes read local files or the hub's data sets, in the same columns, and a stopped training goes on."""

import dataclasses
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Sequence, Value
from safetensors.torch import load_file

from extras_and_licenses.kit import data, evaluate, hub_data, install
from extras_and_licenses.kit.install import KitError
from extras_and_licenses.kit.measures import mean
from extras_and_licenses.kit.seq2seq import train as seq2seq
from extras_and_licenses.kit.training import last_checkpoint, state_of

# One row of each of the hub's data sets, as their pages describe them.
TEXT = Value("string")
ANSWERS = {"text": Sequence(TEXT), "answer_start": Sequence(Value("int32"))}
QUESTION = Features({"context": TEXT, "question": TEXT, "answers": ANSWERS})
PAIR = Features(
    {
        "premise": TEXT,
        "hypothesis": TEXT,
        "label": ClassLabel(names=["entailment", "neutral", "contradiction"]),
    }
)
ASKED = {"context": "It is blue.", "question": "What?", "answers": {"text": ["blue"], "answer_start": [6]}}
UNASKED = {"context": "It is blue.", "question": "Who?", "answers": {"text": [], "answer_start": []}}
PAIRS = [{"premise": "a", "hypothesis": "b", "label": label} for label in (0, 2, -1)]
NER = ["O", "art", "building", "event", "location", "organization", "other", "person", "product"]
WORDS = ["Ada", "and", "Bo", "left", "New", "York"]
HUB = {
    "rajpurkar/squad_v2": ([ASKED, UNASKED], QUESTION),
    "google/xquad": ([ASKED], QUESTION),
    "nyu-mll/multi_nli": (PAIRS, PAIR),
    "stanfordnlp/snli": (PAIRS, PAIR),
    "google-research-datasets/go_emotions": (
        [{"text": "Fine.", "labels": [1, 0]}],
        Features({"text": TEXT, "labels": Sequence(ClassLabel(names=["anger", "joy"]))}),
    ),
    "DFKI-SLT/few-nerd": (
        [{"tokens": WORDS, "ner_tags": [7, 0, 7, 2, 4, 4]}],
        Features({"tokens": Sequence(TEXT), "ner_tags": Sequence(ClassLabel(names=NER))}),
    ),
    "Helsinki-NLP/opus-100": ([{"translation": {"en": "Yes.", "fr": "Oui.", "es": "Sí."}}], None),
    "nyu-mll/glue": (
        [{"sentence": "It is.", "label": 1, "sentence1": "It is.", "sentence2": "It was."}],
        None,
    ),
    "abisee/cnn_dailymail": ([{"article": "Long.", "highlights": "Short."}], None),
    "Salesforce/wikitext": ([{"text": " = Title = \n"}, {"text": " word" * 40}], None),
}


@pytest.fixture
def hub(monkeypatch):
    def load_dataset(dataset, config=None, split=None):
        made, features = HUB[dataset]
        return Dataset.from_list(made, features=features, split=split)

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    monkeypatch.setenv(data.DATA_VARIABLE, data.HUB)


@pytest.mark.parametrize("table", data.COLUMNS)
@pytest.mark.parametrize("split", ["train", "dev"])
def test_the_hub_gives_every_table_in_the_columns_that_recipes_read(hub, table, split):
    rows = list(data.rows(table, split))
    assert rows
    for row in rows:
        assert row.keys() >= data.COLUMNS[table].keys()
        assert row["split"] == split


def test_a_question_without_an_answer_has_none_and_the_others_have_their_start(hub):
    asked, unasked = data.rows("squad", "train")
    assert (asked["answer"], asked["start"]) == ("blue", 6)
    assert (unasked["answer"], unasked["start"]) == (None, None)


def test_pairs_without_an_agreed_label_are_left_out(hub):
    labels = [row["label"] for row in data.rows("nli", "train")]
    assert labels == ["entailment", "contradiction"] * 2  # of two data sets


def test_measures_of_both_kinds_of_pairs_find_their_rows_on_the_hub(hub):
    sources = {row["source"] for row in data.rows("nli", "dev")}
    assert sources == {"mnli_dev", "snli_dev"}


@pytest.mark.parametrize("split", ["train", "dev"])
def test_the_recipe_of_seq2seq_has_pairs_of_every_task_from_the_hub(hub, split):
    assert all(seq2seq.examples(split).values())


def test_emotions_come_as_names(hub):
    (row,) = data.rows("go_emotions", "train")
    assert row["labels"] == ["joy", "anger"]


def test_entities_get_a_beginning_and_an_inside(hub):
    (row,) = data.rows("ner", "train")
    assert row["tags"] == ["B-PER", "O", "B-PER", "O", "B-LOC", "I-LOC"]


def test_headings_are_no_paragraphs(hub):
    (paragraph,) = data.paragraphs("text_ccbysa")
    assert paragraph.startswith("word word")


def test_a_table_that_the_hub_does_not_have_is_refused(hub):
    with pytest.raises(FileNotFoundError, match="No data set of the hub stands in for 'instructions'"):
        list(data.rows("instructions"))


def test_of_a_large_data_set_the_first_rows_are_read(hub, monkeypatch):
    everything = list(data.rows("squad", "train"))
    assert len(everything) == 2
    monkeypatch.setattr(hub_data, "MOST_ROWS", 1)
    assert list(data.rows("squad", "train")) == everything[:1]


def test_a_hub_that_does_not_answer_is_one_clear_sentence(hub, monkeypatch):
    def load_dataset(dataset, config=None, split=None):
        raise ConnectionError("no route")

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    for read in (lambda: data.rows("squad"), lambda: data.paragraphs("text_ccbysa")):
        with pytest.raises(
            ConnectionError, match=r"could not be read from the hub: no route\. Check the network"
        ):
            list(read())


def test_a_data_set_that_a_script_makes_is_read_from_the_branch_with_what_it_made(hub, monkeypatch):
    made, _ = HUB["Salesforce/wikitext"]

    def load_dataset(dataset, config=None, split=None, revision=None):
        if revision != has_it:
            raise RuntimeError("Dataset scripts are no longer supported")
        return Dataset.from_list(made, split=split)

    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    has_it = "refs/convert/parquet"
    assert len(list(data.paragraphs("text_ccbysa"))) == 1
    has_it = "another branch"
    with pytest.raises(ConnectionError, match=r"could not be read from the hub: Dataset scripts.*Check"):
        list(data.paragraphs("text_ccbysa"))


def test_a_model_that_was_trained_on_local_tables_is_not_measured_on_rows_of_the_hub(hub, monkeypatch):
    monkeypatch.setattr(evaluate, "scores", lambda role: pytest.fail("measured"))
    with pytest.raises(KitError, match=r"'mpnet-entailment' cannot be measured.*folder with the tables"):
        evaluate.document(["entailment"])
    other = dataclasses.replace(install.entry_named("mpnet-entailment"), trained_on=install.HUB)
    body = install.entry_named("minilm")
    monkeypatch.setattr(install, "entries", lambda: (body, other))
    evaluate.refuse_known_rows(install.HERE / entry.folder for entry in install.entries())


def test_without_data_the_remedy_is_named(monkeypatch):
    for value, problem in (
        (None, "DATA is not set"),
        ("", "DATA is not set"),
        ("/nowhere", "is not a folder"),
    ):
        monkeypatch.delenv(data.DATA_VARIABLE, raising=False)
        if value is not None:
            monkeypatch.setenv(data.DATA_VARIABLE, value)
        with pytest.raises(FileNotFoundError, match=rf"{problem}.*\. Set it to the folder that holds squad"):
            list(data.rows("squad"))


def test_a_table_that_the_folder_lacks_is_named_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"has no squad\.jsonl\.gz\. Set it to the folder"):
        list(data.rows("squad"))
    with pytest.raises(FileNotFoundError, match=r"has no text_ccbysa\.txt\.gz\. Set it to the folder"):
        list(data.paragraphs("text_ccbysa"))


WHOLE = {"premise": "It is.", "hypothesis": "It was.", "label": "neutral", "source": "snli", "split": "train"}


@pytest.fixture
def pairs(tmp_path, monkeypatch):
    """Write a table of pairs into a folder, and let the recipes read that folder."""

    def write(*rows: dict) -> Path:
        with gzip.open(tmp_path / "nli.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        return tmp_path / "nli.jsonl.gz"

    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path))
    return write


@pytest.mark.parametrize("column", [*data.COLUMNS["nli"], "split"])
def test_a_row_that_lacks_a_column_is_refused_and_the_column_named(pairs, column):
    pairs(WHOLE, {name: value for name, value in WHOLE.items() if name != column})
    with pytest.raises(KitError, match=rf"lacks the column '{column}'.*hypothesis, label, premise"):
        list(data.rows("nli", "train"))


def test_a_value_that_a_recipe_does_not_know_is_named_with_those_that_it_knows(pairs):
    pairs(WHOLE | {"label": "unsure"})
    assert len(list(data.rows("nli", "train"))) == 1
    with pytest.raises(KitError, match="'label' of a row has 'unsure', which is none of: yes, no"):
        list(data.rows("nli", "train", label=["yes", "no"]))
    pairs(WHOLE | {"label": ["yes", "unsure"]})
    with pytest.raises(KitError, match="'unsure', which is none of: yes, no"):
        list(data.rows("nli", "train", label=["yes", "no"]))


def test_a_split_without_rows_is_named(pairs):
    pairs(WHOLE)
    with pytest.raises(KitError, match="'nli' has no rows whose column 'split' is 'dev'"):
        list(data.rows("nli", "dev"))


def test_a_damaged_table_is_named(pairs):
    file = pairs(*[WHOLE | {"premise": str(number) * 9} for number in range(999)])
    whole = file.read_bytes()
    for harmed in (whole[: len(whole) // 2], b"no gzip", whole[:-8] + bytes(8)):
        file.write_bytes(harmed)
        with pytest.raises(KitError, match=r"nli\.jsonl\.gz is damaged: .*Get the file again"):
            list(data.rows("nli"))
    with gzip.open(file, "wt") as lines:
        lines.write("no JSON\n")
    with pytest.raises(KitError, match=r"A line of .*nli\.jsonl\.gz is not JSON .*: no JSON"):
        list(data.rows("nli"))


def test_a_measure_without_rows_says_where_to_look():
    with pytest.raises(KitError, match=r"no row for one of the measures.*kit/data\.py"):
        mean([])


TRAINING = """
from pathlib import Path
from extras_and_licenses.kit.entities.train import run
run(Path("work"), max_steps=40, save_steps=1, logging_steps=1, per_device_train_batch_size=1)
"""


@pytest.fixture
def sentences(tmp_path) -> Path:
    """A folder of training data with a few sentences."""
    folder = tmp_path / "data"
    folder.mkdir()
    row = {"tokens": WORDS, "tags": ["B-PER", "O", "B-PER", "O", "B-LOC", "I-LOC"], "source": "wikigold"}
    with gzip.open(folder / "ner.jsonl.gz", "wt", encoding="utf-8") as file:
        for number in range(1010):  # more than the steps, so that no pass ends
            file.write(json.dumps(row | {"split": "train" if number < 1000 else "dev"}) + "\n")
    return folder


def test_a_killed_training_goes_on_from_its_last_checkpoint(sentences, tmp_path):
    environment = os.environ | {data.DATA_VARIABLE: str(sentences)}
    command = [sys.executable, "-c", TRAINING]

    def run() -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    first = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    work = tmp_path / "work"
    while first.poll() is None and not any(map(state_of, work.glob("checkpoint-*"))):
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    whole = last_checkpoint(work)
    reached = int(whole.name.split("-")[1])
    assert 0 < reached < 35
    # It could have been killed while it wrote a checkpoint, too: before the state, which comes last, or within it.
    for step, state in ((reached + 1, None), (reached + 2, '{"epoch": 0.0')):
        half = Path(shutil.copytree(whole, work / f"checkpoint-{step}"))
        (half / "trainer_state.json").unlink()
        if state:
            (half / "trainer_state.json").write_text(state, encoding="utf-8")

    assert run().count("'loss'") == 40 - reached, "only the steps that were missing"
    state = json.loads((work / "checkpoint-40" / "trainer_state.json").read_text("utf-8"))
    steps = [entry["step"] for entry in state["log_history"] if "loss" in entry]
    assert steps == list(range(1, 41)), "the first run's steps are kept"

    weights = work / "model" / "adapter_model.safetensors"
    trained = load_file(weights)
    weights.unlink()
    assert "'loss'" not in run(), "a training that is done takes no more steps"
    again = load_file(weights)
    assert all(torch.equal(again[name], tensor) for name, tensor in trained.items())
