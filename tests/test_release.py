"""The student set holds no solution, is complete, and what a student has worked in is never overwritten."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException

from extras_and_licenses import lessons
from extras_and_licenses.grading import course as courses
from extras_and_licenses.grading import release
from extras_and_licenses.grading.course import Course

MASTERS = {path.stem: path for path in lessons.lessons()}
WITH_EXERCISES = [path.stem for path in courses.assignments()]
PER_LESSON = pytest.mark.parametrize("name", WITH_EXERCISES)
PER_MASTER = pytest.mark.parametrize("name", MASTERS)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    assert release.release(made) == []
    return made


def released(course: Course, name: str) -> Path:
    return course.release / name / f"{name}.ipynb"


@PER_LESSON
def test_no_line_of_a_solution_a_hidden_test_an_answer_or_a_discussion_is_left(course, name, secret_lines):
    secret = secret_lines(lessons.read(MASTERS[name]))
    assert len(secret) > 30
    text = "\n".join(strings(json.loads(released(course, name).read_text(encoding="utf-8"))))
    assert [line for line in secret if line in text] == []
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        assert mark not in text


@PER_LESSON
def test_no_output_is_left_and_no_cell_is_empty(course, name):
    cells = lessons.read(released(course, name)).cells
    assert not [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")]
    assert not [cell.id for cell in cells if not cell.source.strip()]


@PER_LESSON
def test_the_student_set_is_the_master_but_for_the_exercises(course, name):
    master, found = lessons.read(MASTERS[name]), lessons.read(released(course, name))
    kept = [cell.id for cell in master.cells if courses.BEGIN_DISCUSSION not in cell.source]
    assert [cell.id for cell in found.cells] == kept
    stubs = {cell.id: cell.source for cell in found.cells}
    for cell in master.cells:
        if not courses.is_exercise(cell) and cell.id in stubs:
            assert stubs[cell.id] == cell.source
    for exercise in courses.exercises(master):
        if exercise.solution:
            assert stubs[exercise.solution.id].rstrip().endswith(f"    {courses.STUB}")
            assert stubs[exercise.test.id].count("expect(") >= 1
        else:
            assert stubs[exercise.answer.id] == courses.ANSWER_STUB


@PER_LESSON
def test_what_students_see_in_the_book_is_what_they_are_handed(course, name):
    view = release.student_view(lessons.read(MASTERS[name]))
    handed = lessons.read(released(course, name))
    assert [(c.id, c.source) for c in view.cells] == [(c.id, c.source) for c in handed.cells]


@PER_LESSON
def test_running_all_cells_goes_on_past_the_tests_and_nothing_else(course, name):
    cells = lessons.code_cells(lessons.read(released(course, name)))
    tests = [exercise.test.id for exercise in courses.exercises(lessons.read(MASTERS[name])) if exercise.test]
    assert [cell.id for cell in cells if "raises-exception" in cell.metadata.get("tags", [])] == tests


@PER_MASTER
def test_every_drawing_of_a_lesson_is_found_from_the_masters_and_from_the_student_set(course, name):
    notebook = lessons.read(released(course, name))
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    names = [piece.split(")")[0] for piece in prose.split("](../imgs/")[1:]]
    for folder in (MASTERS[name].parent, released(course, name).parent):
        assert all((folder / ".." / "imgs" / picture).is_file() for picture in names)


@PER_LESSON
def test_the_gradebook_knows_every_exercise_and_its_points(course, name):
    tasks = courses.exercises(lessons.read(MASTERS[name]))
    graded = [cell for task in tasks for cell in (task.test, task.answer) if cell]
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        cells = {cell.name: cell.max_score for cell in book.find_notebook(name, name).grade_cells}
        sources = {cell.name: cell.source for cell in book.find_notebook(name, name).source_cells}
    assert cells == {cell.id: cell.metadata.nbgrader.points for cell in graded}
    for task in tasks:
        if task.test:
            assert sources[task.test.id] == task.test.source  # hidden tests are there when it is graded


@pytest.fixture
def small(tmp_path, monkeypatch) -> Course:
    """A course of one lesson with exercises and one without."""
    kept = {"00_start_here": MASTERS["00_start_here"], "01_fill_mask": MASTERS["01_fill_mask"]}
    monkeypatch.setattr(lessons, "lessons", lambda: list(kept.values()))
    return Course(tmp_path)


def test_a_notebook_that_someone_worked_in_is_kept_and_named(small):
    release.release(small, gradebook=False)
    place = released(small, "01_fill_mask")
    place.write_text(place.read_text().replace("raise Unsolved()", "return 1"))
    before = place.read_bytes()
    assert release.release(small, gradebook=False) == [place]
    assert place.read_bytes() == before


def test_a_notebook_that_nobody_worked_in_follows_its_master(small, tmp_path, monkeypatch):
    release.release(small, gradebook=False)
    changed = lessons.read(MASTERS["01_fill_mask"])
    changed.cells[0].source = "# 01 Another title"
    master = tmp_path / "masters" / "01_fill_mask.ipynb"
    master.parent.mkdir()
    nbformat.write(changed, master)
    monkeypatch.setattr(lessons, "lessons", lambda: [master])
    assert release.release(small, gradebook=False) == []
    assert "Another title" in released(small, "01_fill_mask").read_text()


def test_students_get_no_gradebook(small):
    release.release(small, gradebook=False)
    assert not small.gradebook.exists()


def test_a_solution_outside_an_exercise_stops_the_release(small, tmp_path, monkeypatch):
    broken = lessons.read(MASTERS["01_fill_mask"])
    code = lessons.code_cells(broken)[0]
    code.source += "\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"
    master = tmp_path / "masters" / "01_fill_mask.ipynb"
    master.parent.mkdir()
    nbformat.write(broken, master)
    monkeypatch.setattr(lessons, "lessons", lambda: [master])
    with pytest.raises(NbGraderException):
        release.release(small, gradebook=False)
    assert not small.release.exists()


def test_the_command_says_where_the_student_set_is_and_what_it_kept(small, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["release", "--into", str(small.root), "--no-gradebook"])
    assert release.main() == 0
    assert capsys.readouterr().out == "The student set is in release/\n"
    released(small, "00_start_here").write_text("mine")
    assert release.main() == 0
    said = "release/00_start_here/00_start_here.ipynb was worked in and is kept."
    assert capsys.readouterr().out.startswith(said)


def strings(value) -> list[str]:
    """Every text in a notebook, wherever it stands: sources, outputs, metadata."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []
