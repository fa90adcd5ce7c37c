"""Grading keeps to nbgrader's rules, can be stopped and started again, and its parts do what they say."""

import logging
import math
import os
import signal
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy
import pytest
import torch
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from extras_and_licenses.grading import grade as grading
from extras_and_licenses.grading import messages, plain_data, release, sandbox
from extras_and_licenses.grading.course import Course
from extras_and_licenses.grading.engine import (
    Assignment,
    Engine,
    EngineError,
    Process,
    Stopped,
    alive,
    descendants,
)
from extras_and_licenses.grading.grade import grade
from extras_and_licenses.grading.sandbox import MIB, Limits
from extras_and_licenses.grading.submission import inert
from tests.attacks.workbook import NAME, RIGHT_ADD, WRONG_ADD, Workbook, master

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

LIMITS = Limits(cell_seconds=20, notebook_seconds=60, memory=600 * MIB)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course with its gradebook, to be copied."""
    course = Course(tmp_path_factory.mktemp("template"))
    place = course.source / NAME / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    nbformat.write(master(), place)
    release.generate(course)
    return course


@pytest.fixture
def course(template, tmp_path):
    """A fresh course."""
    subprocess.run(["cp", "-r", f"{template.root}/.", str(tmp_path)], check=True)
    return Course(tmp_path)


@pytest.fixture(scope="module")
def engine(template):
    """A warm lesson."""
    notebook = nbformat.read(template.source / NAME / f"{NAME}.ipynb", as_version=4)
    with Engine(Assignment.from_notebook(NAME, notebook), LIMITS) as engine:
        yield engine


def hand_in(course: Course, student: str, add: str = RIGHT_ADD, timestamp: str | None = None) -> Workbook:
    """Hand in a notebook that is right but for what is given."""
    folder = course.root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").unlink(missing_ok=True)
    handed_out = nbformat.read(course.staged / NAME / f"{NAME}.ipynb", as_version=4)
    book = Workbook(handed_out, folder, course.root)
    book.add(add)
    book.save()
    if timestamp:
        (folder / "timestamp.txt").write_text(timestamp)
    return book


def submission(course: Course, student: str):
    """What the gradebook holds of a student's submission, as (score, needs manual grade, seconds late)."""
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        found = book.find_submission(NAME, student)
        return found.score, found.needs_manual_grade, found.total_seconds_late


def in_gradebook(course: Course):
    """The gradebook, to be changed."""
    return Gradebook(f"sqlite:///{course.gradebook}")


# nbgrader's rules -------------------------------------------------------------------------------------------


def test_a_second_run_grades_nothing_again(course):
    hand_in(course, "ann")
    hand_in(course, "bob", WRONG_ADD)
    first = grade(course, [NAME], LIMITS)
    pages = {path: path.stat().st_mtime_ns for path in (course.root / "feedback").rglob("*.html")}
    second = grade(course, [NAME], LIMITS)
    assert (first.graded, first.kept, second.graded, second.kept) == (2, 0, 0, 2)
    assert {path: path.stat().st_mtime_ns for path in pages} == pages
    assert submission(course, "ann")[0] == 4
    assert submission(course, "bob")[0] == 2


def test_a_resubmission_is_graded_again_and_the_others_are_not(course):
    hand_in(course, "ann", WRONG_ADD)
    hand_in(course, "bob")
    grade(course, [NAME], LIMITS)
    hand_in(course, "ann")
    assert grade(course, [NAME], LIMITS).graded == 1
    assert submission(course, "ann")[0] == 4
    lines = (course.root / "grades.csv").read_text().splitlines()
    assert sum(",ann," in line for line in lines) == 1


