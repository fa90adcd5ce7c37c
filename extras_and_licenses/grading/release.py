"""Makes the student set from the masters: `python -m extras_and_licenses.grading.release`.

- `student_view(notebook)`: a lesson as students see it, without solutions, hidden tests and discussions.
- `lay_out(course)`: the masters as nbgrader's source version.
- `generate(course)`: nbgrader's `generate_assignment` on them; it also writes the gradebook.
- `publish(course)`: the student set with its drawings in `release/`; a notebook that someone worked in is kept.
"""

import argparse
import shutil
import sys
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveCells,
)
from traitlets.config import Config

from extras_and_licenses import lessons
from extras_and_licenses.grading import course as courses
from extras_and_licenses.grading.course import Course


class DropEmptied(NbGraderPreprocessor):
    """Take out the cells of which nothing is left: those that held a discussion."""

    def preprocess(self, nb, resources):
        """See nbconvert's `Preprocessor`."""
        nb.cells = [cell for cell in nb.cells if cell.source.strip()]
        return nb, resources


class LetTestsFail(NbGraderPreprocessor):
    """Tag test cells, so that running all cells goes on past an unsolved exercise."""

    def preprocess_cell(self, cell, resources, index):
        """See nbconvert's `Preprocessor`."""
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
        return cell, resources


def stripping() -> Config:
    """The configuration of nbgrader's preprocessors that take out what students must not see."""
    config = Config()
    config.ClearSolutions.code_stub = {"python": courses.STUB}
    config.ClearSolutions.text_stub = courses.ANSWER_STUB
    config.ClearMarkScheme.enforce_metadata = False  # discussions are cells of their own
    return config


def student_view(notebook: NotebookNode) -> NotebookNode:
    """A lesson as students see it, with the outputs of all cells but those of the exercises."""
    view = deepcopy(notebook)
    for cell in courses.section(view):
        if cell.cell_type == "code":
            cell.outputs = []
    for step in (ClearSolutions, ClearHiddenTests, ClearMarkScheme, DropEmptied):
        view, _ = step(config=stripping()).preprocess(view, {})
    return view


def lay_out(course: Course) -> None:
    """Copy the masters of the lessons that have exercises to where nbgrader expects its source version."""
    shutil.rmtree(course.source, ignore_errors=True)
    for path in courses.assignments():
        place = course.source / path.stem / path.name
        place.parent.mkdir(parents=True)
        shutil.copy(path, place)


def generate(course: Course, gradebook: bool = True) -> None:
    """Let nbgrader make the student version of every assignment.

    Args:
        course: where the source version lies.
        gradebook: whether the exercises are written into the gradebook, as grading needs it.

    Raises:
        nbgrader.converters.base.NbGraderException: if a notebook is not what nbgrader expects, or if its
            exercises changed after submissions were graded.
    """
    courses.programs_on_path()
    config = course.config()
    config.merge(stripping())
    config.GenerateAssignment.no_database = not gradebook
    config.GenerateAssignment.preprocessors = [
        LockCells,
        ClearSolutions,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        *([SaveCells] if gradebook else []),
        ClearHiddenTests,
        ClearMarkScheme,
        DropEmptied,
        LetTestsFail,
        ComputeChecksums,
        CheckCellMetadata,
    ]
    shutil.rmtree(course.staged, ignore_errors=True)
    for folder in sorted(course.source.iterdir()):
        config.CourseDirectory.assignment_id = folder.name
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()


def publish(course: Course, before: dict[str, bytes]) -> list[Path]:
    """Write the student set to `release/`; lessons without exercises go there as they are.

    Args:
        course: where the staged student version lies.
        before: content of the student set as it was made the last time, by the name of the lesson.

    Returns:
        The notebooks that were kept because someone worked in them.
    """
    shutil.rmtree(course.release / "imgs", ignore_errors=True)
    shutil.copytree(lessons.ROOT / "imgs", course.release / "imgs")
    kept = []
    for name, content in student_set(course).items():
        place = course.release / name / f"{name}.ipynb"
        if place.exists() and place.read_bytes() not in (content, before.get(name)):
            kept.append(place)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return kept


def student_set(course: Course) -> dict[str, bytes]:
    """Content of every lesson of the student set, by the lesson's name."""
    found = {}
    for path in lessons.lessons():
        staged = course.staged / path.stem / path.name
        found[path.stem] = (staged if staged.exists() else path).read_bytes()
    return found


def release(course: Course, gradebook: bool = True) -> list[Path]:
    """Make the student set; returns the notebooks that were kept because someone worked in them."""
    before = student_set(course)
    lay_out(course)
    generate(course, gradebook)
    return publish(course, before)


def main() -> int:
    """Make the student set and say where it is."""
    parser = argparse.ArgumentParser(
        prog="python -m extras_and_licenses.grading.release", description=__doc__
    )
    parser.add_argument("--into", type=Path, default=lessons.ROOT, help="folder of the course")
    parser.add_argument("--no-gradebook", action="store_true", help="for students, who grade nothing")
    arguments = parser.parse_args()
    course = Course(arguments.into.resolve())
    kept = release(course, gradebook=not arguments.no_gradebook)
    for place in kept:
        name = place.relative_to(course.root)
        print(f"{name} was worked in and is kept. For a fresh one, move it away and run this again.")
    print(f"The student set is in {course.release.relative_to(course.root)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
