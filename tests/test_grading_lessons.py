"""A real lesson is graded in the sandbox as its author means it."""

import sys

import pytest

from extras_and_licenses import lessons
from extras_and_licenses.grading import release
from extras_and_licenses.grading.engine import Assignment, Engine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

LESSON = "01_fill_mask"


@pytest.fixture(scope="module")
def lesson():
    """The master, and the warm lesson."""
    master = lessons.read(lessons.ROOT / "notebooks" / f"{LESSON}.ipynb")
    with Engine(Assignment.from_notebook(LESSON, master)) as engine:
        yield master, engine


def test_the_reference_solutions_have_all_points(lesson):
    master, engine = lesson
    result = engine.run(master.cells)
    assert result.notes == []
    assert result.passed and all(result.passed.values())


def test_the_student_set_as_handed_out_has_none(lesson):
    master, engine = lesson
    handed_out = release.student_view(master)
    result = engine.run(handed_out.cells)
    assert result.notes == []
    assert result.passed and not any(result.passed.values())
    assert [
        output["evalue"]
        for outputs in result.outputs
        for output in outputs
        if output["output_type"] == "error"
    ]


def test_no_process_of_a_submission_can_read_a_solution(lesson):
    """The warm process holds neither solutions nor tests: they are not in what it was told, nor in its cells."""
    _, engine = lesson
    told = "\n".join(engine.assignment.prefix)
    hidden = [test.partition("### BEGIN HIDDEN TESTS")[2] for test in engine.assignment.tests.values()]
    lines = {line.strip() for text in hidden for line in text.splitlines() if len(line.strip()) > 20}
    assert lines and not any(line in told for line in lines)
