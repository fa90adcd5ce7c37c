"""Every attack ends with the right grade, a sentence for the student, and no effect on anything else."""

import html
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from extras_and_licenses.grading import release, sandbox
from extras_and_licenses.grading.course import Course
from extras_and_licenses.grading.grade import grade
from extras_and_licenses.grading.sandbox import MIB, Limits
from tests.attacks import ATTACKS, Workbook
from tests.attacks.workbook import NAME, SECRET, master

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

LIMITS = Limits(
    cell_seconds=5, notebook_seconds=16, memory=600 * MIB, scratch=16 * MIB, processes=40, restarts=6
)
BY_NAME = {attack.name: attack for attack in ATTACKS}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in which all attacks, and one bystander, were graded together."""
    if problem := sandbox.problem():
        pytest.fail(problem)
    course = Course(tmp_path_factory.mktemp("course"))
    place = course.source / NAME / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    nbformat.write(master(), place)
    release.generate(course)
    handed_out = nbformat.read(course.staged / NAME / f"{NAME}.ipynb", as_version=4)
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as canary:
        canary.bind("\0grading-canary")
        canary.listen()
        visits = []
        threading.Thread(target=_count_visits, args=[listener, visits], daemon=True).start()
        for student in ["bystander", *BY_NAME]:
            folder = course.root / "submitted" / student / NAME
            folder.mkdir(parents=True)
            book = Workbook(handed_out, folder, course.root, listener.getsockname()[1])
            if student in BY_NAME:
                BY_NAME[student].write(book)
            book.save()
        (course.root / "submitted" / "..\\escaped" / NAME).mkdir(parents=True)
        (course.root / "submitted" / "[a-z]*" / NAME).mkdir(parents=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GRADER_SECRET", SECRET)
            before = _files(course)
            summary = grade(course, [NAME], LIMITS)
    return course, summary, before, visits


def _count_visits(listener: socket.socket, visits: list) -> None:
    try:
        while True:
            visits.append(listener.accept())
    except OSError:
        return


def _files(course: Course) -> dict[str, bytes]:
    """All that grading must leave as it was."""
    folders = (course.source, course.staged, course.root / "submitted")
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    ]
    return {str(path): path.read_bytes() for path in files}


def _scores(course: Course, student: str) -> dict[str, tuple]:
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        submission = book.find_submission_notebook(NAME, NAME, student)
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.max_score) for grade in submission.grades
        }


def _page(course: Course, student: str) -> str:
    return (course.root / "feedback" / student / NAME / f"{NAME}.html").read_text()


@pytest.mark.parametrize("name", [name for name, attack in BY_NAME.items() if attack.points is not None])
def test_the_grade_is_right(graded, name):
    scores = _scores(graded[0], name)
    automatic = [scores["ex-add-test"], scores["ex-mean-test"]]
    assert sum(score for score, _, _ in automatic) == BY_NAME[name].points
    assert [(manual, most) for _, manual, most in automatic] == [(None, 2.0)] * 2
    assert scores["ex-why-answer"][1:] == (None, 3.0)


@pytest.mark.parametrize("name", [name for name, attack in BY_NAME.items() if attack.says])
def test_the_feedback_says_what_happened(graded, name):
    text = html.unescape(html.unescape(re.sub(r"<(?!script)[^>]*>", "", _page(graded[0], name))))
    stopped = re.findall(r"[^\n]* stopped\.", text)  # what pytest would cut out of the middle of a page
    assert BY_NAME[name].says in text, stopped


@pytest.mark.parametrize("name", [name for name, attack in BY_NAME.items() if attack.points is not None])
def test_the_feedback_is_inert_and_shows_nothing_hidden(graded, name):
    page = _page(graded[0], name)
    body = page.partition("<body")[2]
    assert "<script" not in page.lower()
    assert not re.search(r"<[^>]*\s(on\w+|srcdoc)\s*=", body)
    assert not re.search(r"<(iframe|svg|object|embed|form|base|meta|link)\b", body)
    assert not re.search(r"<[^>]*\s(href|src)\s*=\s*[\"']?(?![\"'#]|data:image/|https?://)", body)
    assert "script-src" not in page and "default-src 'none'" in page
    for secret in BY_NAME[name].shown:
        assert secret not in page


@pytest.mark.parametrize("name", [name for name, attack in BY_NAME.items() if attack.points is not None])
def test_no_script_lies_in_wait_for_who_grades_by_hand(graded, name):
    """The form grader shows text cells and outputs of the graded notebook as they are."""
    place = graded[0].root / "autograded" / name / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(place, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type in ("code", "markdown")
        if cell.cell_type == "markdown":
            assert not re.search(r"<[a-zA-Z/!]|\]\(|\]:|\\href", cell.source)
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/plain", "image/png", "image/jpeg"}
            assert not re.search(
                r"[<>\"']", "".join(v for k, v in output.get("data", {}).items() if k != "text/plain")
            )
            assert not output.get("metadata")


def test_every_attack_was_graded(graded):
    course, summary, _, _ = graded
    assert summary.failed == []
    assert summary.graded == 1 + sum(attack.points is not None for attack in ATTACKS)
    assert {path.name for path in (course.root / "feedback").iterdir()} == {
        "bystander",
        *(attack.name for attack in ATTACKS if attack.points is not None),
    }


def test_there_are_at_least_forty():
    assert len(BY_NAME) == len(ATTACKS) >= 40


def test_the_bystander_has_all_points(graded):
    scores = _scores(graded[0], "bystander")
    assert (scores["ex-add-test"][0], scores["ex-mean-test"][0]) == (2, 2)
    assert "Notes from grading" not in _page(graded[0], "bystander")


def test_nothing_else_has_changed(graded):
    course, _, before, visits = graded
    assert _files(course) == before
    assert visits == []
    assert not Path("/tmp/pickled").exists()
    escaped = [
        path
        for path in course.root.rglob("*escaped*")
        if "submitted" not in path.relative_to(course.root).parts
    ]
    assert escaped == []
    links = [
        path
        for name in ("autograded", "feedback")
        for path in (course.root / name).rglob("*")
        if path.is_symlink()
    ]
    assert links == []
    assert not any(path.name in ("grades", "masters") for path in (course.root / "feedback").rglob("*"))


def test_no_process_is_left(graded):
    listing = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    mine = [
        line
        for line in listing.splitlines()
        if "grading.warm" in line and str(os.getpid()) in line.split()[:2]
    ]
    assert mine == []


def test_the_csv_holds_every_student_once(graded):
    lines = (graded[0].root / "grades.csv").read_text().splitlines()
    students = [line.split(",")[3] for line in lines[1:]]
    assert len(students) == len(set(students)) == graded[1].graded
