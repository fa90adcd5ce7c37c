"""Every lesson runs under the profile `hub`, shown on small random checkpoints; and on the real ones where they are."""

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from extras_and_licenses import lessons, memory
from extras_and_licenses.checkpoints import profile_in_use

T4 = (7, 5)
# `make test-hub` sets the profile and takes all kinds of cards. The T4's dtypes are those that break most easily.
CARDS = {"t4": T4} | ({"ampere": (8, 0), "cpu": None} if profile_in_use() == "hub" else {})
LESSONS = pytest.mark.parametrize("path", lessons.lessons(), ids=lambda path: path.stem)


def run(path: Path, capability: tuple[int, int] | None) -> tuple[str | None, dict]:
    """Run a lesson with dtypes as on a card; returns its error and the observer's notes.

    The tests of exercises are left out: some expect answers of a model that has learned something.
    """
    notebook = lessons.read(path)
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    first = [
        "import sys",
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})",
        "import observer",
        "observer.watch()",
    ]
    first += [f"observer.pretend({capability})"] if capability else []
    notebook.cells.insert(0, new_code_cell("\n".join(first)))
    notebook.cells.append(new_code_cell("print(observer.report())"))
    error = lessons.execute(path, notebook).error
    return error, {} if error else json.loads(notebook.cells[-1].outputs[0].text)


@LESSONS
@pytest.mark.parametrize("card", CARDS)
def test_a_lesson_runs_on_stand_ins_and_stays_in_its_plan(on_stand_ins, path, card):
    error, notes = run(path, CARDS[card])
    assert error is None
    planned = memory.loads(lessons.read(path))
    assert set(notes) == {load.role for load in planned}, "the plan has other models than the lesson uses"
    for role, found in notes.items():
        work = memory.WORK[path.stem[:2]][role]
        assert found["positions"] <= max(forward.rows * forward.tokens for forward in work), role
        assert found["square"] <= max(forward.rows * forward.tokens**2 for forward in work), role
        assert found["cached"] <= max(forward.rows * forward.cached for forward in work), role
        assert found["kept"] <= any(forward.kept for forward in work), role
        if card == "t4":
            dtypes = {str(load.dtype).removeprefix("torch.") for load in planned if load.role == role}
            assert set(found["dtypes"]) == dtypes, role


@LESSONS
def test_a_lesson_runs_on_the_checkpoints_of_the_hub(hub, path):
    assert lessons.execute(path, lessons.read(path)).error is None
