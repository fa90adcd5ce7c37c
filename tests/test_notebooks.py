"""Every notebook is written as the course promises: normalised, compared, described, and free of machine's paths."""

import ast
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from extras_and_licenses import lessons
from extras_and_licenses.grading.course import exercises, is_exercise
from extras_and_licenses.grading.release import student_view

NOTEBOOKS = lessons.lessons()
PARAMETERS = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
LONGEST_CELL = 14  # lines that a student sees
LONGEST_MASTER = 40  # lines of a cell with its solution or its hidden tests
LESSONS = [path for path in NOTEBOOKS if path.stem[:2] != "99"]
PER_LESSON = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
HEAD = re.compile(
    r"### Exercise \d\d\.\d [^\n]+\n\nDifficulty (●○○|●●○|●●●) · (\d+) minutes · (\d+) points\n\n[^\n]"
)


def code(path: Path) -> list:
    return lessons.code_cells(lessons.read(path))


def prose(path: Path) -> str:
    return "\n".join(cell.source for cell in lessons.read(path).cells if cell.cell_type == "markdown")


def ignored(cell) -> bool:
    return "nbval-ignore-output" in cell.metadata.get("tags", [])


def pictures(path: Path) -> list[tuple[str, str]]:
    """(alternative text, file) of every picture in the prose."""
    return re.findall(r"!\[(.*?)\]\((.*?)\)", prose(path), flags=re.DOTALL)


def test_every_lesson_is_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"0{number}" for number in range(9)] + ["99"]


@PARAMETERS
def test_a_notebook_is_normalised(path):
    assert lessons.normalised(lessons.read(path)) == lessons.read(path), "run `make format`"


@PARAMETERS
def test_every_code_cell_has_run_in_order_and_without_error(path):
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1))
    assert not [cell.id for cell in code(path) for output in cell.outputs if output.output_type == "error"]


@PARAMETERS
def test_every_exception_to_comparison_gives_its_reason(path):
    for cell in code(path):
        tags = [tag for tag in cell.metadata.get("tags", []) if tag.startswith(("nbval", "raises"))]
        assert set(tags) <= {"nbval-ignore-output", "raises-exception"}, f"{cell.id}: {tags}"
        assert ignored(cell) == bool(cell.metadata.get("ignore_reason")), f"{cell.id} needs an ignore_reason"
        assert "NBVAL" not in cell.source, f"{cell.id}: a student reads comments; use a cell tag"


@PARAMETERS
def test_at_least_nine_of_ten_code_cells_are_compared(path):
    cells = code(path)
    assert sum(not ignored(cell) for cell in cells) >= 0.9 * len(cells)


@PARAMETERS
def test_nothing_is_written_to_stderr(path):
    noisy = [c.id for c in code(path) for output in c.outputs if output.get("name") == "stderr"]
    assert not noisy


@PARAMETERS
def test_every_picture_has_alternative_text(path):
    for alt, name in pictures(path):
        assert len(alt) > 20, f"{name} has no alternative text that says anything"
    for cell in code(path):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt") or output.metadata.get("alt", "")
                assert len(alt) > 20, (
                    f"a plot of {cell.id} has no alternative text: use plots.show(figure, alt=...)"
                )


@PARAMETERS
def test_the_rows_of_a_table_have_as_many_cells_as_its_head(path):
    """A bar inside a cell, in code too, ends the cell: some readers then show no table at all."""
    for table in re.findall(r"(?:^\|.*\n?)+", prose(path), flags=re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


@PARAMETERS
def test_every_drawing_is_there_and_is_svg_with_a_title(path):
    for _, name in pictures(path):
        drawing = path.parent / name
        assert drawing.suffix == ".svg"
        root = ElementTree.parse(drawing).getroot()
        assert root.find("{http://www.w3.org/2000/svg}title").text


@PARAMETERS
def test_no_absolute_path_stands_in_a_notebook(path):
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"(?<![\w.:/<])/(?:home|root|tmp|usr|opt|var|work|content|Users)/[\w./-]*", text)
    assert not found
    assert not re.search(r"0x[0-9a-f]{8,}", text), "an address that changes from run to run"


