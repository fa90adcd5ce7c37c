"""The small assignment that is attacked, and what an attack writes on.

- `master()`: the assignment: two exercises of two points with code, one of three points in words.
- `Workbook`: the student version, to be filled in.
- `attack(points, says)`: marks a function that fills in a workbook as an attack; `ATTACKS` holds them all.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "tiny"
HIDDEN = "no-student-must-see-this-8731"  # stands in the hidden tests only
SECRET = "grader-secret-4417"  # in the grader's environment
RIGHT_ADD = "def add(a, b):\n    return a + b + base"
RIGHT_MEAN = "def mean(values):\n    return values.sum() / len(values)"
WRONG_ADD = "def add(a, b):\n    return a - b"
WRONG_MEAN = "def mean(values):\n    return values.max()"

PREFIX = """
import torch
from extras_and_licenses.exercises import Unsolved, expect
base = 10
torch.manual_seed(0)
print("ready")
"""
HELPER = """
def shifted(x):
    return x + base
shifted(1)
"""
ADD_TEST = f"""
expect(add(1, 2), 13, "add(1, 2)")
print("add is right for the example.")
### BEGIN HIDDEN TESTS
for a in range(3):  # {HIDDEN}
    expect(add(a, 5), a + 5 + base, f"add({{a}}, 5)")
### END HIDDEN TESTS
"""
MEAN_TEST = f"""
expect(mean(torch.tensor([1.0, 2.0, 6.0])), 3.0, "mean of 1, 2, 6")
### BEGIN HIDDEN TESTS
values = torch.arange(8.0)  # {HIDDEN}
assert torch.allclose(torch.as_tensor(mean(values)).float(), values.mean()), "mean of 0 to 7"
### END HIDDEN TESTS
"""


def cell(kind: str, name: str, source: str, **flags) -> NotebookNode:
    """A cell with nbgrader's metadata."""
    made = new_code_cell(source.strip()) if kind == "code" else new_markdown_cell(source.strip())
    data = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made.metadata = nbformat.from_dict({"nbgrader": {**data, "grade_id": name, **flags}})
    made.id = name
    return made


def solution(source: str) -> str:
    """A function whose body is the reference solution."""
    head, body = source.split("\n", 1)
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def master() -> NotebookNode:
    """The assignment with solutions and hidden tests."""
    test = {"grade": True, "locked": True, "points": 2}
    cells = [
        new_markdown_cell("# A tiny assignment", id="title"),
        new_code_cell(PREFIX.strip(), id="prefix"),
        new_code_cell(HELPER.strip(), id="helper"),
        new_markdown_cell("## Exercises", id="exercises"),
        cell("markdown", "ex-add", "### Exercise 1 Add\n\nAdd two numbers and `base`.", locked=True),
        cell("code", "ex-add-solution", solution(RIGHT_ADD), solution=True),
        cell("code", "ex-add-test", ADD_TEST, **test),
        cell("markdown", "ex-mean", "### Exercise 2 Mean\n\nThe mean of a tensor.", locked=True),
        cell("code", "ex-mean-solution", solution(RIGHT_MEAN), solution=True),
        cell("code", "ex-mean-test", MEAN_TEST, **test),
        cell("markdown", "ex-why-answer", "*Your answer.*", grade=True, solution=True, points=3),
        new_code_cell("print('the end')", id="end"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@dataclass
class Workbook:
    """What a student hands in; right in both exercises until something is changed."""

    notebook: NotebookNode
    folder: Path
    "`submitted/STUDENT/tiny`."
    course: Path
    "The course's folder, which a student may have guessed."
    port: int = 0
    "Where the test listens on loopback."
    content: bytes | None = None
    "What is written in place of the notebook."
    extra: dict = field(default_factory=dict)
    "Keys that the file has beside those of the notebook."

    def __post_init__(self):
        self.notebook = deepcopy(self.notebook)
        self.add(RIGHT_ADD)
        self.mean(RIGHT_MEAN)
        self.known("ex-why-answer").source = "Because."

    def known(self, grade_id: str) -> NotebookNode:
        """The cell with a grade id."""
        return next(
            c for c in self.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
        )

    def add(self, source: str) -> None:
        """Write the first exercise."""
        self.known("ex-add-solution").source = source.strip()

    def mean(self, source: str) -> None:
        """Write the second exercise."""
        self.known("ex-mean-solution").source = source.strip()

    def wrong(self) -> None:
        """Write wrong answers for both exercises."""
        self.add(WRONG_ADD)
        self.mean(WRONG_MEAN)

    def insert(self, source: str, before: str = "ex-add-solution") -> None:
        """Put in a code cell of one's own."""
        place = self.notebook.cells.index(self.known(before))
        self.notebook.cells.insert(place, new_code_cell(source.strip()))

    def save(self) -> None:
        """Hand it in."""
        place = self.folder / f"{NAME}.ipynb"
        if self.content is None:
            self.content = nbformat.writes(nbformat.from_dict({**self.notebook, **self.extra})).encode()
        if not place.exists() and not place.is_symlink():
            place.write_bytes(self.content)


@dataclass(frozen=True)
class Attack:
    """An attack, and what must come of it."""

    name: str
    write: Callable[[Workbook], None]
    points: float | None
    "What the tests must give; None where there is no such student."
    says: str
    "What the feedback must say."
    shown: tuple[str, ...]
    "What must not stand in any output."


ATTACKS: list[Attack] = []


def attack(points: float | None, says: str = "", never: tuple[str, ...] = ()):
    """Mark a function that fills in a workbook as an attack.

    Args:
        points: what the two exercises with code must give together.
        says: a part of a sentence that the feedback must hold.
        never: what no output of the submission may hold.
    """

    def marked(write: Callable[[Workbook], None]) -> Callable[[Workbook], None]:
        ATTACKS.append(Attack(write.__name__, write, points, says, (HIDDEN, SECRET, *never)))
        return write

    return marked
