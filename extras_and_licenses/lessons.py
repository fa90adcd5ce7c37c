"""Runs, renders and normalises the notebooks: `python -m extras_and_licenses.lessons run`.

- `lessons()`: the notebooks of the course, in order.
- `execute(notebook)`: run one, on a fresh kernel, with its time and peak memory.
- `run(folder)`: run all; executed copies and HTML in `folder`, and a table. One that fails does not stop the rest.
- `update()`: run all in place, so that the masters hold the outputs of this machine.
- `normalise(notebook)`: take out of a notebook all that changes from run to run.
- `pytest_configure(config)`: as a pytest plugin, compares notebooks as the course does, from any working folder.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from jinja2 import DictLoader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

ROOT = Path(__file__).parent.parent
CELL_TIMEOUT = 300  # seconds
KEPT_CELL_METADATA = ("tags", "ignore_reason", "nbgrader")
# The library's page, but a picture keeps the alternative text that its cell gave it.
PAGE = """
{%- extends 'lab/index.html.j2' -%}
{%- block data_png -%}
<img alt="{{ (output | get_metadata('alt', 'image/png') or '') | escape_html }}"
     src="data:image/png;base64,{{ output.data['image/png'] }}">
{%- endblock -%}
"""
VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Run:
    """What came of running one notebook."""

    notebook: Path
    cells: int
    "Code cells that ran to their end."
    seconds: float
    peak_bytes: int
    "Largest resident memory of the kernel; 0 where the system does not tell."
    error: str | None
    "The cell and its error, or None."


def lessons() -> list[Path]:
    """The notebooks of the course, in the order of their numbers."""
    folders = (ROOT / "notebooks", ROOT / "extras_and_licenses")
    return sorted(
        (path for folder in folders for path in folder.glob("[0-9]*.ipynb")), key=lambda path: path.name
    )


def read(path: Path) -> NotebookNode:
    """Read a notebook, as format 4."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that are run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(path: Path, notebook: NotebookNode, on_cell=lambda: None) -> Run:
    """Run a notebook on a fresh kernel, in the folder it lies in; its outputs are put into `notebook`.

    Args:
        path: where the notebook lies.
        notebook: its content.
        on_cell: called after each code cell.
    """
    done = peak = 0
    error = None

    def cell_executed(**_) -> None:
        nonlocal done, peak
        done += 1
        peak = max(peak, peak_memory(client.km.provisioner.pid))
        on_cell()

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=cell_executed,
        extra_arguments=["--log-level=ERROR"],
    )
    start = time.perf_counter()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, RuntimeError) as failure:
        error = describe_failure(notebook, failure)
    return Run(path, done - (error is not None), time.perf_counter() - start, peak, error)


def peak_memory(pid: int) -> int:
    """The largest resident memory a process has had, in bytes; where only the present one is known, that."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return psutil.Process(pid).memory_info().rss if psutil.pid_exists(pid) else 0


def describe_failure(notebook: NotebookNode, failure: Exception) -> str:
    """Which cell failed, and how."""
    for number, cell in enumerate(code_cells(notebook), start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                return f"code cell {number} ({cell.id}): {output.ename}: {output.evalue}"
    return f"{type(failure).__name__}: {str(failure).strip().splitlines()[-1]}"


def run(folder: Path, paths: list[Path], console: Console) -> list[Run]:
    """Run notebooks, one after the other, into executed copies and HTML, and print a table of what came of it."""
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = [(path, read(path)) for path in paths]
    runs = []
    columns = TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        for path, notebook in notebooks:
            task = progress.add_task(path.stem, total=len(code_cells(notebook)))
            runs.append(execute(path, notebook, lambda task=task: progress.advance(task)))
            nbformat.write(notebook, folder / path.name)
            render(path, notebook, folder)
    console.print(as_table(runs))
    for failed in (run for run in runs if run.error):
        console.print(f"[red]✗[/] {failed.notebook.stem}: {failed.error}", soft_wrap=True, highlight=False)
    return runs


def render(path: Path, notebook: NotebookNode, folder: Path) -> None:
    """Write a notebook as one HTML page that needs no other file: drawings in it, stills for the explorers.

    The page has the exercises as students get them, without solutions.
    """
    from extras_and_licenses.grading.release import student_view

    page = normalised(student_view(notebook))  # without widget views, which a page cannot show
    for cell in page.cells:
        # nbconvert includes only files below the folder that it is told, so that is the root.
        cell.source = cell.source.replace("](../imgs/", "](imgs/")
    exporter = HTMLExporter(
        embed_images=True, extra_loaders=[DictLoader({"page.html.j2": PAGE})], template_file="page.html.j2"
    )
    text, _ = exporter.from_notebook_node(page, {"metadata": {"name": path.stem, "path": str(ROOT)}})
    (folder / f"{path.stem}.html").write_text(text, encoding="utf-8")


def as_table(runs: list[Run]) -> Table:
    """A line for every run."""
    table = Table("lesson", "cells", "seconds", "peak memory", "result")
    for run in runs:
        result = "[red]failed[/]" if run.error else "[green]passed[/]"
        table.add_row(
            run.notebook.stem,
            str(run.cells),
            f"{run.seconds:.1f}",
            f"{run.peak_bytes / 2**20:,.0f} MiB",
            result,
        )
    return table


def update(paths: list[Path], console: Console) -> list[Run]:
    """Run notebooks in place; one that fails is left as it was."""
    runs = []
    for path in paths:
        notebook = read(path)
        runs.append(execute(path, notebook))
        if runs[-1].error is None:
            nbformat.write(notebook, path)
            normalise(path)
    console.print(as_table(runs))
    for failed in (run for run in runs if run.error):
        console.print(f"[red]✗[/] {failed.notebook.stem}: {failed.error}", soft_wrap=True, highlight=False)
    return runs


def normalise(path: Path) -> None:
    """Take out of a notebook file all that changes from run to run, and number its cells in order."""
    notebook = read(path)
    changed = normalised(notebook)
    if changed != read(path):
        nbformat.write(changed, path)


def normalised(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what changes from run to run: timings, widget models, versions of the kernel."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
            if VIEW in output.get("data", {}):
                del output.data[VIEW]
        cell.outputs = joined_streams(cell.outputs)
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
    return notebook


def joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Neighbouring pieces of one stream as one output: where a stream is cut is a matter of timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        follows = joined and output.output_type == joined[-1].output_type == "stream"
        if follows and output.name == joined[-1].name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def pytest_configure(config) -> None:
    """Let nbval use the course's sanitizer, whatever folder pytest was started in."""
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "sanitize.cfg")


def main() -> int:
    """Run a command; the exit status is 1 where a lesson failed."""
    parser = argparse.ArgumentParser(prog="python -m extras_and_licenses.lessons", description=__doc__)
    parser.add_argument("command", choices=["run", "update", "normalise"])
    parser.add_argument("notebook", nargs="*", type=Path, help="only these; all lessons where none is named")
    parser.add_argument("--into", type=Path, default=ROOT / "build", help="where `run` puts copies and HTML")
    arguments = parser.parse_intermixed_args()
    paths = [path.resolve() for path in arguments.notebook] or lessons()
    console = Console()
    if arguments.command == "normalise":
        for path in paths:
            normalise(path)
        return 0
    runs = run(arguments.into, paths, console) if arguments.command == "run" else update(paths, console)
    return int(any(run.error for run in runs))


if __name__ == "__main__":
    sys.exit(main())
