"""Where a course keeps its files, and what in a lesson is an exercise.

- `Course`: the folders and the gradebook of a course, and nbgrader's configuration for them.
- `programs_on_path()`: let nbgrader find the programs that it starts; call it before a gradebook is opened.
- `assignments()`: the lessons that have exercises.
- `section(notebook)`, `prefix(notebook)`: the cells of the exercises, and those before them.
- `exercises(notebook)`: the exercises of a lesson.
- `functions(source)`: the names of the functions that a cell defines.
"""

import ast
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import Config

from extras_and_licenses import lessons

BEGIN_SOLUTION, END_SOLUTION = "BEGIN SOLUTION", "END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
BEGIN_DISCUSSION, END_DISCUSSION = "BEGIN MARK SCHEME", "END MARK SCHEME"
STUB = "raise Unsolved()"
ANSWER_STUB = "*Write your answer here, in place of this line.*"
SUFFIXES = ("-solution", "-test", "-answer", "-discussion")


@dataclass(frozen=True)
class Course:
    """The files of a course below one folder; by default the repository's."""

    root: Path = lessons.ROOT

    @property
    def source(self) -> Path:
        """The masters, laid out as nbgrader has them: `NN_lesson/NN_lesson.ipynb`."""
        return self.root / "build" / "course" / "source"

    @property
    def staged(self) -> Path:
        """The student set as nbgrader wrote it; `release` is made from it."""
        return self.root / "build" / "course" / "release"

    @property
    def release(self) -> Path:
        """The student set, with drawings, as it is handed out."""
        return self.root / "release"

    @property
    def gradebook(self) -> Path:
        """nbgrader's data base."""
        return self.root / "gradebook.db"

    def config(self) -> Config:
        """nbgrader's configuration: its folders for what is handed in, graded and given back lie in `root`."""
        config = Config()
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = f"sqlite:///{self.gradebook}"
        config.CourseDirectory.source_directory = self.source.relative_to(self.root).as_posix()
        config.CourseDirectory.release_directory = self.staged.relative_to(self.root).as_posix()
        return config


@dataclass(frozen=True)
class Exercise:
    """The cells of one exercise; one with code has a solution and a test, a written one an answer."""

    name: str
    "The id of its first cell, such as `01-ex-trace`."
    task: NotebookNode
    solution: NotebookNode | None = None
    test: NotebookNode | None = None
    answer: NotebookNode | None = None
    discussion: NotebookNode | None = None


def programs_on_path() -> None:
    """Put the programs of this Python's environment on the path: a new gradebook starts one by its name, `alembic`."""
    here, folders = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if here not in folders.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, folders])


def assignments() -> list[Path]:
    """The lessons that have exercises, in the order of their numbers."""
    return [path for path in lessons.lessons() if exercises(lessons.read(path))]


def is_exercise(cell: NotebookNode) -> bool:
    """Whether a cell is one that nbgrader knows."""
    return "nbgrader" in cell.metadata


def prefix(notebook: NotebookNode) -> list[NotebookNode]:
    """All cells before the first exercise: what a student's functions can use, and what the exercises import."""
    first = next((place for place, cell in enumerate(notebook.cells) if is_exercise(cell)), None)
    return notebook.cells[:first]


def section(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of all exercises, their discussions included."""
    return [cell for cell in notebook.cells if is_exercise(cell) or BEGIN_DISCUSSION in cell.source]


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """The exercises of a lesson, in order."""
    found: dict[str, dict[str, NotebookNode]] = {}
    for cell in section(notebook):
        suffix = next((suffix for suffix in SUFFIXES if cell.id.endswith(suffix)), "")
        found.setdefault(cell.id.removesuffix(suffix), {})[suffix.removeprefix("-") or "task"] = cell
    return [Exercise(name, **cells) for name, cells in found.items()]


def functions(source: str) -> list[str]:
    """The names of the functions that a cell defines at its top level."""
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
