"""Grades what students handed in: `python -m extras_and_licenses.grading.grade [LESSON ...]`.

- `grade(course, names, ...)`: grade all that is new in `submitted/`, write feedback and `grades.csv`.
- `grade_one(engine, submission, handed_out)`: one submission in, one result out.

It may be stopped at any moment, and started again: a submission counts as graded once its grades, and after them a mark,
are written; one without a mark is graded from the start.
"""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from extras_and_licenses import lessons
from extras_and_licenses.grading import container, release, sandbox
from extras_and_licenses.grading.course import Course
from extras_and_licenses.grading.engine import Assignment, Engine, EngineError, Result, error_output, is_test
from extras_and_licenses.grading.gradebook import Book
from extras_and_licenses.grading.sandbox import Limits
from extras_and_licenses.grading.submission import Reading, Submission, find, read

BUBBLEWRAP, CONTAINER, NO_SANDBOX = "bubblewrap", "container", "none-i-trust-every-submission"
WORKERS = 2


@dataclass
class Summary:
    """What came of grading."""

    graded: int = 0
    kept: int = 0
    "Submissions that were graded before."
    failed: list[str] = field(default_factory=list)
    "Sentences on submissions and lessons that could not be graded, through no fault of a student's."


def grade_one(
    engine: Engine, submission: Submission, handed_out: NotebookNode
) -> tuple[str, Reading, Result]:
    """Read and run one submission; returns its fingerprint, its notebook as it was run, and what came of it."""
    digest = submission.digest()
    reading = read(submission, handed_out, engine.assignment.tests)
    if not reading.readable:
        return digest, reading, not_run(reading)
    try:
        return digest, reading, engine.run(reading.notebook.cells)
    except EngineError:
        engine.restart()
        return digest, reading, engine.run(reading.notebook.cells)


def not_run(reading: Reading) -> Result:
    """The result of a submission that cannot be run: no test passes."""
    result = Result()
    for cell in reading.notebook.cells:
        if cell.cell_type == "code":
            if is_test(cell):
                result.passed[cell.metadata.nbgrader.grade_id] = False
            result.outputs.append([error_output("NotRun", reading.notes[0])] if is_test(cell) else [])
    return result


def grade(
    course: Course,
    names: list[str],
    limits: Limits | None = None,
    trusted: bool = False,
    again: bool = False,
    console: Console | None = None,
) -> Summary:
    """Grade all submissions of some assignments that are new or changed.

    Args:
        course: the folders of the course; its student set was made, with the gradebook.
        names: the assignments.
        limits: what a submission may take.
        trusted: run without a sandbox.
        again: grade also what was graded before.
        console: where progress is shown.

    Returns:
        What came of it; a lesson that does not run itself is told there, and the others are graded.
    """
    console = console or Console()
    summary, book = Summary(), Book(course)
    columns = TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        for name in names:
            try:
                _grade_assignment(book, name, limits or Limits(), trusted, again, progress, summary)
            except EngineError as error:
                summary.failed.append(str(error))
    book.export()
    return summary


def _grade_assignment(
    book: Book, name: str, limits: Limits, trusted: bool, again: bool, progress: Progress, summary: Summary
) -> None:
    """Grade the submissions of one assignment."""
    source = book.course.source / name / f"{name}.ipynb"
    handed_out = lessons.read(book.course.staged / name / f"{name}.ipynb")
    assignment = Assignment.from_notebook(name, lessons.read(source))
    version = assignment.version
    submissions, notes = find(book.course.root, name)
    for note in notes:
        progress.console.print(note, soft_wrap=True, markup=False)
    waiting = [one for one in submissions if again or not book.is_graded(one, version)]
    summary.kept += len(submissions) - len(waiting)
    listed = book.students()
    task = progress.add_task(name, total=len(submissions), completed=len(submissions) - len(waiting))
    if waiting:
        with Engine(assignment, limits, trusted) as engine, ThreadPoolExecutor(WORKERS) as pool:
            running = {pool.submit(grade_one, engine, one, handed_out): one for one in waiting}
            for future in as_completed(running):
                one = running.pop(future)
                with _failure_of(one, summary):
                    digest, reading, result = future.result()
                    book.save(one, digest, version, reading, result)
                    book.feedback(one)
                    summary.graded += 1
                if listed and one.student not in listed:
                    progress.console.print(
                        f"{one.student} was not in the gradebook and was added.", markup=False
                    )
                progress.advance(task)
    for one in submissions:
        with _failure_of(one, summary):
            if one not in waiting:
                book.feedback(one)  # where grades or comments were given by hand since


@contextlib.contextmanager
def _failure_of(submission: Submission, summary: Summary) -> Iterator[None]:
    """Note a failure; the other submissions must be graded whatever happened to this one."""
    try:
        yield
    except Exception as error:
        sentence = f"{submission.student}, {submission.assignment}: {type(error).__name__}: {error}"
        summary.failed.append(sentence)


def main() -> int:
    """Grade from the command line; 1 where something could not be graded."""
    parser = argparse.ArgumentParser(prog="python -m extras_and_licenses.grading.grade", description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 01_fill_mask; all by default")
    parser.add_argument("--course", type=Path, default=lessons.ROOT, help="folder of the course")
    parser.add_argument("--again", action="store_true", help="grade also what was graded before")
    parser.add_argument(
        "--sandbox",
        choices=(BUBBLEWRAP, CONTAINER, NO_SANDBOX),
        help="by default bubblewrap, and a container where that cannot be used",
    )
    arguments = parser.parse_args()
    console = Console()
    course = Course(arguments.course.resolve())
    trusted = arguments.sandbox == NO_SANDBOX
    problem = sandbox.problem() if arguments.sandbox in (None, BUBBLEWRAP) else None
    if arguments.sandbox == CONTAINER or (problem and not arguments.sandbox):
        try:
            container.run(course.root, [*arguments.lessons, *(["--again"] if arguments.again else [])])
        except container.ContainerError as error:
            problem = f"{problem or ''} {error}".strip()
    if problem:
        console.print(problem, soft_wrap=True, markup=False)
        console.print(
            f"To grade without a sandbox, with all that this risks: make grade SANDBOX={NO_SANDBOX}"
        )
        return 1
    lock = FileLock(course.root / "build" / "grade.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        console.print("Another `make grade` is running: wait for it, or stop it.")
        return 1
    if not course.source.is_dir() or not course.gradebook.exists():
        release.release(course)
    known = sorted(folder.name for folder in course.source.iterdir())
    if unknown := [name for name in arguments.lessons if name not in known]:
        console.print(
            f"There is no lesson {unknown[0]!r} with exercises: choose from {', '.join(known)}.", markup=False
        )
        return 1
    summary = grade(
        course, arguments.lessons or known, trusted=trusted, again=arguments.again, console=console
    )
    console.print(f"{summary.graded} graded, {summary.kept} as before; see feedback/ and grades.csv.")
    for sentence in summary.failed:
        console.print(f"Not graded: {sentence}", soft_wrap=True, markup=False)
    return 1 if summary.failed else 0


if __name__ == "__main__":
    sys.exit(main())
