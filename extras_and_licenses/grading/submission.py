"""Reads what a student handed in, which may be anything, into a notebook that holds no surprise.

- `find(course_root, assignment)`: the submissions of an assignment.
- `Submission`: where one lies; `digest()` says whether it changed.
- `read(submission, handed_out, tests)`: its notebook, with sentences on what had to be mended.
- `inert(text)`: markdown in which nothing runs and nothing is loaded.

Only the text of a student's cells is taken over. Metadata, outputs, execution counts, attachments and cell ids are not:
what the gradebook needs comes from the notebook that was handed out. Test cells and task texts are put back as they were.
Links and special files are not followed, and no file is read but the notebook, its timestamp and the exchange's secret.
"""

import hashlib
import json
import os
import re
import stat
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import parse_utc

LARGEST = 20 * 2**20  # bytes of a notebook
CELLS = 1000
STUDENT = re.compile(r"\w[\w.@+-]{0,99}")  # what a student's folder may be called
KINDS = ("code", "markdown", "raw")


class Unreadable(Exception):
    """A file that is no notebook; the message is a sentence for the student."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    folder: Path

    @property
    def notebook(self) -> Path:
        """Where the notebook should lie."""
        return self.folder / f"{self.assignment}.ipynb"

    @property
    def timestamp(self) -> str | None:
        """When it was handed in, as nbgrader's `timestamp.txt` has it; None where that is missing or wrong."""
        try:
            text = _read(self.folder / "timestamp.txt", 200).decode().strip()
            return text if parse_utc(text) else None
        except (Unreadable, ValueError, OverflowError):
            return None

    @property
    def secret(self) -> str | None:
        """What nbgrader's exchange names a student's feedback after; None where the submission did not come through it."""
        try:
            text = _read(self.folder / "submission_secret.txt", 1000).decode().strip()
            return text if re.fullmatch("[0-9a-f]{32,}", text) else None
        except (Unreadable, ValueError):
            return None

    def digest(self) -> str:
        """A fingerprint of notebook and timestamp."""
        try:
            content = _read(self.notebook, LARGEST)
        except Unreadable as reason:
            content = str(reason).encode()
        return hashlib.sha256(content + b"\0" + str(self.timestamp).encode()).hexdigest()


