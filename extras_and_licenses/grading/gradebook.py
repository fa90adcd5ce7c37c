"""Puts results into nbgrader's gradebook, and gets feedback and grades out of it.

- `Book`: the gradebook of a course: `save` a result, `feedback` for a student, `export` all grades.
- `RefuseToExecute`: keeps the form grader from running a submission without a sandbox.

nbgrader's own converters do the work, with its checks of the cells, its rules for late submissions and for grades given
by hand. Two things are different: what executes a notebook is not a kernel here but the result of `engine`, and the pages
of the feedback hold no scripts.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    GetGrades,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from sqlalchemy.exc import SAWarning

from extras_and_licenses.grading.course import Course
from extras_and_licenses.grading.engine import Result
from extras_and_licenses.grading.submission import Reading, Submission

MARK = "graded.json"
# No scripts, no frames, nothing loaded from anywhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'"


class TakeResult(NbGraderPreprocessor):
    """Stands where nbgrader executes a notebook: puts in the outputs that the engine gave."""

    def __init__(self, reading: Reading, result: Result, **options):
        super().__init__(**options)
        self.reading, self.result = reading, result

    def preprocess(self, nb, resources):
        """See nbconvert's `Preprocessor`."""
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        ran = [cell for cell in self.reading.notebook.cells if cell.cell_type == "code"]
        if [cell.source for cell in code] != [cell.source for cell in ran]:
            raise ValueError(
                "nbgrader changed a cell after it was run: make the student set again with `make release`."
            )
        for number, (cell, outputs) in enumerate(zip(code, self.result.outputs, strict=True), start=1):
            cell.execution_count = number
            cell.outputs = [nbformat.from_dict(deepcopy(output)) for output in outputs]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
        notes = [*self.reading.notes, *self.result.notes]
        if notes:
            nb.cells.insert(
                0, new_markdown_cell("\n".join(["**Notes from grading**\n", *(f"- {n}" for n in notes)]))
            )
        return nb, resources


class RefuseToExecute(NbGraderPreprocessor):
    """Stands first where nbgrader would start a kernel by itself, as the form grader's button does: it says no."""

    def preprocess(self, nb, resources):
        """See nbconvert's `Preprocessor`."""
        raise NbGraderException("Submissions are executed in the sandbox only: run `make grade`.")


class TakingAutograde(Autograde):
    """nbgrader's `autograde` with results that are there already."""

    def __init__(self, reading: Reading, result: Result, **options):
        super().__init__(**options)
        self.autograde_preprocessors = [
            TakeResult(reading, result),
            SaveAutoGrades,
            AssignLatePenalties,
            CheckCellMetadata,
        ]


class InertFeedback(GenerateFeedback):
    """nbgrader's `generate_feedback`, in pages without scripts and without the source of hidden tests."""

    def __init__(self, **options):
        super().__init__(**options)
        self.preprocessors = [GetGrades, ClearHiddenTests, CSSHTMLHeaderPreprocessor]

    def write_single_notebook(self, output: str, resources) -> None:
        """Write the page; the scripts in it are the template's own."""
        output = re.sub(r"<script\b.*?</script>", "", output, flags=re.DOTALL | re.IGNORECASE)
        policy = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
        super().write_single_notebook(output.replace("<head>", policy, 1), resources)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep SQLAlchemy from warning about nbgrader, which was written for an older one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield


