"""Every notebook is written as the course promises: normalised, compared, described, and free of machine's paths."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from extras_and_licenses import lessons

NOTEBOOKS = lessons.lessons()
PARAMETERS = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
LONGEST_CELL = 14  # lines


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
    long = {c.id: len(c.source.splitlines()) for c in code(path) if len(c.source.splitlines()) > LONGEST_CELL}
    assert not long


@PARAMETERS
def test_the_headings_form_a_tree(path):
    levels = [len(mark) for mark in re.findall(r"^(#+) ", prose(path), flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@PARAMETERS
def test_a_lesson_frees_the_device_in_its_last_cell(path):
    assert code(path)[-1].source.strip().endswith("shut_down_kernel()")


def test_every_drawing_is_used():
    used = {(path.parent / name).resolve() for path in NOTEBOOKS for _, name in pictures(path)}
    readme = (lessons.ROOT / "README.md").read_text(encoding="utf-8")
    used |= {(lessons.ROOT / name).resolve() for _, name in re.findall(r"!\[(.*?)\]\((.*?)\)", readme)}
    assert set((lessons.ROOT / "imgs").glob("*")) <= used
