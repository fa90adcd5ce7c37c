"""Each model of the kit gives the answers that its card documents, and the README the scores of the cards."""

import re

import pytest

from extras_and_licenses.kit import install as kit
from extras_and_licenses.kit.evaluate import ROLES, answer, answers_table, documented, folder_of, rewrite

QUESTIONS = [(role, text, expected) for role in ROLES for text, expected in documented(role).items()]


@pytest.mark.parametrize(("role", "text", "expected"), QUESTIONS)
def test_a_model_gives_the_documented_answer(role, text, expected):
    assert answer(role, text) == expected


def test_every_model_documents_at_least_a_dozen_answers():
    for entry in kit.entries():
        assert sum(len(documented(role)) for role in entry.roles) >= 12


@pytest.mark.parametrize(
    "folder", sorted({folder_of(role) for role in ROLES}), ids=lambda folder: folder.name
)
def test_a_card_shows_the_documented_answers(folder):
    roles = [role for role in ROLES if folder_of(role) == folder]
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert answers_table({role: documented(role) for role in roles}) in card


def test_the_scores_of_the_readme_are_those_of_the_cards():
    readme = (kit.HERE.parent.parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| \d\S* \|$", readme, flags=re.MULTILINE)
    assert len(rows) > 5
    cards = "".join((folder_of(role) / "README.md").read_text(encoding="utf-8") for role in ROLES)
    assert [row for row in rows if row not in cards] == []


def test_a_page_without_marks_is_refused_and_left_alone(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("<!-- scores -->\nold")
    with pytest.raises(ValueError, match="end of scores"):
        rewrite(page, "scores", "new")
    assert page.read_text() == "<!-- scores -->\nold"
