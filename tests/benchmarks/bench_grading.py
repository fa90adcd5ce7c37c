"""How many submissions a minute `make grade` gives, and plain nbgrader: `make bench-grading`.

Both grade the same notebooks on the same machine, with feedback: nbgrader one after the other, as `nbgrader autograde`
and `nbgrader generate_feedback` do, `make grade` with two workers in the sandbox. The grades of every cell must agree.
Plain nbgrader takes long, so by default only five submissions, one of each kind, are timed with it, and its rate
is that of these; `make grade` is always timed on all.
"""

import argparse
import logging
import shutil
import sys
import tempfile
import time
import warnings
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from extras_and_licenses import lessons
from extras_and_licenses.grading import release, sandbox
from extras_and_licenses.grading.course import Course
from extras_and_licenses.grading.grade import grade

KINDS = (
    "as the reference",
    "first exercise unsolved",
    "cells added",
    "lesson changed near its end",
    "error in a cell",
)


def lay_out(root: Path, name: str) -> Course:
    """A course with one assignment."""
    course = Course(root)
    place = course.source / name / f"{name}.ipynb"
    place.parent.mkdir(parents=True)
    shutil.copy(lessons.ROOT / "notebooks" / f"{name}.ipynb", place)
    release.generate(course)
    return course


def variation(master: NotebookNode, handed_out: NotebookNode, number: int) -> NotebookNode:
    """One submission: the student version, filled in from the master, a little different for every number."""
    sources = {
        cell.metadata.nbgrader.grade_id: cell.source for cell in master.cells if "nbgrader" in cell.metadata
    }
    notebook = deepcopy(handed_out)
    solutions = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    kind = KINDS[number % len(KINDS)]
    for place, cell in enumerate(solutions):
        if not (kind == KINDS[1] and place == 0):
            cell.source = f"{sources[cell.metadata.nbgrader.grade_id]}\n# Student {number}"
    first = notebook.cells.index(solutions[0])
    if kind == KINDS[2]:
        notebook.cells.insert(first, new_code_cell(f"sum(range({number}))"))
    elif kind == KINDS[3]:
        before = [cell for cell in notebook.cells[:first] if cell.cell_type == "code"]
        before[-1].source += f"\n# Student {number} tried something here."
    elif kind == KINDS[4]:
        notebook.cells.insert(first, new_code_cell("a_name_that_is_not_there"))
    return notebook


def hand_in(course: Course, name: str, notebooks: list[NotebookNode]) -> None:
    """Put notebooks where students hand them in."""
    for number, notebook in enumerate(notebooks):
        place = course.root / "submitted" / f"student{number:03}" / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(notebook, place)


def plain_nbgrader(course: Course, name: str) -> float:
    """Grade all with nbgrader's own converters; returns the seconds that it took."""
    log = logging.getLogger("plain")
    log.setLevel(logging.CRITICAL)
    config = course.config()
    config.CourseDirectory.assignment_id = name
    config.Execute.timeout = 600
    start = time.perf_counter()
    for converter in (Autograde, GenerateFeedback):
        converter(coursedir=CourseDirectory(config=config, log=log), config=config, log=log).start()
    return time.perf_counter() - start


def scores(course: Course, name: str) -> dict[str, dict[str, float | None]]:
    """The automatic grades, by student and cell."""
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        return {
            one.student.id: {score.name: score.auto_score for score in one.notebooks[0].grades}
            for one in book.assignment_submissions(name)
        }


def main() -> int:
    """Measure, compare the grades, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("submissions", type=int, nargs="?", default=100)
    parser.add_argument("--lesson", default="01_fill_mask")
    parser.add_argument("--plain", type=int, default=5, help="how many of them plain nbgrader grades")
    arguments = parser.parse_args()
    if problem := sandbox.problem():
        print(problem)
        return 1
    warnings.simplefilter("ignore")
    name, many, few = arguments.lesson, arguments.submissions, min(arguments.plain, arguments.submissions)
    with tempfile.TemporaryDirectory() as folder:
        ours, plain = lay_out(Path(folder, "ours"), name), lay_out(Path(folder, "plain"), name)
        master = lessons.read(ours.source / name / f"{name}.ipynb")
        handed_out = lessons.read(ours.staged / name / f"{name}.ipynb")
        notebooks = [variation(master, handed_out, number) for number in range(many)]
        hand_in(ours, name, notebooks)
        hand_in(plain, name, notebooks[:few])
        start = time.perf_counter()
        summary = grade(ours, [name], console=Console(stderr=True))
        rate = many / (time.perf_counter() - start) * 60
        print(f"make grade:     {many:4} submissions of {name}, {rate:6.1f} a minute", flush=True)
        plain_rate = few / plain_nbgrader(plain, name) * 60
        print(f"plain nbgrader: {few:4} submissions of {name}, {plain_rate:6.1f} a minute")
        found, expected = scores(ours, name), scores(plain, name)
    same = all(found[student] == expected[student] for student in expected) and not summary.failed
    print(f"ratio: {rate / plain_rate:.1f}; the grades {'agree' if same else 'DIFFER'}")
    if not same:
        for student in expected:
            if found[student] != expected[student]:
                print(f"{student}: make grade {found[student]}, plain nbgrader {expected[student]}")
        print(*summary.failed, sep="\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
