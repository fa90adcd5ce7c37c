"""Models by role, in two profiles: `kit` (small, on this machine) and `hub` (the canonical checkpoints).

- `checkpoint(role)`: a local folder that `from_pretrained` and `pipeline` take.
- `describe(role)`: one line that says which checkpoint that is.
- `dtype_for(role, device)`: the dtype to load it with.
- `table()`: every role of a profile with name, size, licence, and whether it is on disk.
- `profile_in_use()`: the profile that is on.
- `CheckpointError`: what goes wrong, with the remedy.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import torch

from extras_and_licenses.device import choose_dtype
from extras_and_licenses.kit import install

PROFILE_VARIABLE = "INSIDE_TRANSFORMERS_PROFILE"


class CheckpointError(RuntimeError):
    """A checkpoint cannot be given; the message says why and what to do."""


@dataclass(frozen=True)
class HubCheckpoint:
    """A checkpoint on the Hugging Face hub."""

    name: str
    "Repository id on the hub."
    revision: str | None
    "Commit that is asked for; None where no trustworthy one is known yet, then the newest is taken."
    family: str
    "Architecture as `config.model_type` spells it."
    parameters: float
    "Millions of parameters; four bytes each on disk unless `bytes_each` says otherwise."
    licence: str
    "As the model's page states it."
    bytes_each: int = 4
    "Bytes a parameter takes on disk."

    @property
    def size_bytes(self) -> int:
        """About how much is downloaded, in bytes."""
        return round(self.parameters * 1e6) * self.bytes_each


# The revisions await a first run with the hub: they were read in public code and caches, not on the hub itself.
HUB = {
    "fill-mask": HubCheckpoint(
        "google-bert/bert-base-uncased",
        "86b5e0934494bd15c9632b12f734a8a67f723594",
        "bert",
        110.1,
        "Apache-2.0",
    ),
    "question-answering": HubCheckpoint(
        "deepset/roberta-base-squad2",
        "adc3b06f79f797d1c575d5479d6f5efe54a9e3b4",
        "roberta",
        124.1,
        "CC-BY-4.0",
    ),
    "emotions": HubCheckpoint(
        "SamLowe/roberta-base-go_emotions",
        "58b6c5b44a7a12093f782442969019c7e2982299",
        "roberta",
        124.7,
        "MIT",
    ),
    "entities": HubCheckpoint(
        "dbmdz/bert-large-cased-finetuned-conll03-english",
        "4c534963167c08d4b8ff1f88733cf2930f86add0",
        "bert",
        333.6,
        "not stated",
    ),
    "entailment": HubCheckpoint(
        "facebook/bart-large-mnli", "d7645e127eaf1aefc7862fd59a17a5aa8558b8ce", "bart", 407.3, "MIT"
    ),
    "embeddings": HubCheckpoint(
        "sentence-transformers/all-MiniLM-L6-v2",
        "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        "bert",
        22.7,
        "Apache-2.0",
    ),
    "seq2seq": HubCheckpoint(
        "google-t5/t5-base", "a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1", "t5", 222.9, "Apache-2.0"
    ),
    "seq2seq-large": HubCheckpoint(
        "google-t5/t5-large", "150ebc2c4b72291e770f58e6057481c8d2ed331a", "t5", 737.7, "Apache-2.0"
    ),
    "instruct": HubCheckpoint(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "12fd25f77366fa6b3b4b768ec3050bf629380bac",
        "llama",
        134.5,
        "Apache-2.0",
        bytes_each=2,
    ),
    "causal-lm": HubCheckpoint(
        "openai-community/gpt2", "607a30d783dfa663caf39e06633721c8d4cfcd7e", "gpt2", 124.4, "MIT"
    ),
}
DOWNLOADED_FILES = ["*.json", "*.txt", "*.model", "*.jinja", "*.safetensors"]


@dataclass(frozen=True)
class Row:
    """One line of the table of checkpoints."""

    role: str
    name: str
    "Name in the kit, or repository id on the hub."
    source: str
    'The profile: `"kit"` or `"hub"`.'
    size_bytes: int
    "On disk, once installed or downloaded."
    licence: str
    on_disk: bool


def profile_in_use(profile: str | None = None) -> str:
    """The profile asked for: the argument, else `INSIDE_TRANSFORMERS_PROFILE`, else `"kit"`.

    Raises:
        CheckpointError: there is no such profile.
    """
    profile = profile or os.environ.get(PROFILE_VARIABLE) or "kit"
    if profile not in ("kit", "hub"):
        raise CheckpointError(
            f"There is no profile {profile!r}. Use 'kit' or 'hub', as an argument or in {PROFILE_VARIABLE}."
        )
    return profile


def checkpoint(role: str, profile: str | None = None) -> str:
    """The folder of the checkpoint for a role, verified, downloaded first where the profile is `hub`.

    Args:
        role: for example `"fill-mask"`.
        profile: `"kit"` or `"hub"`; None for the one in use.

    Raises:
        CheckpointError: no such role or profile, the kit is not installed or damaged, or the hub does not answer.
    """
    profile = profile_in_use(profile)
    entry = _entry(role, profile)
    if profile == "hub":
        return str(_download(entry))
    try:
        return str(install.installed_folder(entry))
    except install.KitError as error:
        raise CheckpointError(str(error)) from error


def describe(role: str, profile: str | None = None) -> str:
    """One line that says which checkpoint plays a role: name, profile, millions of parameters, licence."""
    profile = profile_in_use(profile)
    entry = _entry(role, profile)
    return f"{role}: {entry.name} ({profile}), {entry.parameters:.1f} million parameters, {entry.licence}"


def dtype_for(role: str, device: torch.device | str, profile: str | None = None) -> torch.dtype:
    """The dtype to load a role's checkpoint with.

    The kit is always float32, so that it says the same on every machine; a hub checkpoint gets what suits the
    device and its family.
    """
    profile = profile_in_use(profile)
    entry = _entry(role, profile)
    return torch.float32 if profile == "kit" else choose_dtype(torch.device(device), entry.family)


def table(profile: str | None = None) -> list[Row]:
    """Every role of a profile, and whether its checkpoint is on this machine's disk."""
    profile = profile_in_use(profile)
    rows = []
    for role, entry in _roles(profile).items():
        on_disk = _snapshot(entry) is not None if profile == "hub" else install.is_installed(entry)
        rows.append(Row(role, entry.name, profile, entry.size_bytes, entry.licence, on_disk))
    return rows


