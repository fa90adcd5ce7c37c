"""The student set runs, right attempts pass, and plausible wrong ones fail.

Every lesson that has exercises runs once, as students get it; then all attempts at its exercises run in the same kernel.
An attempt is a file `tests/exercises/NN_lesson/NAME/right_*.py` or `wrong_*.py`: a whole solution cell, whose docstring
says why it is right though different, or which mistake it makes. A wrong one that ends in another error than the tests'
names that error in its docstring.
"""

import ast
import functools
import json
import os
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from extras_and_licenses import lessons
from extras_and_licenses.grading import course, release

FOLDER = Path(__file__).parent / "exercises"
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "CUDA_VISIBLE_DEVICES": ""}
LESSONS = {path.stem: lessons.read(path) for path in course.assignments()}
CODED = [(name, task) for name, nb in LESSONS.items() for task in course.exercises(nb) if task.test]
ATTEMPTS = sorted(FOLDER.glob("*/*/*_*.py"))
PER_LESSON = pytest.mark.parametrize("name", LESSONS)
PER_EXERCISE = pytest.mark.parametrize(("name", "exercise"), CODED, ids=[task.name for _, task in CODED])
PER_ATTEMPT = pytest.mark.parametrize(
    "path", ATTEMPTS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix()
)


@dataclass(frozen=True)
class Ran:
    """What came of running the student set of one lesson, and then the attempts at its exercises."""

    notebook: nbformat.NotebookNode
    attempts: dict[Path, dict]
    replays: dict[str, dict]
    "By the name of the exercise: an attempt that knows nothing but the visible tests."


@functools.cache
def ran(name: str) -> Ran:
    """Run a lesson of the student set from top to bottom, then everything that is tried in it."""
    view = release.student_view(LESSONS[name])
    view, _ = release.LetTestsFail().preprocess(view, {})
    client = NotebookClient(
        view,
        timeout=lessons.CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(lessons.ROOT / "notebooks")}},
        extra_arguments=["--log-level=ERROR"],
    )
    with client.setup_kernel(env=os.environ | ENVIRONMENT):
        for place, cell in enumerate(view.cells):
            client.execute_cell(cell, place)
        shown = deepcopy(view)

        def evaluate(expression: str) -> dict:
            source = (
                f"import json, sys; sys.path.append({str(FOLDER)!r}); import attempt; _names = globals().copy()\n"
                f"print(json.dumps({expression}))"
            )
            view.cells.append(new_code_cell(source))
            cell = client.execute_cell(view.cells[-1], len(view.cells) - 1)
            return json.loads("".join(output.text for output in cell.outputs if output.name == "stdout"))

        tasks = {task.name.split("-ex-")[1]: task for _, task in CODED if task.name[:2] == name[:2]}
        attempts, replays = {}, {}
        for path in (path for path in ATTEMPTS if path.parent.parent.name == name):
            test = tasks[path.parent.name].test.source
            attempts[path] = evaluate(f"attempt.outcome(_names, {path.read_text()!r}, {test!r})")
        for task in tasks.values():
            visible = next(cell.source for cell in view.cells if cell.id == task.test.id)
            sources = f"{task.solution.source!r}, {visible!r}, {task.test.source!r}"
            replays[task.name] = evaluate(f"attempt.outcome_of_replay(_names, {sources})")
    return Ran(shown, attempts, replays)


def errors(cell) -> list:
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


@PER_LESSON
def test_every_cell_of_the_student_set_but_the_tests_of_unsolved_exercises_runs(name):
    tests = {exercise.test.id for exercise in course.exercises(LESSONS[name]) if exercise.test}
    failed = {cell.id for cell in ran(name).notebook.cells if errors(cell)}
    assert failed == tests


@PER_LESSON
def test_an_unsolved_exercise_says_so_in_one_line(name):
    for cell in ran(name).notebook.cells:
        for error in errors(cell):
            assert error.ename == "Unsolved", f"{cell.id}: {error.evalue}"
            (line,) = error.traceback
            assert re.fullmatch(r"\w+ is not solved yet: [^\n]*", line)


@PER_ATTEMPT
def test_a_right_attempt_passes_and_a_wrong_one_fails(path):
    result = ran(path.parent.parent.name).attempts[path]
    if path.name.startswith("right_"):
        assert result["passed"], f"{result['error']}: {result['message']}"
        return
    assert not result["passed"], "this mistake is not found"
    if result["error"] == "AssertionError":
        assert "expected" in result["message"] and "got" in result["message"]
    else:
        reason = ast.get_docstring(ast.parse(path.read_text()))
        assert result["error"] in reason, f"{result['error']}: {result['message']}"


@PER_EXERCISE
def test_what_the_visible_tests_give_away_is_not_enough(name, exercise):
    result = ran(name).replays[exercise.name]
    assert (result["passed"], result["error"]) == (False, "AssertionError"), result["message"]


@PER_EXERCISE
def test_an_exercise_has_two_other_right_and_four_wrong_attempts(name, exercise):
    folder = FOLDER / name / exercise.name.split("-ex-")[1]
    assert len(list(folder.glob("right_*.py"))) >= 2
    assert len(list(folder.glob("wrong_*.py"))) >= 4


@PER_ATTEMPT
def test_an_attempt_belongs_to_an_exercise_and_says_why_it_is_right_or_wrong(path):
    number, short = path.parent.parent.name[:2], path.parent.name
    assert f"{number}-ex-{short}" in [exercise.name for _, exercise in CODED]
    assert path.name.startswith(("right_", "wrong_"))
    assert len(ast.get_docstring(ast.parse(path.read_text())) or "") > 20


def test_solution_cells_hold_functions_and_imports_only():
    sources = {task.solution.id: task.solution.source for _, task in CODED}
    sources |= {path: path.read_text() for path in ATTEMPTS}
    for name, source in sources.items():
        found = [
            node
            for node in ast.parse(source).body
            if not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom)
        ]
        assert all(ast.get_docstring(ast.Module([node], [])) for node in found), name
