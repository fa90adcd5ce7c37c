"""What every recipe shares: one set of training arguments, a run that resumes, and the export into the package.

- `recipe(role)`: what trains the model of a role, and the entry of the kit that this model is.
- `training_arguments(work)`: `transformers.TrainingArguments` for a run on this machine.
- `RecipeTrainer`: a `transformers.Trainer` whose order of rows does not depend on stops.
- `train(trainer)`: run it, from the last checkpoint where there is one that was trained in the same way.
- `last_checkpoint(work)`: that checkpoint; what a killed run left half written does not count.
- `without_length(collate)`: a collator for rows that carry their length, which sorts them into batches.
- `average(trained, folder)`: the mean of the weights of several stages of one training.
- `export(model_folder, entry)`: put trained weights, in half precision, where the kit's installer finds them.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import Trainer, TrainerState, TrainingArguments
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_pt_utils import LengthGroupedSampler
from transformers.trainer_utils import get_last_checkpoint

from extras_and_licenses.device import choose_device, has_bfloat16
from extras_and_licenses.kit import install

# The fields of `TrainingArguments` that decide what a training ends with.
DECISIVE = (
    "max_steps",
    "num_train_epochs",
    "per_device_train_batch_size",
    "learning_rate",
    "lr_scheduler_type",
    "lr_scheduler_kwargs",
    "warmup_steps",
    "weight_decay",
    "adam_beta2",
    "max_grad_norm",
    "seed",
)


def recipe(role: str) -> tuple[Callable[..., Path], install.Entry]:
    """The function that trains the model of a role and returns the model's folder, and the model's entry.

    Raises:
        KitError: the kit has no recipe for the role.
    """
    trained = {role: entry for entry in install.entries() for role in entry.roles if not entry.wheels}
    if role not in trained:
        raise install.KitError(
            f"There is no recipe for the role {role!r}. Choose one of: {', '.join(sorted(trained))}."
        )
    return import_module(f"{__package__}.{trained[role].folder}.train").run, trained[role]


def training_arguments(work: Path, **changes) -> TrainingArguments:
    """Arguments for a run on this machine: bfloat16 autocast where it is faster, checkpoints, no reports to anyone.

    Args:
        work: folder for checkpoints; a second run with the same folder resumes.
        changes: any field of `TrainingArguments`, over the values set here.
    """
    settings = dict(
        output_dir=str(work),
        use_cpu=choose_device().type != "cuda",
        bf16=has_bfloat16(),
        seed=0,
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


class OrderByPass(LengthGroupedSampler):
    """Rows of like length in one batch, in an order that hangs on the seed and the number of the pass alone.

    The library's own order hangs on all random numbers drawn before. A run that resumes within its second pass would
    draw another one, and see some rows twice and others not at all.
    """

    def __init__(self, batch_size: int, lengths: list[int], seed: int):
        super().__init__(batch_size, lengths=lengths, generator=torch.Generator())
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Choose the pass; the data loader calls it before each."""
        self.epoch = epoch

    def __iter__(self):
        self.generator.manual_seed(1_000 * self.seed + self.epoch)
        return super().__iter__()


class RecipeTrainer(Trainer):
    """The library's trainer with `OrderByPass`; every recipe uses it or a class of its own on top."""

    def _get_train_sampler(self, train_dataset=None) -> OrderByPass:
        rows = self.train_dataset if train_dataset is None else train_dataset
        return OrderByPass(self.args.train_batch_size, list(rows["length"]), self.args.seed)


