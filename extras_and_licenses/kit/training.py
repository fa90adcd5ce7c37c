"""What every recipe shares: one set of training arguments, a run that resumes, and the export into the package.

- `training_arguments(work)`: `transformers.TrainingArguments` for a run on this machine.
- `train(trainer)`: run it, from the last checkpoint where there is one.
- `last_checkpoint(work)`: that checkpoint; what a killed run left half written does not count.
- `begun(work)`: whether there is one, so that what comes before in the recipe is done.
- `without_length(collate)`: a collator for rows that carry their length, which sorts them into batches.
- `export(model_folder, entry)`: put trained weights, in half precision, where the kit's installer finds them.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import Trainer, TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import get_last_checkpoint

from extras_and_licenses.device import has_bfloat16
from extras_and_licenses.kit import install


def training_arguments(work: Path, **changes) -> TrainingArguments:
    """Arguments for a run on this machine: bfloat16 autocast where it is faster, checkpoints, no reports to anyone.

    Args:
        work: folder for checkpoints; a second run with the same folder resumes.
        changes: any field of `TrainingArguments`, over the values set here.
    """
    settings = dict(
        output_dir=str(work),
        use_cpu=not torch.cuda.is_available(),
        bf16=has_bfloat16(),
        seed=0,
        train_sampling_strategy="group_by_length",
        lr_scheduler_type="cosine",
        weight_decay=0.01,
        max_grad_norm=1.0,
        logging_steps=50,
        save_steps=250,
        save_total_limit=2,
        report_to="none",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )
    return TrainingArguments(**(settings | changes))


def train(trainer: Trainer) -> None:
    """Run the trainer, from its last checkpoint where there is one; a training that is done is only loaded."""
    last = last_checkpoint(Path(trainer.args.output_dir))
    if last and step_of(last) == trainer.args.max_steps:
        trainer._load_from_checkpoint(str(last))  # `trainer.train` would take one step more
    else:
        trainer.train(resume_from_checkpoint=str(last) if last else None)


def last_checkpoint(work: Path) -> Path | None:
    """The last whole checkpoint in a folder; those that a killed run left half written are removed."""
    while work.is_dir() and (found := get_last_checkpoint(work)):
        if step_of(Path(found)):
            return Path(found)
        shutil.rmtree(found)
    return None


def step_of(folder: Path) -> int:
    """The step at which a checkpoint was written, 0 where it is not whole: its state is what is written last."""
    try:
        return TrainerState.load_from_json(folder / TRAINER_STATE_NAME).global_step
    except (FileNotFoundError, json.JSONDecodeError):
        return 0


def begun(work: Path) -> bool:
    """Whether a training has written a checkpoint to a folder."""
    return last_checkpoint(work) is not None


def without_length(collate: Callable) -> Callable:
    """The collator for rows that also have a `length`, by which the trainer puts rows of like length together."""

    def collate_rows(rows: list[dict]):
        return collate([{name: value for name, value in row.items() if name != "length"} for row in rows])

    return collate_rows


def export(model_folder: Path, entry: install.Entry) -> None:
    """Copy a trained model into its entry's folder, weights in half precision, and note its checksum.

    Args:
        model_folder: what `save_pretrained` wrote.
        entry: the entry of the kit that the model becomes.
    """
    folder = install.HERE / entry.folder
    for path in model_folder.glob("*.json"):
        shares_tokenizer = path.name.startswith("tokenizer") and entry.family == "bert"
        if not shares_tokenizer and path.name != "trainer_state.json":
            shutil.copy(path, folder / path.name)
    (source,) = model_folder.glob("*model.safetensors")
    half = {name: tensor.to(torch.float16) for name, tensor in load_file(source).items()}
    save_file(half, folder / entry.weights_file, metadata={"format": "pt"})
    manifest = install.HERE / "manifest.json"
    records = json.loads(manifest.read_text(encoding="utf-8"))
    for record in records:
        if record["name"] == entry.name:
            record["weights_sha256"] = install.sha256(folder / entry.weights_file)
    manifest.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