def test_a_grade_and_a_comment_given_by_hand_survive_and_reach_the_feedback(course):
    hand_in(course, "ann", WRONG_ADD)
    grade(course, [NAME], LIMITS)
    with in_gradebook(course) as book:
        book.find_grade("ex-why-answer", NAME, NAME, "ann").manual_score = 2.5
        book.find_grade("ex-add-test", NAME, NAME, "ann").manual_score = 1
        book.find_comment("ex-why-answer", NAME, NAME, "ann").manual_comment = "Well put."
        book.db.commit()
    assert grade(course, [NAME], LIMITS).graded == 0
    assert "Well put." in (course.root / "feedback" / "ann" / NAME / f"{NAME}.html").read_text()
    assert grade(course, [NAME], LIMITS, again=True).graded == 1
    assert submission(course, "ann")[0] == 5.5
    assert ",5.5," in (course.root / "grades.csv").read_text()


def test_a_written_answer_waits_for_a_person_and_an_empty_one_does_not(course):
    hand_in(course, "ann")
    book = hand_in(course, "bob")
    place = book.folder / f"{NAME}.ipynb"
    notebook = nbformat.read(place, as_version=4)
    handed_out = nbformat.read(course.staged / NAME / f"{NAME}.ipynb", as_version=4)
    notebook.cells[-2].source = handed_out.cells[-2].source
    nbformat.write(notebook, place)
    grade(course, [NAME], LIMITS)
    assert submission(course, "ann")[1] and not submission(course, "bob")[1]


def test_a_late_submission_is_known_as_late(course):
    with in_gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate="2030-01-01 12:00:00 UTC")
    hand_in(course, "ann", timestamp="2030-01-01 11:00:00 UTC")
    hand_in(course, "bob", timestamp="2030-01-01 13:00:00 UTC")
    grade(course, [NAME], LIMITS)
    assert submission(course, "ann")[2] == 0
    assert submission(course, "bob")[2] == 3600


def test_feedback_goes_back_through_the_exchange(course, tmp_path):
    book, secret = hand_in(course, "ann", timestamp="2030-01-01 11:00:00 UTC"), "0a" * 64
    (book.folder / "submission_secret.txt").write_text(secret)
    grade(course, [NAME], LIMITS)
    config = Config(course.config())
    config.CourseDirectory.course_id, config.CourseDirectory.assignment_id = "nlp", NAME
    config.Exchange.root = str(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o777)
    parts = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config)}
    ExchangeReleaseFeedback(**parts, config=config).start()
    (page,) = (tmp_path / "exchange" / "nlp" / "feedback").iterdir()
    assert page.name == f"{notebook_hash(secret=secret, notebook_id=NAME)}.html"


@pytest.mark.parametrize("secret", ["", "../../gradebook", "0a" * 2000, None])
def test_a_secret_that_is_none_goes_nowhere(course, secret):
    book = hand_in(course, "ann")
    if secret is None:
        (book.folder / "submission_secret.txt").symlink_to(course.gradebook)
    else:
        (book.folder / "submission_secret.txt").write_text(secret)
    assert grade(course, [NAME], LIMITS).graded == 1
    assert not list((course.root / "feedback").rglob("submission_secret.txt"))


def test_a_newer_timestamp_alone_counts_as_a_resubmission(course):
    hand_in(course, "ann", timestamp="2030-01-01 11:00:00 UTC")
    grade(course, [NAME], LIMITS)
    hand_in(course, "ann", timestamp="2030-01-01 12:00:00 UTC")
    assert grade(course, [NAME], LIMITS).graded == 1
    assert "2030-01-01 12:00:00" in (course.root / "grades.csv").read_text()


def test_students_of_the_list_without_a_submission_have_no_points_and_unknown_ones_are_added(course):
    with in_gradebook(course) as book:
        book.add_student("listed", last_name="Last", first_name="First")
    hand_in(course, "unknown")
    grade(course, [NAME], LIMITS)
    rows = {
        line.split(",")[3]: line.split(",") for line in (course.root / "grades.csv").read_text().splitlines()
    }
    assert rows["listed"][4:6] == ["Last", "First"] and rows["listed"][9] == "0.0"
    assert rows["unknown"][9] == "4.0"