@PARAMETERS
def test_code_cells_hold_one_idea(path):
    master = lessons.read(path)
    for notebook, longest in ((student_view(master), LONGEST_CELL), (master, LONGEST_MASTER)):
        lines = {cell.id: len(cell.source.splitlines()) for cell in lessons.code_cells(notebook)}
        assert not {name: count for name, count in lines.items() if count > longest}


@PARAMETERS
def test_the_headings_form_a_tree(path):
    levels = [len(mark) for mark in re.findall(r"^(#+) ", prose(path), flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@PARAMETERS
def test_a_lesson_frees_the_device_in_its_last_cell(path):
    assert code(path)[-1].source.strip().endswith("shut_down_kernel()")


@PER_LESSON
def test_a_lesson_has_at_least_three_exercises(path):
    assert len(exercises(lessons.read(path))) >= 3


def test_the_course_has_at_least_thirty_exercises_and_some_are_answered_in_words():
    found = [exercise for path in LESSONS for exercise in exercises(lessons.read(path))]
    assert len(found) >= 30
    assert sum(exercise.answer is not None for exercise in found) >= 3


@PER_LESSON
def test_exercises_stand_between_summary_and_next(path):
    cells = lessons.read(path).cells
    heads = [cell.source.split("\n", 1)[0] if cell.source.startswith("## ") else "" for cell in cells]
    places = [place for place, cell in enumerate(cells) if is_exercise(cell)]
    assert heads.index("## Summary") < heads.index("## Exercises") < places[0]
    assert places[-1] < heads.index("## Next")


def header(node) -> str:
    """A function's name, parameters and result; nothing for anything else."""
    if not isinstance(node, ast.FunctionDef):
        return ""
    return f"{node.name}({ast.unparse(node.args)}) -> {node.returns and ast.unparse(node.returns)}"


@PER_LESSON
def test_an_exercise_says_what_it_asks_how_hard_it_is_and_where_to_begin(path):
    levels = []
    for number, exercise in enumerate(exercises(lessons.read(path)), start=1):
        text = exercise.task.source
        head = HEAD.match(text)
        assert head, f"{exercise.name}: {text[:80]}"
        assert text.startswith(f"### Exercise {path.stem[:2]}.{number} ")
        levels.append(head[1])
        graded = exercise.test or exercise.answer
        assert graded.metadata.nbgrader.points == int(head[3])
        assert "<details><summary>Hint</summary>" in text
        assert exercise.discussion and len(exercise.discussion.source) > 100
        if exercise.test:
            signature = re.search(r"```python\n(def .*?)\n```", text, flags=re.DOTALL)[1]
            function = ast.parse(f"{signature}: ...").body[0]
            assert header(function) in map(header, ast.parse(exercise.solution.source).body), exercise.name
            assert "**Example.**" in text
    assert levels[0] == min(levels) < max(levels), "of rising difficulty"


@PER_LESSON
def test_the_title_says_how_long_the_exercises_take(path):
    minutes = sum(int(minutes) for _, minutes, _ in HEAD.findall(prose(path)))
    title = re.sub(r"\s+", " ", lessons.read(path).cells[0].source)
    assert f"its exercises about {minutes} more" in title


@PER_LESSON
def test_the_test_of_an_exercise_has_a_hidden_part_and_says_that_it_passed(path):
    for exercise in exercises(lessons.read(path)):
        if exercise.test:
            visible, hidden = exercise.test.source.split("### BEGIN HIDDEN TESTS\n")
            hidden, end = hidden.split("### END HIDDEN TESTS\n")
            assert "expect(" in visible and "expect(" in hidden
            assert re.fullmatch(r'print\("\w+ passes its tests"\)', end), exercise.name


def test_every_drawing_is_used():
    used = {(path.parent / name).resolve() for path in NOTEBOOKS for _, name in pictures(path)}
    readme = (lessons.ROOT / "README.md").read_text(encoding="utf-8")
    used |= {(lessons.ROOT / name).resolve() for _, name in re.findall(r"!\[(.*?)\]\((.*?)\)", readme)}
    assert set((lessons.ROOT / "imgs").glob("*")) <= used
