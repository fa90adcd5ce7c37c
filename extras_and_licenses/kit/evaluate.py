"""Measures the kit's models, lists what they answer, and writes both into their cards.

What a role's model is asked and measured by stands in the `evaluate` module of its entry's folder, as
`answer(role, text)`, `is_right(role, answer, accepted)`, `biases(role)` and `scores(role)`.

- `ROLES`: the roles of the kit.
- `answer(role, text)`: what a role's model says to one input, in words.
- `documented(role)`: inputs with answers and accepted answers from `answers.json` in the entry's folder.
- `is_right(role, one)`: whether a documented answer is an accepted one.
- `biases(role)`: figures of paired prompts.
- `scores(role)`: figures of a role's model, each followed by its baselines.
- `document(roles)`: measure roles and write all of it into the cards, and the scores into the README.
"""

import json
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from extras_and_licenses.checkpoints import HUB
from extras_and_licenses.kit import data, install
from extras_and_licenses.kit.biases import Bias
from extras_and_licenses.kit.published import PUBLISHED

ROLES = tuple(role for entry in install.entries() for role in entry.roles)
SCORES = ("role", "measure", "score", "baseline", "published figure, on other rows")
BASELINE = "baseline: "  # how the names of baselines begin


class Documented(NamedTuple):
    """What a card shows for one input."""

    answer: str
    "As the model of today gives it; `make evaluate` writes it."
    accepted: list[str]
    "What a reader would accept; written by hand."


def folder_of(role: str) -> Path:
    """The folder of the entry that plays a role."""
    return install.HERE / next(entry.folder for entry in install.entries() if role in entry.roles)


def _module(role: str):
    return import_module(f"{__package__}.{folder_of(role).name}.evaluate")


def answer(role: str, text: str) -> str:
    """What a role's model says to one input, in words, without sampling."""
    return _module(role).answer(role, text)


def documented(role: str) -> dict[str, Documented]:
    """Inputs that the card of a role's model documents, with the answers."""
    found = json.loads((folder_of(role) / "answers.json").read_text(encoding="utf-8"))[role]
    return {text: Documented(**one) for text, one in found.items()}


def is_right(role: str, one: Documented) -> bool:
    """Whether a documented answer is an accepted one, by the rule of the role."""
    return _module(role).is_right(role, one.answer, one.accepted)


def biases(role: str) -> list[Bias]:
    """Figures of paired prompts: how much the model's answers hang on words that should not matter."""
    return _module(role).biases(role)


def scores(role: str) -> dict[str, float]:
    """Figures of a role's model, each followed by its baselines; none where the card only documents answers.

    Needs the evaluation data.
    """
    return _module(role).scores(role)


def document(roles: Iterable[str] = ROLES) -> list[tuple[str, ...]]:
    """Measure roles, answer their documented inputs, and write all of it into the cards and the README.

    The README's table is put together from all cards, so that one role can be measured again alone.

    Returns:
        The cells of the table of scores, under the headings `SCORES`.

    Raises:
        KitError: the data to measure with hold rows that a model was trained on.
    """
    rows = []
    folders = dict.fromkeys(map(folder_of, roles))
    if data.from_hub():
        refuse_known_rows(folders)
    for folder in folders:
        of_folder = [role for role in ROLES if folder_of(role) == folder]
        card = folder / "README.md"
        of_card = [row for role in of_folder for row in score_rows(role, scores(role))]
        rewrite(card, "scores", table(SCORES, of_card))
        rewrite(card, "published", published_table(of_folder))
        rewrite(card, "biases", biases_table({role: biases(role) for role in of_folder}))
        answers = {
            role: {text: one._replace(answer=answer(role, text)) for text, one in documented(role).items()}
            for role in of_folder
        }
        record = {
            role: {text: one._asdict() for text, one in found.items()} for role, found in answers.items()
        }
        install.write_whole(folder / "answers.json", json.dumps(record, indent=2, ensure_ascii=False) + "\n")
        rewrite(card, "answers", answers_table(answers))
        rows += of_card
    cards = dict.fromkeys(folder_of(role) / "README.md" for role in ROLES)
    lines = [line for card in cards for line in section(card, "scores").splitlines()[2:]]
    rewrite(install.HERE.parent.parent / "README.md", "scores", "\n".join([*heading(SCORES), *lines]))
    return rows