def _roles(profile: str) -> dict[str, HubCheckpoint] | dict[str, install.Entry]:
    return HUB if profile == "hub" else {role: entry for entry in install.entries() for role in entry.roles}


def _entry(role: str, profile: str) -> HubCheckpoint | install.Entry:
    roles = _roles(profile)
    if role not in roles:
        raise CheckpointError(
            f"The profile {profile!r} has no checkpoint for the role {role!r}. Its roles are: {', '.join(sorted(roles))}."
        )
    return roles[role]


def _snapshot(entry: HubCheckpoint) -> Path | None:
    """The folder of a checkpoint that was downloaded before, or None."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(entry.name, "config.json", revision=entry.revision)
    return Path(config).parent if isinstance(config, str) else None


def _download(entry: HubCheckpoint) -> Path:
    """The folder of a hub checkpoint at its revision: from the hub's own cache, else over the network."""
    from huggingface_hub import snapshot_download

    wanted = {"repo_id": entry.name, "revision": entry.revision, "allow_patterns": DOWNLOADED_FILES}
    try:
        return Path(snapshot_download(**wanted))
    except Exception as error:  # what the hub's client raises without a network differs by version
        if _snapshot(entry) is not None:  # the hub asks for a list of files first, though they are all here
            return Path(snapshot_download(**wanted, local_files_only=True))
        raise CheckpointError(
            f"{entry.name} is not on this machine and the hub did not give it ({type(error).__name__}). "
            f"Check the network and that HF_HUB_OFFLINE is not set, or use the kit: {PROFILE_VARIABLE}=kit."
        ) from error
