"""The stand-ins are to the code what the hub's checkpoints are: same layout, architecture, tokenizer, labels, dtype."""

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers
from transformers import AutoConfig, AutoTokenizer

from extras_and_licenses import checkpoints
from extras_and_licenses.checkpoints import HUB, CheckpointError, checkpoint, table
from extras_and_licenses.memory import CONFIGURATIONS

ROLES = pytest.mark.parametrize("role", HUB)
TOKENIZERS = {  # role: first tokens, last token, mask token, padding token, whether there are token types
    "fill-mask": (["[CLS]"], "[SEP]", "[MASK]", "[PAD]", True),
    "question-answering": (["<s>"], "</s>", "<mask>", "<pad>", False),
    "emotions": (["<s>"], "</s>", "<mask>", "<pad>", False),
    "entities": (["[CLS]"], "[SEP]", "[MASK]", "[PAD]", True),
    "entailment": (["<s>"], "</s>", "<mask>", "<pad>", False),
    "embeddings": (["[CLS]"], "[SEP]", "[MASK]", "[PAD]", True),
    "seq2seq": ([], "</s>", None, "<pad>", False),
    "seq2seq-large": ([], "</s>", None, "<pad>", False),
    "instruct": ([], None, None, "<|im_end|>", False),
    "causal-lm": ([], None, None, None, False),
}


def load(role: str, **settings):
    architecture = CONFIGURATIONS[role]["architectures"][0]
    return getattr(transformers, architecture).from_pretrained(checkpoint(role), **settings)


@ROLES
def test_a_role_resolves_to_its_pinned_revision_in_the_cache(on_stand_ins, role):
    folder = Path(checkpoint(role))
    assert folder.parts[-3:] == (
        f"models--{HUB[role].name.replace('/', '--')}",
        "snapshots",
        HUB[role].revision,
    )
    assert on_stand_ins in folder.parents


def test_another_revision_in_the_cache_is_not_taken_for_the_pinned_one(on_stand_ins, tmp_path, monkeypatch):
    entry = HUB["fill-mask"]
    repository = f"models--{entry.name.replace('/', '--')}"
    shutil.copytree(on_stand_ins / repository, tmp_path / repository)
    snapshots = tmp_path / repository / "snapshots"
    (snapshots / entry.revision).rename(snapshots / ("e" * 40))
    (tmp_path / repository / "refs" / "main").write_text("e" * 40)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(CheckpointError, match="is not on this machine"):
        checkpoint("fill-mask")


def test_the_table_sees_them_on_disk(on_stand_ins):
    assert all(row.on_disk for row in table())


@ROLES
def test_every_parameter_of_the_architecture_is_in_the_file(on_stand_ins, role):
    model, found = load(role, output_loading_info=True)
    assert not found["missing_keys"]
    assert not found["mismatched_keys"]
    # An inference with them is possible and gives numbers.
    ids = torch.tensor([[5, 6, 7, 2]])
    inputs = {"decoder_input_ids": ids} if HUB[role].family == "t5" else {}
    with torch.no_grad():
        assert model(input_ids=ids, **inputs)[0].isfinite().all()


@ROLES
def test_configuration_labels_and_dtype_are_those_of_the_hub(on_stand_ins, role):
    real, config = CONFIGURATIONS[role], AutoConfig.from_pretrained(checkpoint(role))
    assert config.model_type == HUB[role].family
    if "id2label" in real:
        assert list(config.id2label.values()) == list(real["id2label"].values())
    assert load(role).dtype == getattr(torch, real.get("torch_dtype", "float32"))


@ROLES
def test_the_tokenizer_has_the_special_tokens_of_its_kind(on_stand_ins, role):
    first, last, mask, padding, types = TOKENIZERS[role]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint(role))
    encoded = tokenizer("The cat sleeps, doesn't she?")
    tokens = encoded.tokens()
    assert tokens[: len(first)] == first
    assert (tokens[-1] if last else None) == last
    assert (tokenizer.mask_token, tokenizer.pad_token) == (mask, padding)
    assert ("token_type_ids" in encoded) == types
    assert tokenizer.is_fast
    text = tokenizer.decode(encoded["input_ids"], skip_special_tokens=True)
    assert text.lower().startswith("the cat sleeps, doesn")


@ROLES
def test_no_token_lies_beyond_the_rows_of_the_embedding(on_stand_ins, role):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint(role))
    rows = AutoConfig.from_pretrained(checkpoint(role)).vocab_size
    assert rows - len(tokenizer) == (28 if HUB[role].family == "t5" else 0)


def test_digits_are_apart_where_smollm2_has_them_apart(on_stand_ins):
    assert AutoTokenizer.from_pretrained(checkpoint("instruct")).tokenize("1984") == list("1984")
    assert len(AutoTokenizer.from_pretrained(checkpoint("causal-lm")).tokenize("1984")) < 4


def test_only_the_instruct_role_has_a_chat_template(on_stand_ins):
    have = [role for role in HUB if AutoTokenizer.from_pretrained(checkpoint(role)).chat_template]
    assert have == ["instruct"]


def test_nothing_is_asked_of_a_network(on_stand_ins, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("somebody wants to connect")

    monkeypatch.setattr("socket.socket.connect", refuse)
    for role in HUB:
        assert json.loads((Path(checkpoint(role)) / "config.json").read_text())


def test_the_table_of_the_profile_and_the_configurations_name_the_same_roles():
    assert set(CONFIGURATIONS) == set(checkpoints.HUB)