@dataclass
class Reading:
    """A submission as it is graded."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    "Sentences for the student."
    readable: bool = True
    "Whether the notebook is the student's; else it is the one handed out, and is not run."


def find(root: Path, assignment: str) -> tuple[list[Submission], list[str]]:
    """The submissions of an assignment in `submitted/`, in order, and sentences on folders that are none."""
    found, notes = [], []
    place = root / "submitted"
    for student in sorted(os.listdir(place)) if place.is_dir() else []:
        folder = place / student / assignment
        if not os.path.lexists(folder):
            continue
        if not STUDENT.fullmatch(student):
            notes.append(f"submitted/{student!r} is not the name of a student: it is not graded.")
        elif any(path.is_symlink() or not path.is_dir() for path in (place / student, folder)):
            notes.append(
                f"submitted/{student}/{assignment} is not a folder, but a link or a file: it is not graded."
            )
        else:
            found.append(Submission(student, assignment, folder))
    return found, notes


def read(submission: Submission, handed_out: NotebookNode, tests: dict[str, str]) -> Reading:
    """Read a submission; one that cannot be read gives the notebook that was handed out.

    Args:
        submission: what a student handed in.
        handed_out: the student version of the assignment.
        tests: the test cells with their hidden tests, by grade id.
    """
    try:
        raw, notes = _parse(_read(submission.notebook, LARGEST))
        return Reading(_mended(raw, handed_out, tests, notes), notes)
    except Unreadable as reason:
        reading = Reading(_mended([], handed_out, tests, []), [str(reason)], readable=False)
        title = new_markdown_cell(handed_out.cells[0].source, id="title")  # says what the assignment is
        reading.notebook.cells = [title, *reading.notebook.cells]
        return reading


def _read(path: Path, largest: int) -> bytes:
    """The content of an ordinary file; links and special files are not opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unreadable(f"{path.name} is missing from what was handed in.") from None
    except OSError:
        raise Unreadable(f"{path.name} is a link or cannot be opened: hand in the file itself.") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"{path.name} is not a file: hand in the notebook itself.")
        if status.st_size > largest:
            raise Unreadable(
                f"{path.name} has {status.st_size / 2**20:.0f} MiB, more than {largest >> 20}: clear its outputs."
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(largest + 1)
    finally:
        os.close(descriptor)


def _parse(content: bytes) -> tuple[list[tuple[str, str, str | None]], list[str]]:
    """The cells of a notebook file, as kind, source and the grade id they claim; and sentences."""
    notes = []
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("The notebook is not text in UTF-8: save it again with Jupyter.") from None
    except (ValueError, RecursionError):
        raise Unreadable("The notebook is not valid JSON: save it again with Jupyter.") from None
    version = raw.get("nbformat") if isinstance(raw, dict) else None
    if version == 3:
        try:
            raw = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        except Exception:  # nbformat raises whatever a broken notebook makes it raise
            raise Unreadable(
                "The notebook has format 3 and cannot be read: save it again with Jupyter."
            ) from None
        notes.append("The notebook has the old format 3; it was read as format 4.")
    elif version != 4 or isinstance(version, bool):
        raise Unreadable("The notebook's format version is not 4: save it again with Jupyter.")
    cells = raw.get("cells")
    if not isinstance(cells, list) or len(cells) > CELLS:
        raise Unreadable(f"The notebook has no list of at most {CELLS} cells: save it again with Jupyter.")
    kernel = raw.get("metadata", {}) if isinstance(raw.get("metadata"), dict) else {}
    kernel = kernel.get("kernelspec") if isinstance(kernel.get("kernelspec"), dict) else {}
    if kernel.get("language", "python") != "python":
        notes.append("The notebook names a kernel that is not Python's; it was run with Python 3.")
    return [_parsed(cell) for cell in cells], notes


def _parsed(cell: object) -> tuple[str, str, str | None]:
    """Kind, source and claimed grade id of one cell."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        raise Unreadable(
            "The notebook holds a cell that is neither code nor text: save it again with Jupyter."
        )
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Unreadable("The notebook holds a cell whose source is not text: save it again with Jupyter.")
    source = source.encode(errors="replace").decode()  # no halves of surrogate pairs
    metadata = cell.get("metadata")
    data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = data.get("grade_id") if isinstance(data, dict) else None
    return cell["cell_type"], source, grade_id if isinstance(grade_id, str) else None


def _mended(
    raw: list[tuple[str, str, str | None]], handed_out: NotebookNode, tests: dict[str, str], notes: list[str]
) -> NotebookNode:
    """A notebook of a student's cells, in which every cell that the gradebook knows is there once, as it should be."""
    known = {
        cell.metadata.nbgrader.grade_id: cell for cell in handed_out.cells if "nbgrader" in cell.metadata
    }
    own_texts = {cell.source for cell in handed_out.cells if cell.cell_type == "markdown"}
    last = {grade_id: place for place, (_, _, grade_id) in enumerate(raw) if grade_id in known}
    cells: list[NotebookNode] = []
    for place, (kind, source, grade_id) in enumerate(raw):
        if grade_id in known and last[grade_id] == place:
            cells.append(_known(known[grade_id], tests, source, notes, own_texts))
            continue
        if grade_id in known:
            notes.append(f"The cell {grade_id} is there more than once; the last one counts.")
        text = source if kind == "code" or source in own_texts else inert(source)
        cells.append(new_code_cell(source) if kind == "code" else new_markdown_cell(text))
    order = list(known)
    for place, grade_id in enumerate(order):
        if grade_id not in last:
            before = {cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata} & {
                *order[:place]
            }
            at = max(
                (
                    n
                    for n, c in enumerate(cells)
                    if "nbgrader" in c.metadata and c.metadata.nbgrader.grade_id in before
                ),
                default=len(cells) - 1,
            )
            notes.append(f"The cell {grade_id} is missing; it was put back.")
            cells.insert(at + 1, _known(known[grade_id], tests, None, notes, own_texts))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    notebook = new_notebook(cells=cells, metadata=deepcopy(handed_out.metadata))
    notebook.nbformat_minor = 5
    return notebook


def _known(
    cell: NotebookNode, tests: dict[str, str], source: str | None, notes: list[str], own_texts: set[str]
) -> NotebookNode:
    """A cell of the gradebook's; one that students write has their source, any other its own."""
    data = cell.metadata.nbgrader
    mended = new_code_cell() if cell.cell_type == "code" else new_markdown_cell()
    mended.metadata = NotebookNode(nbgrader=deepcopy(data))
    if data.get("solution"):
        text = cell.source if source is None else source
        mended.source = text if cell.cell_type == "code" or text in own_texts else inert(text)
    else:
        if source is not None and source.strip() != cell.source.strip():
            notes.append(f"The cell {data.grade_id} was changed; it was put back as it was handed out.")
        mended.source = tests.get(data.grade_id, cell.source)
    return mended


def inert(text: str) -> str:
    """Markdown of a student's in which nothing runs and nothing is loaded: no HTML, no links, no pictures.

    A `<` that could open a tag is written as `&lt;`, and the brackets of links and pictures are set apart, so that they
    show as text. The form grader shows these cells to instructors, in a page that must allow scripts of its own.
    """
    text = re.sub(r"<(?=[^\s\d=])", "&lt;", text)
    text = re.sub(r"\](?=[(\[:])", "] ", text)
    return re.sub(r"\\(?=href|url|require|html|class|style|cssId|unicode|includegraphics)", "", text)