def test_a_folder_without_the_notebook_has_no_points_and_is_told_why(course):
    (course.root / "submitted" / "ann" / NAME).mkdir(parents=True)
    grade(course, [NAME], LIMITS)
    assert submission(course, "ann")[:2] == (0, False)
    assert (
        "is missing from what was handed in"
        in (course.root / "feedback" / "ann" / NAME / f"{NAME}.html").read_text()
    )


def test_changed_tests_grade_everything_again(course):
    hand_in(course, "ann")
    grade(course, [NAME], LIMITS)
    place = course.source / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(place, as_version=4)
    test = next(cell for cell in notebook.cells if cell.id == "ex-add-test")
    test.source = test.source.replace("add(1, 2), 13", "add(1, 2), 14")
    nbformat.write(notebook, place)
    release.generate(course)
    assert grade(course, [NAME], LIMITS).graded == 1
    assert submission(course, "ann")[0] == 2


def test_the_form_grader_cannot_run_a_submission_outside_the_sandbox(course):
    config = Config()
    place = Path(grading.__file__).parent / "jupyter" / "nbgrader_config.py"
    exec(compile(place.read_text(), place.name, "exec"), {"get_config": lambda: config})
    config.merge(course.config())
    config.CourseDirectory.assignment_id = NAME
    book = hand_in(course, "ann", "def add(a, b):\n    open('ran', 'w')")
    log = logging.getLogger("refused")
    log.setLevel(logging.CRITICAL)
    directory = CourseDirectory(config=config, log=log)
    with pytest.raises(NbGraderException):
        Autograde(coursedir=directory, config=config, log=log).start()
    assert not list(book.course.rglob("ran"))
    assert not (course.root / "autograded" / "ann" / NAME / f"{NAME}.ipynb").exists()


# Stopped and started again ----------------------------------------------------------------------------------


def command(course: Course, *more: str) -> list[str]:
    """What `make grade` runs."""
    return [sys.executable, "-m", "extras_and_licenses.grading.grade", "--course", str(course.root), *more]


def test_killed_at_any_moment_it_ends_with_the_same_grades(course):
    for number in range(6):
        hand_in(course, f"student{number}", RIGHT_ADD if number % 2 else WRONG_ADD)
    marks = []
    for wanted in (1, 3):
        run = subprocess.Popen(command(course), stdout=subprocess.DEVNULL, start_new_session=True)
        while run.poll() is None and len(marks) < wanted:
            marks = list((course.root / "autograded").glob("*/*/graded.json"))
            time.sleep(0.01)
        run.kill()
        assert run.wait() == -signal.SIGKILL
    times = {mark: mark.stat().st_mtime_ns for mark in marks}
    last = subprocess.run(command(course), capture_output=True, text=True)
    assert last.returncode == 0, last.stdout
    assert all(mark.stat().st_mtime_ns >= before for mark, before in times.items())
    with in_gradebook(course) as book:
        found = {one.student.id: one.score for one in book.assignment_submissions(NAME)}
    assert found == {f"student{number}": 4 if number % 2 else 2 for number in range(6)}
    assert len((course.root / "grades.csv").read_text().splitlines()) == 7
    again = subprocess.run(command(course), capture_output=True, text=True)
    assert "0 graded, 6 as before" in again.stdout


def test_nothing_of_a_killed_run_stays_alive(course):
    hand_in(course, "ann", "def add(a, b):\n    while True:\n        pass  # left-running-by-a-test")
    run = subprocess.Popen(command(course), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(descendants(run.pid)) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    below = descendants(run.pid)
    assert len(below) >= 4
    run.kill()
    run.wait()
    deadline = time.monotonic() + 30
    while any(map(alive, below)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, below))


def test_two_runs_at_once_are_refused(course):
    (course.root / "build").mkdir(exist_ok=True)
    with grading.FileLock(course.root / "build" / "grade.lock"):
        run = subprocess.run(command(course), capture_output=True, text=True)
    assert run.returncode == 1 and "Another `make grade` is running" in run.stdout


