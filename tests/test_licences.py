"""`99_licenses.ipynb` names every model and data set of both profiles, and every package that the course imports."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from extras_and_licenses import lessons
from extras_and_licenses.checkpoints import HUB, table
from extras_and_licenses.kit import hub_data

NOTEBOOK = lessons.read(lessons.ROOT / "extras_and_licenses" / "99_licenses.ipynb")
HELPER = lessons.ROOT / "extras_and_licenses"
BOOK = HELPER / "book"  # builds the web site, with Sphinx; no lesson and no grading needs it


def first_cells(head: str) -> list[str]:
    """What stands in the first column of the tables whose head begins so."""
    prose = "\n\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
    tables = re.findall(r"(?:^\|.*\n?)+", prose, flags=re.MULTILINE)
    return [
        row.split("|")[1].strip()
        for rows in tables
        if rows.startswith(f"| {head} |")
        for row in rows.splitlines()
    ]


def imports(source: str) -> set[str]:
    """The modules that a source imports, without those of the course and of Python itself."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {HELPER.name}


def named_packages() -> set[str]:
    """The packages of the notebook's list."""
    cell = next(cell for cell in NOTEBOOK.cells if cell.id == "99-packages-names")
    groups = ast.literal_eval(ast.parse(cell.source).body[0].value)
    return {canonicalize_name(name) for names in groups.values() for name in names.split()}


def test_every_checkpoint_of_the_hub_has_its_maker():
    named = first_cells("checkpoint")
    assert [name for name in named if name.startswith("`")] == [
        f"`{entry.name.split('/')[1]}`" for entry in HUB.values()
    ]


def test_every_role_has_its_one_line_of_use():
    code = "\n".join(cell.source for cell in lessons.code_cells(NOTEBOOK))
    roles = {row.role for profile in ("kit", "hub") for row in table(profile)}
    assert {role for role in roles if f'model=checkpoint("{role}")' not in code} == set()


def test_every_data_set_that_a_recipe_reads_from_the_hub_is_named_with_that_recipe():
    assert not [cell.source for cell in NOTEBOOK.cells if "no recipe" in cell.source]
    read = {part.dataset for parts in hub_data.TABLES.values() for part in parts}
    read |= {dataset for dataset, _ in hub_data.TEXTS.values()}
    assert {re.match(r"`(.*?)`", name)[1] for name in first_cells("data set") if name[0] == "`"} == read


def test_every_package_that_lessons_and_helper_package_import_is_named():
    sources = [path.read_text(encoding="utf-8") for path in HELPER.rglob("*.py") if BOOK not in path.parents]
    for path in lessons.lessons():
        sources += [cell.source for cell in lessons.code_cells(lessons.read(path))]
    modules = set().union(*map(imports, sources))
    providers = packages_distributions()
    needed = {module: {canonicalize_name(name) for name in providers[module]} for module in modules}
    assert {module for module, packages in needed.items() if not packages & named_packages()} == set()


def test_every_named_package_is_pinned():
    lines = (lessons.ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(Requirement(line).name) for line in lines if re.match(r"[A-Za-z0-9]", line)}
    assert named_packages() <= pinned
