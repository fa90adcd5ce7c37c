"""Attacks that want points for wrong answers."""

from copy import deepcopy

from nbformat.v4 import new_code_cell, new_output

from tests.attacks.workbook import RIGHT_ADD, RIGHT_MEAN, WRONG_ADD, Workbook, attack


@attack(0, "add(0, 5): expected 15, got 13")
def constant_of_the_example(book: Workbook):
    book.add("def add(a, b):\n    return 13")
    book.mean("def mean(values):\n    return 3.0")


@attack(0)
def patched_assert(book: Workbook):
    book.wrong()
    book.insert("""
import builtins
class Never(Exception):
    def __new__(cls, *arguments):
        return None
builtins.AssertionError = Never
builtins.isinstance = lambda *arguments: True
builtins.abs = lambda x: 0
""")


@attack(0)
def patched_check(book: Workbook):
    book.wrong()
    book.insert("""
import extras_and_licenses.exercises as exercises
exercises.expect = expect = lambda *arguments, **named: None
exercises.expect.__code__ = (lambda *arguments, **named: None).__code__
""")


@attack(0)
def patched_modules(book: Workbook):
    book.wrong()
    book.insert("""
import sys
class Anything:
    def __getattr__(self, name):
        return lambda *arguments, **named: True
for name in ("extras_and_licenses.exercises", "math", "json", "extras_and_licenses.grading.messages"):
    sys.modules[name] = Anything()
""")


@attack(0)
def patched_torch(book: Workbook):
    book.wrong()
    book.insert("""
import torch
torch.allclose = torch.equal = lambda *arguments, **named: True
torch.Tensor.__eq__ = lambda self, other: torch.ones(()).bool()
torch.Tensor.tolist = lambda self: 3.0
torch.Tensor.mean = torch.Tensor.max
""")


@attack(0)
def patched_transformers(book: Workbook):
    book.wrong()
    book.insert("""
import transformers
transformers.pipeline = lambda *arguments, **named: lambda *arguments, **named: 13
transformers.PreTrainedModel.__call__ = lambda *arguments, **named: None
""")


@attack(0)
def patched_shell(book: Workbook):
    book.wrong()
    book.insert("""
shell = get_ipython()
shell.run = lambda source: []
shell.succeeded = True
shell.run_cell = lambda *arguments, **named: None
import sys
sys.displayhook = sys.excepthook = lambda *arguments: None
shell.display_pub.publish = lambda *arguments, **named: None
from extras_and_licenses.grading import warm
warm.test = lambda *arguments: {"passed": True, "text": "", "error": None}
warm.call = lambda *arguments: (b"D", b'{"passed": true}')
""")


@attack(0, "an object of type Yes, which is not plain data")
def equal_to_everything(book: Workbook):
    trick = "class Yes:\n    __eq__ = __ge__ = __le__ = lambda self, other: True\n    __hash__ = None\n"
    book.add(f"{trick}def add(a, b):\n    return Yes()")
    book.mean("def mean(values):\n    return [Yes()]")


@attack(0, "an object of type Yes, which is not plain data")
def equal_to_every_number(book: Workbook):
    trick = (
        "class Yes({kind}):\n    __eq__ = lambda self, other: True\n    __hash__ = {kind}.__hash__\n"
        "    __sub__ = __rsub__ = lambda self, other: 0\n"
    )
    book.add(trick.format(kind="int") + "def add(a, b):\n    return Yes(0)")
    book.mean(trick.format(kind="float") + "def mean(values):\n    return Yes(0)")


@attack(0, "which is not plain data")
def tensor_of_its_own(book: Workbook):
    book.add("def add(a, b):\n    return lambda: 13")
    book.mean("""
class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *arguments, **named):
        return True
def mean(values):
    return torch.zeros(()).as_subclass(Yes)
""")


@attack(0, "which is not plain data")
def pickles(book: Workbook):
    book.wrong()
    book.add("""
import os
class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/pickled",)
def add(a, b):
    return Bomb()
""")
    book.mean("""
import numpy
def mean(values):
    return numpy.array([Bomb()], dtype=object)
""")


@attack(0)
def raw_pickle_as_an_answer(book: Workbook):
    book.wrong()
    book.insert("""
import pickle
from extras_and_licenses.grading import plain_data
plain_data.encode = lambda value: pickle.dumps(value)
""")


