"""Measures the kit's models on data that training never saw, and lists the answers that their cards document.

What a role's model is asked and measured by stands in the `evaluate` module of its entry's folder, as
`answer(role, text)` and `scores(role)`.

- `ROLES`: the roles of the kit.
- `answer(role, text)`: what a role's model says to one input, in words.
- `documented(role)`: inputs and answers from `answers.json` in the entry's folder.
- `scores(role)`: figures of a role's model, each followed by its baselines.
- `document(roles)`: measure roles and write scores and answers into the cards and the README.
"""

import json
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from extras_and_licenses.kit import install

ROLES = tuple(role for entry in install.entries() for role in entry.roles)


def folder_of(role: str) -> Path:
    """The folder of the entry that plays a role."""
    return install.HERE / next(entry.folder for entry in install.entries() if role in entry.roles)


def _module(role: str):
    return import_module(f"{__package__}.{folder_of(role).name}.evaluate")


def answer(role: str, text: str) -> str:
    """What a role's model says to one input, in words, without sampling."""
    return _module(role).answer(role, text)


def documented(role: str) -> dict[str, str]:
    """Inputs and answers that the card of a role's model documents."""
    return json.loads((folder_of(role) / "answers.json").read_text(encoding="utf-8"))[role]


def scores(role: str) -> dict[str, float]:
    """Figures of a role's model, each followed by its baselines; none where the card only documents answers.

    Needs the evaluation data.
    """
    return _module(role).scores(role)


def document(roles: Iterable[str] = ROLES) -> dict[str, dict[str, float]]:
    """Measure roles, answer their documented inputs, and write both into the cards and the README.

    The README's table is put together from all cards, so that one role can be measured again alone.
    """
    measured = {}
    for folder in dict.fromkeys(map(folder_of, roles)):
        of_folder = [role for role in ROLES if folder_of(role) == folder]
        for role in of_folder:
            measured[role] = {name: round(value, 3) for name, value in scores(role).items()}
        answers = {role: {text: answer(role, text) for text in documented(role)} for role in of_folder}
        (folder / "answers.json").write_text(
            json.dumps(answers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        rewrite(folder / "README.md", "answers", answers_table(answers))
        rewrite(
            folder / "README.md", "scores", table(score_rows({role: measured[role] for role in of_folder}))
        )
    cards = dict.fromkeys(folder_of(role) / "README.md" for role in ROLES)
    rows = [row for card in cards for row in section(card, "scores").splitlines()[2:]]
    rewrite(install.HERE.parent.parent / "README.md", "scores", table(rows))
    return measured


def score_rows(measured: dict[str, dict[str, float]]) -> list[str]:
    """Scores as the lines of a Markdown table."""
    return [
        f"| {role} | {name} | {value:.3f} |"
        for role, found in measured.items()
        for name, value in found.items()
    ]


def table(rows: list[str]) -> str:
    """Lines of scores under their heading."""
    return "\n".join(["| role | measure | score |", "| --- | --- | ---: |", *rows])


def answers_table(answers: dict[str, dict[str, str]]) -> str:
    """Inputs with the models' answers, as a Markdown table."""
    lines = [
        f"| {role} | {_cell(text)} | {_cell(made)} |"
        for role, pairs in answers.items()
        for text, made in pairs.items()
    ]
    return "\n".join(["| role | input | answer |", "| --- | --- | --- |", *lines])


def section(page: Path, name: str) -> str:
    """What stands between the marks `<!-- name -->` and `<!-- end of name -->` of a page.

    Raises:
        ValueError: the page has no such marks.
    """
    _, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    text, end, _ = rest.partition(f"\n<!-- end of {name} -->")
    if not (begin and end):
        raise ValueError(
            f"{page} lacks the marks of {name!r}. Put `<!-- {name} -->` and `<!-- end of {name} -->` in."
        )
    return text


def rewrite(page: Path, name: str, text: str) -> None:
    """Replace what stands between the marks `<!-- name -->` and `<!-- end of name -->` of a page.

    Raises:
        ValueError: the page has no such marks.
    """
    old = f"<!-- {name} -->\n{section(page, name)}\n<!-- end of {name} -->"
    new = f"<!-- {name} -->\n{text}\n<!-- end of {name} -->"
    page.write_text(page.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _cell(text: str) -> str:
    """A text as it can stand in a Markdown table."""
    return text.replace("\n", " ⏎ ").replace("|", "\\|")