def test_without_a_sandbox_it_refuses_unless_told_in_so_many_words(course, tmp_path):
    hand_in(course, "ann")
    without = {**os.environ, "PATH": str(tmp_path)}
    refused = subprocess.run(command(course), capture_output=True, text=True, env=without)
    assert refused.returncode == 1 and "bubblewrap is not installed" in refused.stdout
    assert not (course.root / "autograded").exists()
    told = subprocess.run(
        command(course, "--sandbox", grading.NO_SANDBOX), capture_output=True, text=True, env=without
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert submission(course, "ann")[0] == 4
    other = subprocess.run(command(course, "--sandbox", "none"), capture_output=True, text=True, env=without)
    assert other.returncode != 0


def test_an_unknown_lesson_is_named_with_those_that_there_are(course):
    run = subprocess.run(command(course, "99_nothing"), capture_output=True, text=True)
    assert run.returncode == 1 and "'99_nothing'" in run.stdout and NAME in run.stdout


# The engine -------------------------------------------------------------------------------------------------


def cells(**changes: str):
    """The cells of the solved assignment, with other sources by cell id."""
    notebook = deepcopy(master())
    for cell in notebook.cells:
        cell.source = changes.get(cell.id.replace("-", "_"), cell.source)
    return notebook.cells


def test_the_reference_solution_has_all_points(engine):
    result = engine.run(cells())
    assert result.passed == {"ex-add-test": True, "ex-mean-test": True} and result.notes == []
    assert result.outputs[0] == [{"output_type": "stream", "name": "stdout", "text": "ready\n"}]
    assert result.outputs[3][0]["text"] == "add is right for the example.\n"


def test_a_changed_cell_before_the_exercises_is_run_and_counts(engine):
    changed = cells(prefix=master().cells[1].source.replace("base = 10", "base = 11"))
    result = engine.run(changed)
    assert result.passed == {"ex-add-test": False, "ex-mean-test": True}
    assert result.outputs[1][0]["data"]["text/plain"] == "12"


def test_a_cell_put_between_those_of_the_lesson_does_not_hide_them(engine):
    extra = cells()
    extra.insert(2, new_code_cell("base = 99"))
    result = engine.run(extra)
    assert result.outputs[2][0]["data"]["text/plain"] == "100"
    assert result.passed["ex-add-test"] is False


def test_submissions_do_not_see_each_other(engine):
    engine.run(
        [new_code_cell("leftover = 1\nimport torch\ntorch.leftover = 1\nopen('leftover', 'w').write('x')")]
    )
    asks = "import os, torch\nprint('leftover' in globals(), hasattr(torch, 'leftover'), os.path.exists('leftover'))"
    result = engine.run([new_code_cell(asks)])
    assert result.outputs[0][0]["text"] == "False False False\n"


def test_gradients_and_generation_work_in_a_fork(engine):
    source = """
import torch
layer = torch.nn.Linear(4, 4)
layer(torch.ones(2, 4)).sum().backward()
from transformers import GPT2Config, GPT2LMHeadModel
model = GPT2LMHeadModel(GPT2Config(vocab_size=20, n_positions=16, n_embd=8, n_layer=1, n_head=1))
print(layer.bias.grad.tolist(), tuple(model.generate(torch.ones(1, 2).long(), max_length=6, eos_token_id=19, do_sample=False).shape)[0])
"""
    assert engine.run([new_code_cell(source)]).outputs[0][-1]["text"] == "[2.0, 2.0, 2.0, 2.0] 1\n"


def test_what_died_is_left_out_when_the_rest_is_run_again(engine):
    changed = cells(helper="import os\nhelped = 1\nos._exit(1)")
    changed.insert(3, new_code_cell("print(base, 'helped' in globals())"))
    result = engine.run(changed)
    assert result.outputs[2][0]["text"] == "10 False\n"
    assert result.notes == ["Code cell 2 ended the process that it ran in."]
    assert all(result.passed.values())


PRINTING = """
import contextlib, threading
def busy():
    while True:
        with contextlib.suppress(Exception):
            print("still here")
for _ in range(4):
    threading.Thread(target=busy, daemon=True).start()
def one():
    return 1
"""
CALLS = """
import os, sys, time
from extras_and_licenses.grading import plain_data, warm
from extras_and_licenses.grading.sandbox import Limits
shell = warm.make_shell(Limits())
shell.run(sys.argv[1])
end = time.monotonic() + 2
while time.monotonic() < end:
    _, content = warm.call(shell, plain_data.encode(["one", [], {}]))
os._exit(plain_data.decode(content))
"""


def test_threads_that_print_while_functions_are_called_do_not_end_the_process():
    assert subprocess.run([sys.executable, "-c", CALLS, PRINTING], capture_output=True).returncode == 1


def test_an_engine_whose_warm_process_died_starts_again(template):
    assignment = Assignment.from_notebook(NAME, master())
    with Engine(assignment, LIMITS) as engine:
        engine._process.kill()
        engine._process.wait()
        with pytest.raises(EngineError, match="is gone"):
            engine.run(cells())
        engine.restart()
        assert all(engine.run(cells()).passed.values())


def test_a_lesson_that_fails_by_itself_is_not_graded():
    broken = deepcopy(master())
    broken.cells[2].source = "1 / 0"
    with pytest.raises(EngineError, match="Code cell 2 of tiny itself fails: ZeroDivisionError"):
        Engine(Assignment.from_notebook(NAME, broken), LIMITS).__enter__()


def test_a_lesson_that_fails_by_itself_is_told_in_a_sentence(course):
    hand_in(course, "ada")
    place = course.source / NAME / f"{NAME}.ipynb"
    broken = nbformat.read(place, as_version=4)
    broken.cells[2].source = "1 / 0"
    nbformat.write(broken, place)
    summary = grade(course, [NAME], LIMITS)
    assert summary.graded == 0
    assert summary.failed == [f"Code cell 2 of {NAME} itself fails: ZeroDivisionError: division by zero"]


# Plain data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(10**50),
        1.5,
        math.inf,
        "a\ud800é",
        b"\0\xff",
        [],
        (1, (2,)),
        {1: [2], "a": None, (1, 2): {3}},
        frozenset({1}),
        [True, 1, 1.0],
        {"nested": [{"deep": (None,)}]},
    ],
    ids=repr,
)
def test_plain_data_comes_back_as_it_was(value):
    back = plain_data.decode(plain_data.encode(value))
    assert back == value and repr(back) == repr(value)