@attack(0, "was changed; it was put back")
def replaced_tests(book: Workbook):
    book.wrong()
    for name in ("ex-add-test", "ex-mean-test"):
        book.known(name).source = "print('all tests passed')"


@attack(0, "The cell ex-add-test is missing; it was put back.")
def deleted_tests(book: Workbook):
    book.wrong()
    for name in ("ex-add-test", "ex-mean-test"):
        book.notebook.cells.remove(book.known(name))


@attack(0, "is missing; it was put back.")
def deleted_everything(book: Workbook):
    book.notebook.cells = []


@attack(0, "The cell ex-add-test is there more than once; the last one counts.")
def duplicated_ids(book: Workbook):
    book.wrong()
    for name in ("ex-add-test", "ex-mean-test"):
        for source in ("pass", "print('passed')"):
            copy = deepcopy(book.known(name))
            copy.source = source
            book.notebook.cells.append(copy)


@attack(4, "The cell ex-add-solution is there more than once; the last one counts.")
def solution_written_twice(book: Workbook):
    first = deepcopy(book.known("ex-add-solution"))
    first.source = WRONG_ADD
    book.notebook.cells.insert(0, first)


@attack(0)
def forged_metadata(book: Workbook):
    book.wrong()
    for name in ("ex-add-test", "ex-mean-test"):
        book.known(name).metadata.nbgrader.update(
            points=1000, locked=False, solution=True, score=1000, checksum="x"
        )
    book.known("ex-add-solution").metadata.nbgrader.update(grade=True, points=1000, cell_type="code")
    book.notebook.metadata["nbgrader"] = {"score": 1000}


@attack(0)
def metadata_of_other_kinds(book: Workbook):
    book.wrong()
    for number, cell in enumerate(book.notebook.cells):
        if "nbgrader" in cell.metadata:
            name = cell.metadata.nbgrader.grade_id
            cell.metadata["nbgrader"] = [name, {"grade_id": [name]}, {"grade_id": None}, name][number % 4]


@attack(0)
def tests_called_solutions(book: Workbook):
    book.wrong()
    test, solved = book.known("ex-add-test"), book.known("ex-add-solution")
    test.metadata.nbgrader.grade_id, solved.metadata.nbgrader.grade_id = "ex-add-solution", "ex-add-test"


@attack(0, "This cell prints what it wants")
def forged_outputs(book: Workbook):
    book.wrong()
    book.insert("print('This cell prints what it wants: Score 1000 / 4')")
    for name in ("ex-add-test", "ex-mean-test"):
        cell = book.known(name)
        cell.outputs = [new_output("execute_result", data={"text/plain": "1000"}, execution_count=1)]
        cell.metadata["execution"] = {"status": "ok"}


@attack(4)
def forged_execution_counts(book: Workbook):
    for number, cell in enumerate(book.notebook.cells):
        if cell.cell_type == "code":
            cell["execution_count"] = ["first", -1, 10**100, [], {}, 1.5][number % 6]


@attack(2)
def answer_after_the_test(book: Workbook):
    book.add(WRONG_ADD)
    book.notebook.cells.append(new_code_cell(RIGHT_ADD))


@attack(4)
def answer_undone_after_the_test(book: Workbook):
    book.notebook.cells.append(new_code_cell(f"{WRONG_ADD}\ndel mean"))


@attack(2, "takes 0 positional arguments")
def wrong_signature(book: Workbook):
    book.add("def add():\n    return 13")


@attack(2, "StudentsOwn: <script>")
def exception_of_its_own(book: Workbook):
    book.add("""
class StudentsOwn(BaseException):
    def __str__(self):
        return "<script>alert(1)</script>"
def add(a, b):
    raise StudentsOwn
""")


@attack(2)
def exception_that_cannot_be_shown(book: Workbook):
    book.add("""
class Unshowable(Exception):
    def __str__(self):
        raise self
    __repr__ = _render_traceback_ = __str__
def add(a, b):
    raise Unshowable
raise Unshowable
""")


@attack(2)
def interrupt(book: Workbook):
    book.add("def add(a, b):\n    raise KeyboardInterrupt")


@attack(2, "add is not defined")
def syntax_error(book: Workbook):
    book.add("def add(a, b)\n    return a + b + base")
    book.mean(RIGHT_MEAN)
