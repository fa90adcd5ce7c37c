"""`make run` runs every lesson, names the one that fails, and leaves copies to read."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rich.console import Console

from extras_and_licenses import lessons


def write(path: Path, *sources: str) -> Path:
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


@pytest.fixture
def three(tmp_path) -> list[Path]:
    """A lesson that passes, one that fails in its second cell, and one more that passes."""
    return [
        write(tmp_path / "01_good.ipynb", "print(1 + 1)"),
        write(tmp_path / "02_bad.ipynb", "x = 1", "x / 0", "print('never')"),
        write(tmp_path / "03_good.ipynb", "import os", "os.getcwd()"),
    ]


def test_a_lesson_that_fails_is_named_and_the_others_still_run(three, tmp_path):
    console = Console(record=True, width=120)
    runs = lessons.run(tmp_path / "build", three, console)
    assert [run.error is None for run in runs] == [True, False, True]
    text = console.export_text()
    assert "02_bad: code cell 2" in text
    assert "ZeroDivisionError: division by zero" in text
    for path in three:
        assert (tmp_path / "build" / path.name).is_file()
        assert (tmp_path / "build" / f"{path.stem}.html").is_file()


def test_the_table_has_cells_seconds_memory_and_result(three, tmp_path):
    good, bad, other = lessons.run(tmp_path / "build", three, Console(quiet=True))
    assert (good.cells, bad.cells, other.cells) == (1, 1, 2)
    assert good.seconds > 0
    assert good.peak_bytes > 10 * 2**20


def test_the_exit_status_says_whether_a_lesson_failed(three, tmp_path):
    command = [sys.executable, "-m", "extras_and_licenses.lessons", "run", "--into", str(tmp_path / "build")]
    assert subprocess.run([*command, str(three[0])], capture_output=True).returncode == 0
    assert subprocess.run([*command, str(three[1])], capture_output=True).returncode == 1


def test_a_page_keeps_the_alternative_text_of_its_pictures(tmp_path):
    imports = "from matplotlib.pyplot import figure; from extras_and_licenses.plots import show"
    source = f"{imports}; show(figure(), alt='Nothing < at all')"
    lessons.run(tmp_path / "build", [write(tmp_path / "06_alt.ipynb", source)], Console(quiet=True))
    assert 'alt="Nothing &lt; at all"' in (tmp_path / "build" / "06_alt.html").read_text(encoding="utf-8")


def test_a_page_needs_no_other_file_for_its_drawings(tmp_path):
    drawing = "![a drawing](../imgs/99_provenance.svg)"
    page = new_notebook(cells=[new_markdown_cell(drawing)])
    lessons.render(tmp_path / "07_drawing.ipynb", page, tmp_path)
    text = (tmp_path / "07_drawing.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64," in text
    assert "99_provenance.svg" not in text
    assert page.cells[0].source == drawing


def test_a_page_shows_the_still_picture_of_a_widget(tmp_path):
    data = {lessons.VIEW: {"model_id": "1"}, "image/png": "aGVsbG8=", "text/plain": "Explorer"}
    output = new_output("display_data", data=data, metadata={"image/png": {"alt": "Five bars"}})
    page = new_notebook(cells=[new_code_cell("explorer()", outputs=[output])])
    lessons.render(tmp_path / "08_widget.ipynb", page, tmp_path)
    assert 'alt="Five bars"' in (tmp_path / "08_widget.html").read_text(encoding="utf-8")


def test_a_kernel_that_dies_is_a_failure_and_not_the_end(tmp_path):
    path = write(tmp_path / "04_dead.ipynb", "import os", "os._exit(1)")
    (run,) = lessons.run(tmp_path / "build", [path], Console(quiet=True))
    assert "DeadKernelError" in run.error


def test_a_lesson_runs_in_its_own_folder(tmp_path):
    (tmp_path / "here.txt").touch()
    path = write(tmp_path / "05_folder.ipynb", "import os; assert os.path.exists('here.txt')")
    assert lessons.execute(path, lessons.read(path)).error is None


def test_update_keeps_outputs_of_a_pass_and_leaves_a_failure_untouched(three):
    before = three[1].read_text()
    lessons.update(three, Console(quiet=True))
    assert lessons.read(three[0]).cells[0].outputs[0].text == "2\n"
    assert three[1].read_text() == before


def test_normalising_takes_out_what_changes_from_run_to_run():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Explorer"}
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell(
            "a", execution_count=7, outputs=[new_output("stream", text="x"), new_output("stream", text="y")]
        ),
        new_code_cell(
            "b", execution_count=9, outputs=[new_output("execute_result", data=view, execution_count=9)]
        ),
    ]
    cells[1].metadata = {"execution": {"iopub.status.busy": "now"}, "tags": ["nbval-ignore-output"]}
    notebook = lessons.normalised(
        new_notebook(
            cells=cells, metadata={"widgets": {}, "language_info": {"name": "python", "version": "3"}}
        )
    )
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2]
    assert [output.text for output in notebook.cells[1].outputs] == ["xy"]
    assert notebook.cells[1].metadata == {"tags": ["nbval-ignore-output"]}
    assert notebook.cells[2].outputs[0].data == {"text/plain": "Explorer"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}


def test_lessons_are_found_in_the_order_of_their_numbers():
    numbers = [path.name[:2] for path in lessons.lessons()]
    assert numbers == sorted(numbers)
    assert numbers[0] == "00"
    assert numbers[-1] == "99"