@pytest.mark.parametrize("kind", plain_data.TENSOR_TYPES.values(), ids=str)
def test_tensors_come_back_as_they_were(kind):
    tensor = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(kind).T
    back = plain_data.decode(plain_data.encode([tensor, tensor[:0], tensor[0, 0]]))
    assert [part.dtype for part in back] == [kind] * 3 and [part.shape for part in back] == [
        (3, 2),
        (0, 2),
        (),
    ]
    assert torch.equal(back[0], tensor)


def test_the_shape_of_a_tensor_comes_back_as_a_tuple():
    back = plain_data.decode(plain_data.encode(torch.ones(2, 3).shape))
    assert type(back) is tuple and back == (2, 3)


def test_arrays_and_numbers_of_numpy_come_back_as_they_were():
    array = numpy.arange(6, dtype="int16").reshape(2, 3)
    back = plain_data.decode(plain_data.encode([array, numpy.float32(1.5), numpy.array(["a", "bc"])]))
    assert back[0].dtype == array.dtype and (back[0] == array).all()
    assert type(back[1]) is numpy.float32 and back[1] == 1.5 and list(back[2]) == ["a", "bc"]
    assert math.isnan(plain_data.decode(plain_data.encode(math.nan)))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        int,
        torch.nn.Linear(1, 1),
        numpy.array([object()]),
        torch.ones(2).to_sparse(),
        iter([]),
        type("Own", (int,), {})(1),
        type("Own", (dict,), {})(),
        [{"a": object()}],
        10**20000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_data_is_refused(value):
    with pytest.raises(plain_data.NotPlainData):
        plain_data.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04.",
        b"{}",
        b"[]",
        b'["int"]',
        b'["int", "1e5"]',
        b'["int", "' + b"9" * 9000 + b'"]',
        b"[" * 10**6,
        b'["tensor", "float32", [1000000000], ""]',
        b'["tensor", "float32", [-1], "AAAAAA=="]',
        b'["exec", "x"]',
        b'["array", "O", [1], "AAAAAAAAAAA="]',
        b'["array", "float32", [2], "AAAAAA=="]',
        b'["dict", [1]]',
        b"1",
        b"NaN",
        b'["dict", [["list"], 1]]',
        b'["set", ["list"]]',
        b'["tensor", "no", [], ""]',
        b'["bytes", "*"]',
        b'["float", "x"]',
    ],
)
def test_what_no_encoder_wrote_is_refused(data):
    with pytest.raises(plain_data.NotPlainData):
        plain_data.decode(data)


