"""What is handed in is no proper notebook."""

import json
import os

from tests.attacks.workbook import NAME, Workbook, attack


@attack(0, "is not valid JSON")
def broken_json(book: Workbook):
    book.content = b'{"cells": [{"cell_type": "code", '


@attack(0, "is not valid JSON")
def empty_file(book: Workbook):
    book.content = b""


@attack(0, "is not valid JSON")
def deep_json(book: Workbook):
    book.content = b"[" * 1_000_000


@attack(0, "format version is not 4")
def json_of_another_kind(book: Workbook):
    book.content = b'["a", "list"]'


@attack(0, "has no list of at most 1000 cells")
def cells_of_another_kind(book: Workbook):
    book.content = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"0": {}}}
    ).encode()


@attack(0, "has no list of at most 1000 cells")
def too_many_cells(book: Workbook):
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "execution_count": None}
    book.content = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell] * 2000}
    ).encode()


@attack(0, "neither code nor text")
def cell_of_another_kind(book: Workbook):
    book.content = json.dumps({"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "shell"}]}).encode()


@attack(0, "whose source is not text")
def source_of_another_kind(book: Workbook):
    cell = {"cell_type": "code", "source": {"a": 1}, "metadata": None}
    book.content = json.dumps({"nbformat": 4, "metadata": [], "cells": [cell]}).encode()


@attack(0, "MiB, more than 20: clear its outputs.")
def huge_notebook(book: Workbook):
    book.content = b'{"nbformat": 4, "cells": [], "x": "' + b"x" * 25_000_000 + b'"}'


@attack(0, "is not text in UTF-8")
def not_utf_8(book: Workbook):
    book.content = '{"nbformat": 4, "cells": [], "x": "é"}'.encode("latin-1")


@attack(4)
def utf_8_with_mark(book: Workbook):
    book.content = b"\xef\xbb\xbf" + json.dumps(book.notebook).encode()


@attack(4)
def halves_of_characters(book: Workbook):
    book.insert("print('\\ud800')")
    book.content = json.dumps(book.notebook).replace("Because.", "\\ud800 \\u0000 \\u001b[31m").encode()


@attack(4, "names a kernel that is not Python's; it was run with Python 3.")
def wrong_kernel(book: Workbook):
    book.notebook.metadata["kernelspec"] = {"name": "bash; rm -rf /", "language": "bash", "display_name": "x"}


@attack(4)
def kernel_of_another_kind(book: Workbook):
    book.content = json.dumps(
        {**book.notebook, "metadata": {"kernelspec": ["python3"], "language_info": 3}}
    ).encode()


@attack(0, "format version is not 4")
def wrong_format_version(book: Workbook):
    book.content = json.dumps({**book.notebook, "nbformat": 99}).encode()


@attack(0, "has the old format 3; it was read as format 4.")
def old_format(book: Workbook):
    cell = {"cell_type": "code", "input": "print('old')", "outputs": [], "language": "python", "metadata": {}}
    sheets = [{"cells": [cell], "metadata": {}}]
    book.content = json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    ).encode()


@attack(0, "has format 3 and cannot be read")
def broken_old_format(book: Workbook):
    book.content = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": 3}]}).encode()


@attack(0, "is a link or cannot be opened")
def link_to_a_neighbour(book: Workbook):
    other = book.folder.parent.parent / "bystander" / NAME / f"{NAME}.ipynb"
    (book.folder / f"{NAME}.ipynb").symlink_to(other)


@attack(0, "is a link or cannot be opened")
def link_to_the_master(book: Workbook):
    (book.folder / f"{NAME}.ipynb").symlink_to(
        book.course / "build" / "course" / "source" / NAME / f"{NAME}.ipynb"
    )


@attack(None)
def link_as_folder(book: Workbook):
    book.folder.rmdir()
    book.folder.symlink_to(book.folder.parent.parent / "bystander" / NAME)
    book.content = b""


@attack(0, "is not a file: hand in the notebook itself.")
def pipe(book: Workbook):
    os.mkfifo(book.folder / f"{NAME}.ipynb")


@attack(0, "is not a file: hand in the notebook itself.")
def folder_as_notebook(book: Workbook):
    (book.folder / f"{NAME}.ipynb").mkdir()


@attack(0, f"{NAME}.ipynb is missing from what was handed in.")
def missing_notebook(book: Workbook):
    book.save()
    (book.folder / f"{NAME}.ipynb").rename(book.folder / "my solution.ipynb")
    (book.folder / "stay away.ipynb").mkdir()
    book.save = lambda: None


@attack(4)
def links_beside_the_notebook(book: Workbook):
    (book.folder / "grades").symlink_to(book.course / "gradebook.db")
    (book.folder / "masters").symlink_to(book.course / "build")
    (book.folder / "timestamp.txt").symlink_to(book.course / "gradebook.db")


@attack(4)
def wrong_timestamp(book: Workbook):
    (book.folder / "timestamp.txt").write_text("tomorrow; drop table grade")


@attack(4)
def names_with_paths(book: Workbook):
    book.extra = {"metadata": {**book.notebook.metadata, "name": "../../../escaped", "title": "../escaped"}}
    book.known("ex-add-solution").metadata["name"] = "../../escaped"
    book.known("ex-add-solution")["id"] = "../../escaped"
    book.known("ex-why-answer")["attachments"] = {"../../escaped.png": {"image/png": "aGVsbG8="}}
    (book.folder / "..\\..\\escaped.ipynb").write_text("{}")
    book.content = json.dumps({**book.notebook, **book.extra}).encode()
