"""Builds the course as a static web site: `python -m extras_and_licenses.book [--into FOLDER]`.

- `lay_out(folder)`: the sources of the site: lessons without solutions, drawings and the front page.
- `build(sources, site)`: run Sphinx on them; a warning counts as an error.
"""

import argparse
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.cmd.build import main as sphinx_build

from extras_and_licenses import lessons
from extras_and_licenses.grading.release import student_view

HERE = Path(__file__).parent
LAB = "http://localhost:8888/lab/tree"  # where `make lab` serves the student set


def lay_out(folder: Path) -> None:
    """Write the sources of the site: lessons as students see them, drawings, front page and configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(lessons.ROOT / "imgs", folder / "imgs")
    for name in ("index.md", "conf.py"):
        shutil.copy(HERE / name, folder / name)
    for path in lessons.lessons():
        place = folder / path.relative_to(lessons.ROOT)
        place.parent.mkdir(exist_ok=True)
        nbformat.write(page(path, lessons.normalised(student_view(lessons.read(path)))), place)


def page(path: Path, notebook: NotebookNode) -> NotebookNode:
    """A master as a page: a link to the running lesson under its title, and alternative text where Sphinx takes it."""
    title, rest = notebook.cells[0].source.split("\n", 1)
    notebook.cells[0].source = f"{title}\n\n{link_to_lab(path)}\n{rest}"
    for cell in lessons.code_cells(notebook):
        for output in cell.outputs:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return notebook


def link_to_lab(path: Path) -> str:
    """Where a reader finds the running lesson, once `make lab` has been started."""
    there = f"{LAB}/{path.stem}/{path.name}"
    return f"```{{tip}}\nTo run this page, start `make lab`, then [open it in JupyterLab]({there}).\n```"


def build(sources: Path, site: Path) -> int:
    """Run Sphinx, with every warning an error; the exit status is Sphinx's."""
    return sphinx_build(["-W", "--keep-going", "-q", "-b", "html", str(sources), str(site)])


def main() -> int:
    """Lay out the sources and build the site from them."""
    parser = argparse.ArgumentParser(prog="python -m extras_and_licenses.book", description=__doc__)
    parser.add_argument(
        "--into", type=Path, default=lessons.ROOT / "build" / "book", help="folder of the site"
    )
    folder = parser.parse_args().into
    lay_out(folder / "sources")
    status = build(folder / "sources", folder / "site")
    if status == 0:
        print(f"The book is in {folder / 'site' / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