def refuse_known_rows(folders: Iterable[Path]) -> None:
    """Let no model be measured on the hub's rows that was trained on local tables: these hold some of those rows.

    Raises:
        KitError: a model in one of the folders was.
    """
    trained = {install.HERE / entry.folder: entry for entry in install.entries()}
    for folder in folders:
        if trained[folder].trained_on == install.TABLES:
            raise install.KitError(
                f"{trained[folder].name!r} cannot be measured on the {install.HUB}: it was trained on "
                f"{install.TABLES}, and those hold rows that the hub keeps for development. Set {data.DATA_VARIABLE} "
                f"to the folder with the tables, or train the model on the hub's data first."
            )


def score_rows(role: str, found: dict[str, float]) -> list[tuple[str, ...]]:
    """Scores as cells under the headings `SCORES`: a measure, its baselines, and the published figure beside it."""
    beside = {one.beside: f"{one.value:g} on {one.data}" for one in PUBLISHED[role] if one.beside}
    rows: list[tuple[str, str, str, list[str], str]] = []
    for name, value in found.items():
        if name.startswith(BASELINE):
            rows[-1][3].append(f"{shown(name, value)} {name.removeprefix(BASELINE)}")
        else:
            rows.append((role, name, shown(name, value), [], beside.get(name, "none")))
    return [(*cells, "; ".join(baselines) or "–", published) for *cells, baselines, published in rows]


def shown(name: str, value: float) -> str:
    """A score in digits: BLEU, which goes to 100, with one decimal, and the others, which go to 1, with three."""
    return f"{value:.1f}" if "BLEU" in name else f"{value:.3f}"


def published_table(roles: Iterable[str]) -> str:
    """What others published for the checkpoints that the profile `hub` has for roles."""
    rows = [
        (role, f"`{HUB[role].name}`", one.measure, f"{one.value:g}", one.data, one.source)
        for role in roles
        for one in PUBLISHED[role]
    ]
    return table(("role", "checkpoint on the hub", "measure", "figure", "measured on", "source"), rows)


def biases_table(found: dict[str, list[Bias]]) -> str:
    """Figures of paired prompts by role."""
    rows = [
        (role, one.compared, f"{one.value:.2f}", one.unit, one.meaning)
        for role, of_role in found.items()
        for one in of_role
    ]
    return table(("role", "compared", "figure", "unit", "what it tells"), rows)


def answers_table(found: dict[str, dict[str, Documented]]) -> str:
    """Inputs with the models' answers by role: how many are right, then those that are, then those that are not."""
    rows, counts = [], []
    for role, of_role in found.items():
        right = {text: one for text, one in of_role.items() if is_right(role, one)}
        wrong = {text: one for text, one in of_role.items() if text not in right}
        counts.append(f"{len(right)} right and {len(wrong)} wrong for `{role}`")
        for verdict, part in (("right", right), ("wrong", wrong)):
            rows += [
                (role, text, one.answer, " / ".join(text or "(no answer)" for text in one.accepted), verdict)
                for text, one in part.items()
            ]
    return f"{', '.join(counts)}:\n\n{table(('role', 'input', 'answer', 'accepted', 'verdict'), rows)}"


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Cells as a Markdown table."""
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join([*heading(headings), *lines])


def heading(headings: tuple[str, ...]) -> list[str]:
    """The first two lines of a Markdown table."""
    return ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]


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
    install.write_whole(page, page.read_text(encoding="utf-8").replace(old, new))


def _cell(text: str) -> str:
    """A text as it can stand in a Markdown table."""
    return text.replace("\n", " ⏎ ").replace("|", "\\|")