class Book:
    """The gradebook of a course.

    Args:
        course: its folders.
    """

    def __init__(self, course: Course):
        self.course = course
        self.log = logging.getLogger("extras_and_licenses.grading")
        self.log.propagate = False
        self.logged: list[str] = []
        handler = logging.Handler(logging.ERROR)
        handler.emit = lambda record: self.logged.append(record.getMessage())
        self.log.handlers = [handler]

    def directory(self, submission: Submission, **changes: str) -> CourseDirectory:
        """nbgrader's view of the course for one submission."""
        config = self.course.config()
        config.CourseDirectory.student_id = submission.student
        config.CourseDirectory.assignment_id = submission.assignment
        config.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", MARK]
        config.CourseDirectory.update(changes)
        return CourseDirectory(config=config, log=self.log)

    def students(self) -> set[str]:
        """The students that the gradebook lists."""
        with self._open() as book:
            return {student.id for student in book.students}

    def is_graded(self, submission: Submission, version: str) -> bool:
        """Whether this very submission was graded with these very tests."""
        mark = self._mark(submission)
        return (mark.get("submission"), mark.get("tests")) == (submission.digest(), version)

    def save(
        self, submission: Submission, digest: str, version: str, reading: Reading, result: Result
    ) -> None:
        """Write the grades of a result; the mark that it is graded comes last.

        Args:
            submission: what was graded.
            digest: its fingerprint when it was read.
            version: a fingerprint of the tests.
            reading: its notebook as it was run.
            result: what came of it.
        """
        with _quiet(), tempfile.TemporaryDirectory(prefix="grading-") as folder:
            place = Path(folder, "submitted", submission.student, submission.assignment)
            place.mkdir(parents=True)
            nbformat.write(reading.notebook, place / submission.notebook.name)
            if submission.timestamp:
                (place / "timestamp.txt").write_text(submission.timestamp)
            if submission.secret:
                (place / "submission_secret.txt").write_text(submission.secret)
            directory = self.directory(submission, submitted_directory=str(Path(folder, "submitted")))
            self._convert(TakingAutograde(reading, result, coursedir=directory, force=True, log=self.log))
        self._write_mark(submission, {"submission": digest, "tests": version})

    def feedback(self, submission: Submission) -> bool:
        """Write the page for a student, unless it shows all that the gradebook holds; returns whether it was written."""
        mark, grades = self._mark(submission), self._grades(submission)
        page = self.course.root / "feedback" / submission.student / submission.assignment
        if mark.get("feedback") == grades and page.is_dir():
            return False
        self._convert(InertFeedback(coursedir=self.directory(submission), force=True, log=self.log))
        self._write_mark(submission, {**mark, "feedback": grades})
        return True

    def _convert(self, converter: BaseConverter) -> None:
        """Let one of nbgrader's converters work; what it would log is raised."""
        self.logged.clear()
        try:
            converter.start()
        except NbGraderException as error:
            traceback = next(
                (text for text in reversed(self.logged) if text.startswith("Traceback")), str(error)
            )
            sentences = re.findall(r"^[\w.]+: .+", traceback, re.MULTILINE) or [str(error)]
            raise RuntimeError(sentences[-1]) from error

    def export(self) -> Path:
        """Write `grades.csv`, whole or not at all."""
        place = self.course.root / "grades.csv"
        new = self.course.root / "build" / "grades.csv"
        with self._open() as book:
            CsvExportPlugin(to=str(new), log=self.log).export(book)
        os.replace(new, place)
        return place

    @contextlib.contextmanager
    def _open(self) -> Iterator[Gradebook]:
        with Gradebook(f"sqlite:///{self.course.gradebook}") as book:
            yield book

    def _grades(self, submission: Submission) -> str:
        """A fingerprint of all that the feedback shows of the gradebook."""
        with self._open() as book:
            found = book.find_submission(submission.assignment, submission.student)
            notebooks = [
                [
                    [
                        (grade.name, grade.auto_score, grade.manual_score, grade.extra_credit)
                        for grade in notebook.grades
                    ],
                    [(comment.name, comment.comment) for comment in notebook.comments],
                    notebook.late_submission_penalty,
                ]
                for notebook in found.notebooks
            ]
        return hashlib.sha256(json.dumps(notebooks).encode()).hexdigest()

    def _place(self, submission: Submission) -> Path:
        return self.course.root / "autograded" / submission.student / submission.assignment / MARK

    def _mark(self, submission: Submission) -> dict[str, str]:
        """What is written about a submission that was graded."""
        try:
            return json.loads(self._place(submission).read_text())
        except (OSError, ValueError):
            return {}

    def _write_mark(self, submission: Submission, mark: dict[str, str]) -> None:
        new = self._place(submission).with_suffix(".new")
        new.write_text(json.dumps(mark))
        os.replace(new, self._place(submission))