def train(trainer: RecipeTrainer) -> None:
    """Run the trainer, from its last checkpoint where there is one; a training that is done is only loaded.

    So a recipe of several trainings does them all, one after the other, and goes on where it was stopped.

    Raises:
        KitError: the checkpoint is of a training with other settings or other data.
    """
    work = Path(trainer.args.output_dir)
    record, now = work / "training.json", training_of(trainer)
    last = last_checkpoint(work)
    if last is None:
        work.mkdir(parents=True, exist_ok=True)
        install.write_whole(record, json.dumps(now, indent=2) + "\n")
        trainer.train()
        return
    before = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    if other := [name for name, value in now.items() if before.get(name) != value]:
        raise install.KitError(
            f"The training in {work} was begun with other settings or data than it would go on with: "
            f"{', '.join(other)}. Remove that folder to train anew."
        )
    state = state_of(last)
    if state.global_step >= state.max_steps:
        print(f"{work} has a finished training, which is used as it is. Remove the folder to train anew.")
        trainer._load_from_checkpoint(str(last))  # `trainer.train` would take one step more
    else:
        trainer.train(resume_from_checkpoint=str(last))


def training_of(trainer: RecipeTrainer) -> dict[str, object]:
    """What the result of a training hangs on, the machine aside: its settings, its data, and what is trained."""
    arguments = trainer.args.to_dict()
    data = hashlib.sha256()
    for column in trainer.train_dataset.data.columns:
        for chunk in column.chunks:
            for buffer in filter(None, chunk.buffers()):
                data.update(buffer)
    trained = sum(weights.numel() for weights in trainer.model.parameters() if weights.requires_grad)
    return {name: arguments[name] for name in DECISIVE} | {
        "data": data.hexdigest(),
        "trained weights": trained,
    }


def last_checkpoint(work: Path) -> Path | None:
    """The last whole checkpoint in a folder; those that a killed run left half written are removed."""
    while work.is_dir() and (found := get_last_checkpoint(work)):
        if state_of(Path(found)):
            return Path(found)
        shutil.rmtree(found)
    return None


def state_of(folder: Path) -> TrainerState | None:
    """How far a checkpoint is, None where it is not whole: its state is what is written last."""
    try:
        return TrainerState.load_from_json(folder / TRAINER_STATE_NAME)
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def without_length(collate: Callable) -> Callable:
    """The collator for rows that also have a `length`, by which the trainer puts rows of like length together."""

    def collate_rows(rows: list[dict]):
        return collate([{name: value for name, value in row.items() if name != "length"} for row in rows])

    return collate_rows


def average(trained: Sequence[Path], folder: Path) -> Path:
    """Write the mean of the weights of several stages of one training (Izmailov et al. 2018, stochastic weight averaging).

    Args:
        trained: folders with weights, each but the first of a model that went on from those before.
        folder: where the result is written, beside what is there.
    """
    shutil.copytree(trained[-1], folder, dirs_exist_ok=True)
    (weights,) = folder.glob("*model.safetensors")
    states = [load_file(part / weights.name) for part in trained]
    means = {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}
    save_file(means, weights, metadata={"format": "pt"})
    return folder


def export(model_folder: Path, entry: install.Entry, trained_on: str) -> None:
    """Copy a trained model into its entry's folder, weights in half precision, and note its checksum and its data.

    Where this is killed after the weights are in place, they do not have the checksum that is noted last: the installer
    refuses them until the command is given again.

    Args:
        model_folder: what `save_pretrained` wrote.
        entry: the entry of the kit that the model becomes.
        trained_on: `install.TABLES` or `install.HUB`.
    """
    folder = install.HERE / entry.folder
    (source,) = model_folder.glob("*model.safetensors")
    half = {name: tensor.to(torch.float16) for name, tensor in load_file(source).items()}
    unfinished = folder / f"{install.UNFINISHED}{entry.weights_file}"
    save_file(half, unfinished, metadata={"format": "pt"})
    checksum = install.sha256(unfinished)
    unfinished.replace(folder / entry.weights_file)
    for path in model_folder.glob("*.json"):
        install.write_whole(folder / path.name, path.read_text(encoding="utf-8"))
    manifest = install.HERE / "manifest.json"
    records = json.loads(manifest.read_text(encoding="utf-8"))
    for record in records:
        if record["name"] == entry.name:
            record |= {"weights_sha256": checksum, "trained_on": trained_on}
    install.write_whole(manifest, json.dumps(records, indent=2) + "\n")