# The rest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", sandbox.AUDIT_ARCHITECTURE)
def test_the_filter_refuses_what_it_lists_and_allows_the_rest(machine):
    steps = sandbox.filter_program(machine)

    def verdict(
        number: int, argument: int = 0, architecture: int = sandbox.AUDIT_ARCHITECTURE[machine]
    ) -> int:
        place, value = 0, 0
        data = {
            sandbox.NUMBER_AT: number,
            sandbox.ARCHITECTURE_AT: architecture,
            sandbox.FIRST_ARGUMENT_AT: argument,
        }
        while True:
            operation, yes, no, operand = steps[place]
            if operation == sandbox.RETURN:
                return operand
            if operation == sandbox.LOAD:
                value, jump = data[operand], 0
            elif operation == sandbox.JUMP_EQUAL:
                jump = yes if value == operand else no
            elif operation == sandbox.JUMP_GREATER_EQUAL:
                jump = yes if value >= operand else no
            else:
                jump = yes if value & operand else no
            place += 1 + jump

    refused = sandbox.REFUSED[machine].values()
    assert len(set(refused)) == len(refused)
    assert all(verdict(number) & 0x7FFF0000 == sandbox.REFUSE for number in refused)
    clone, socket = sandbox.CLONE[machine], sandbox.SOCKET[machine]
    assert verdict(clone, 0x10000000) & 0x7FFF0000 == sandbox.REFUSE
    assert verdict(clone, 0x003D0F00) == sandbox.ALLOW  # a thread
    assert [verdict(socket, family) == sandbox.ALLOW for family in (1, 2, 10, 16, 38, 40)] == [True] * 3 + [
        False
    ] * 3
    assert verdict(63) == sandbox.ALLOW
    assert verdict(63, architecture=0) == sandbox.KILL


def test_inert_markdown_keeps_what_people_write():
    text = "If x < 3 and y <= 4, then **a** `b[0]` > c; see $x_1$.\n\n> quoted\n\n- [ ] item"
    assert inert(text) == text
    assert inert("<b>[a](b) ![c](d) [e]: f") == "&lt;b>[a] (b) ![c] (d) [e] : f"


@pytest.mark.parametrize("reason", [None, "A cell took more than 600 MiB of memory and was stopped."])
def test_what_the_watch_found_is_told_also_where_time_ran_out_meanwhile(monkeypatch, reason):
    def late(*_):
        raise messages.Late

    monkeypatch.setattr(messages, "send", late)
    process = SimpleNamespace(socket=None, what="A cell", reason=None)
    process.close = lambda: setattr(process, "reason", reason)  # closing waits for the watch's last round
    with pytest.raises(Stopped, match=reason or "A cell ran longer than it may and was stopped."):
        Process.ask(process, b"run", b"", 0)
