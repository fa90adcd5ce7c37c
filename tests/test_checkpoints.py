"""A role gives a checkpoint of the profile in use, or one clear sentence."""

import pytest
import torch
from transformers import AutoConfig

from extras_and_licenses import checkpoints
from extras_and_licenses.checkpoints import CheckpointError, checkpoint, describe, dtype_for, table

ONLY_ON_THE_HUB = {"seq2seq-large"}
KIT_ROLES = sorted(set(checkpoints.HUB) - ONLY_ON_THE_HUB)


@pytest.mark.parametrize("role", KIT_ROLES)
def test_a_role_of_the_kit_gives_a_folder_of_the_family_it_states(role):
    family = next(entry.family for entry in checkpoints.install.entries() if role in entry.roles)
    assert AutoConfig.from_pretrained(checkpoint(role)).model_type == family


def test_the_profile_is_the_argument_then_the_variable_then_the_kit(monkeypatch):
    monkeypatch.delenv(checkpoints.PROFILE_VARIABLE, raising=False)
    assert checkpoints.profile_in_use() == "kit"
    monkeypatch.setenv(checkpoints.PROFILE_VARIABLE, "hub")
    assert checkpoints.profile_in_use() == "hub"
    assert checkpoints.profile_in_use("kit") == "kit"


def test_an_unknown_profile_is_named_with_those_there_are(monkeypatch):
    monkeypatch.setenv(checkpoints.PROFILE_VARIABLE, "cloud")
    with pytest.raises(CheckpointError, match=r"'cloud'.*'kit' or 'hub'"):
        checkpoint("fill-mask")


def test_an_unknown_role_is_named_with_those_there_are():
    with pytest.raises(CheckpointError, match=r"'fil-mask'.*fill-mask"):
        checkpoint("fil-mask")
    with pytest.raises(CheckpointError, match="'seq2seq-large'"):
        checkpoint("seq2seq-large", profile="kit")


def test_a_hub_that_cannot_be_reached_is_one_sentence_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        CheckpointError, match=r"google-t5/t5-base is not on this machine.*INSIDE_TRANSFORMERS_PROFILE=kit"
    ):
        checkpoint("seq2seq", profile="hub")


def test_whatever_the_hub_client_raises_becomes_one_sentence(monkeypatch, tmp_path):
    def fail(*_, **__):
        raise ValueError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(CheckpointError, match="the hub did not give it"):
        checkpoint("fill-mask", profile="hub")


def test_a_description_names_the_checkpoint_and_no_path():
    assert (
        describe("seq2seq", "hub") == "seq2seq: google-t5/t5-base (hub), 222.9 million parameters, Apache-2.0"
    )
    assert checkpoint("seq2seq", "kit") not in describe("seq2seq", "kit")


def test_the_kit_is_float32_everywhere_and_the_hub_by_card_and_family():
    assert dtype_for("seq2seq", "cpu", "kit") == torch.float32
    assert dtype_for("fill-mask", "cuda", "kit") == torch.float32
    assert dtype_for("fill-mask", "cpu", "hub") == torch.float32


def test_the_table_has_a_line_for_every_role_of_the_profile():
    assert {row.role for row in table("hub")} == set(checkpoints.HUB)
    rows = {row.role: row for row in table("kit")}
    assert set(KIT_ROLES) == set(rows)
    assert all(row.on_disk and row.size_bytes > 1e6 and row.licence for row in rows.values())


def test_a_hub_checkpoint_on_disk_is_given_without_the_network(monkeypatch, tmp_path):
    entry = checkpoints.HUB["seq2seq"]
    folder = tmp_path / "models--google-t5--t5-base" / "snapshots" / entry.revision
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert checkpoint("seq2seq", "hub") == str(folder)
