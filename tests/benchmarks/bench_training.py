"""What size and training buy: `make bench-sizes` and `make bench-steps`.

- Sizes: a role's model with small adapters, large ones, and all weights trained, by the role's recipe, for the same
  number of steps on the same data. The size is that of what training changed, in half precision, as the course ships it.
- Steps: a role's model at several checkpoints of one training.

Both measure on the rows that the recipe leaves out. A stopped run goes on from its last checkpoint.
"""

import argparse
import os
import shutil
import sys
from inspect import signature
from pathlib import Path

from rich.console import Console
from rich.table import Table
from safetensors.torch import load_file
from transformers.trainer import TRAINER_STATE_NAME

from extras_and_licenses.device import set_up
from extras_and_licenses.kit import install, measures
from extras_and_licenses.kit.adapters import ALL_WEIGHTS
from extras_and_licenses.kit.evaluate import BASELINE, scores
from extras_and_licenses.kit.training import recipe

RANKS = (4, 16, 64, ALL_WEIGHTS)
WORK = Path(os.environ.get("INSIDE_TRANSFORMERS_WORK", "build/train")) / "bench"
HALF = 2  # bytes of a number in half precision


def megabytes(folder: Path) -> float:
    """Size of the weights in a folder, in half precision."""
    (weights,) = folder.glob("*model.safetensors")
    return sum(tensor.numel() for tensor in load_file(weights).values()) * HALF / 1e6


def whole(role: str, folder: Path, result: Path) -> Path:
    """The folder of a model that loads by itself: adapters merged, with a tokenizer.

    Args:
        role: the role of the model.
        folder: what training wrote.
        result: what the recipe wrote in the end: a configuration, which checkpoints of adapters lack, and in some
            recipes a tokenizer of their own.
    """
    _, entry = recipe(role)
    made = folder / "whole"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    if not (folder / "config.json").is_file():
        shutil.copy(result / "config.json", folder)
    if (folder / "adapter_config.json").is_file():
        install.merge(folder, entry, made)
        return made
    for path in [*folder.glob("*config.json"), folder / "model.safetensors", *result.glob("tokenizer*")]:
        shutil.copy(path, made)
    if entry.body:
        install.copy_tokenizer(install.body_folder(entry.body), made)
    return made


def measured(role: str, folder: Path) -> dict[str, float]:
    """The scores of a model in a folder, without baselines."""
    measures.loaded.cache_clear()
    measures.checkpoint = lambda _: str(folder)  # the role's model is the one that was trained here
    return {name: value for name, value in scores(role).items() if not name.startswith(BASELINE)}


def sizes(role: str, steps: int) -> dict[tuple[str, str], dict[str, float]]:
    """Scores by what was trained and its size."""
    (train, _), found = recipe(role), {}
    if "rank" not in signature(train).parameters:
        raise install.KitError(
            f"The model of {role!r} does not start from the body, so it has no adapters of any size."
        )
    for rank in RANKS:
        own = train(WORK / f"{role}-{steps}-steps-rank-{rank}", rank=rank, max_steps=steps)
        what = "all weights" if rank == ALL_WEIGHTS else f"adapters of rank {rank}"
        found[what, f"{megabytes(own):.1f} MB"] = measured(role, whole(role, own, own))
    return found


def steps(role: str, steps: int, points: int = 6) -> dict[tuple[str, str], dict[str, float]]:
    """Scores by steps, in the order of training; the last is what the recipe makes of it, such as an average."""
    work = WORK / f"{role}-{steps}-steps"
    train, _ = recipe(role)
    own = train(work, max_steps=steps, save_steps=steps // points, save_total_limit=None)
    found = {}
    states = work.rglob(f"checkpoint-*/{TRAINER_STATE_NAME}")
    for folder in (path.parent for path in sorted(states, key=lambda path: path.stat().st_mtime)):
        found[str(folder.relative_to(work)), "steps"] = measured(role, whole(role, folder, own))
    return found | {("the result", ""): measured(role, whole(role, own, own))}


def main() -> int:
    """Train, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sizes", "steps"))
    parser.add_argument("role", help="for sizes, one that starts from the kit's body, such as entities")
    parser.add_argument("steps", type=int, help="training steps")
    arguments = parser.parse_args()
    set_up()
    console = Console(highlight=False)
    try:
        found = {"sizes": sizes, "steps": steps}[arguments.what](arguments.role, arguments.steps)
    except (install.KitError, FileNotFoundError, ConnectionError) as error:
        console.print(f"[red]✗[/] {error}", soft_wrap=True)
        return 1
    table = Table("trained", "", *next(iter(found.values())))
    for names, values in found.items():
        table.add_row(*names, *(f"{value:.3f}" for value in values.values()))
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
