"""Each model of the kit gives the answers that its card documents, and the README the scores of the cards."""

import pytest

from extras_and_licenses.checkpoints import HUB
from extras_and_licenses.kit import evaluate
from extras_and_licenses.kit import install as kit
from extras_and_licenses.kit.biases import NAMES, OCCUPATIONS, spread
from extras_and_licenses.kit.entities import evaluate as entities
from extras_and_licenses.kit.evaluate import (
    ROLES,
    Documented,
    answer,
    answers_table,
    biases,
    document,
    documented,
    folder_of,
    is_right,
    published_table,
    rewrite,
    score_rows,
    section,
)
from extras_and_licenses.kit.instruct.evaluate import SETTINGS
from extras_and_licenses.kit.measures import exact_match, f1, rank_correlation, rouge_l
from extras_and_licenses.kit.published import PUBLISHED
from extras_and_licenses.kit.question_answering.evaluate import best_threshold_f1
from extras_and_licenses.kit.seq2seq.evaluate import FEMININE, MASCULINE, share

README = kit.HERE.parent.parent / "README.md"
FOLDERS = sorted({folder_of(role) for role in ROLES})
QUESTIONS = [(role, text) for role in ROLES for text in documented(role)]


def roles_of(folder) -> list[str]:
    return [role for role in ROLES if folder_of(role) == folder]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course in which the cards of a kit of one role and the README can be written; that role, `emotions`."""
    folder = tmp_path / "extras_and_licenses" / "kit" / "emotions"
    folder.mkdir(parents=True)
    for page in (README, folder_of("emotions") / "README.md", folder_of("emotions") / "answers.json"):
        copy = tmp_path if page == README else folder
        (copy / page.name).write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(kit, "HERE", tmp_path / "extras_and_licenses" / "kit")
    monkeypatch.setattr(evaluate, "ROLES", ("emotions",))
    return tmp_path


@pytest.mark.parametrize(("role", "text"), QUESTIONS)
def test_a_model_gives_the_documented_answer(role, text):
    assert answer(role, text) == documented(role)[text].answer


@pytest.mark.parametrize("role", ROLES)
def test_a_role_documents_at_least_a_dozen_answers_and_some_are_right_and_some_wrong(role):
    verdicts = [is_right(role, one) for one in documented(role).values()]
    assert len(verdicts) >= 12
    assert verdicts.count(True) >= 2
    assert verdicts.count(False) >= 2


@pytest.mark.parametrize("role", SETTINGS)
def test_twenty_prompts_work_and_twenty_fail_with_settings_that_the_card_names(role):
    verdicts = [is_right(role, one) for one in documented(role).values()]
    assert verdicts.count(True) >= 20
    assert verdicts.count(False) >= 20
    card = (folder_of(role) / "README.md").read_text(encoding="utf-8")
    assert [name for name, value in SETTINGS[role].items() if f"`{name}={value}`" not in card] == []


@pytest.mark.parametrize(
    ("role", "given", "accepted", "verdict"),
    [
        ("embeddings", "0.50", ["alike"], True),
        ("embeddings", "0.49", ["alike"], False),
        ("fill-mask", "city, capital, town", ["capital"], True),
        ("fill-mask", "capitals, cap, town", ["capital"], False),
        ("question-answering", "The garden.", ["garden"], True),
        ("question-answering", "the garden", [""], False),
        ("emotions", "joy, love", ["love", "joy", "desire"], True),
        ("emotions", "joy, anger", ["joy"], False),
        ("emotions", "none", ["joy"], False),
        ("entities", "Ada PER", ["Ada PER"], True),
        ("entities", "Ada PER, Paris LOC", ["Ada PER"], False),
        ("entailment", "neutral", ["neutral"], True),
        ("seq2seq", "Je suis heureuse.", ["Je suis heureux.", "Je suis heureuse."], True),
        ("instruct", "It is Paris.", ["paris"], True),
        ("instruct", "Parisians like it.", ["Paris"], False),
        ("causal-lm", "Paris, of course", ["Paris"], True),
        ("causal-lm", "not Paris", ["Paris"], False),
        ("causal-lm", "15", ["1"], False),
    ],
)
def test_a_verdict_follows_the_rule_of_the_role(role, given, accepted, verdict):
    assert is_right(role, Documented(given, accepted)) == verdict


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_card_shows_the_documented_answers_with_verdicts_and_what_others_published(folder):
    roles = roles_of(folder)
    assert section(folder / "README.md", "answers") == answers_table(
        {role: documented(role) for role in roles}
    )
    assert section(folder / "README.md", "published") == published_table(roles)


@pytest.mark.parametrize("role", ROLES)
def test_a_card_shows_the_biases_of_the_installed_model(role):
    lines = section(folder_of(role) / "README.md", "biases").splitlines()
    shown = [line.strip("| ").split(" | ") for line in lines if line.startswith(f"| {role} |")]
    found = biases(role)
    assert [cells[1] for cells in shown] == [one.compared for one in found]
    assert [float(cells[2]) for cells in shown] == pytest.approx([one.value for one in found], abs=0.006)


def test_the_paired_prompts_are_as_many_as_the_cards_say():
    assert [len(set(names)) for names in NAMES.values()] == [10] * 4
    assert len(set(OCCUPATIONS)) == len(OCCUPATIONS) == 24


@pytest.mark.parametrize(
    ("text", "value"),
    [("Painter (1841–1902).", 1.0), ("a painter of 1841, born in 1902", 0.6), ("?", 0.0), ("sculptor", 0.0)],
)
def test_rouge_compares_letters_and_digits_and_no_punctuation(text, value):
    assert rouge_l(text, "painter 1841 1902") == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "exact", "shared"),
    [
        ("the Old Harbour.", 1, 1),
        ("harbour", 0, 2 / 3),
        ("An old, old harbour", 0, 0.8),
        ("sea", 0, 0),
        ("", 0, 0),
    ],
)
def test_answers_are_compared_by_words_without_case_punctuation_and_articles(said, exact, shared):
    assert exact_match(said, "Old harbour") == exact
    assert f1(said, "Old harbour") == pytest.approx(shared)


def test_an_answer_to_a_question_that_has_none_is_wrong_and_no_answer_right():
    assert f1("harbour", "") == 0 and f1("", "") == exact_match("", "") == 1


def test_answers_are_withheld_from_the_doubt_at_which_that_is_best():
    answers, expected = ["a1", "b2", "c3", "d4"], ["a1", "", "c3", ""]
    assert best_threshold_f1(answers, [0.1, 0.9, 0.2, 0.8], expected) == 1  # doubt is where no answer is
    assert best_threshold_f1(answers, [0.9, 0.1, 0.8, 0.2], expected) == 0.5  # doubt says the opposite
    assert best_threshold_f1(answers, [0.1, 0.2, 0.3, 0.4], expected) == 0.75  # it withholds the last


def test_a_ranking_is_compared_with_that_of_people_and_a_constant_ranks_nothing():
    assert rank_correlation([1, 2, 90], [0.1, 0.2, 0.3]) == pytest.approx(1)
    assert rank_correlation([3, 2, 1], [0.1, 0.2, 0.3]) == pytest.approx(-1)
    assert rank_correlation([2, 2, 2], [0.1, 0.2, 0.3]) == 0


def test_the_baseline_of_entities_is_the_tag_that_a_word_had_most_often(monkeypatch):
    tags = [["B-LOC"], ["B-PER"], ["B-LOC"]]
    monkeypatch.setattr(
        entities, "rows", lambda *_, **__: [{"tokens": ["Paris"], "tags": one} for one in tags]
    )
    assert entities.memorised([["Paris", "sleeps"]]) == [["B-LOC", "O"]]


def test_mean_and_extremes_of_a_bias_name_the_occupations():
    mean, low, high = spread(
        {"baker": 0.5, "nurse": 0.1, "pilot": 0.9}, "share of he", "share", "What it tells."
    )
    assert (mean.compared, mean.value) == ("share of he, mean of 3 occupations", pytest.approx(0.5))
    assert (low.compared, low.value) == ("share of he, lowest: nurse", 0.1)
    assert (high.compared, high.value) == ("share of he, highest: pilot", 0.9)


def test_a_translation_that_shows_both_genders_or_neither_counts_for_none():
    translations = [{"un", "bon"}, {"une"}, {"un", "bonne"}, {"artiste"}]
    assert share(translations, MASCULINE) == share(translations, FEMININE) == 0.25


def test_baselines_and_published_figures_stand_beside_the_measure():
    beside = next(one for one in PUBLISHED["entities"] if one.beside == "entity F1")
    found = {
        "entity F1": 0.5,
        "baseline: a": 0.25,
        "baseline: b": 0.125,
        "BLEU": 41.26,
        "baseline: c, BLEU": 0.3,
    }
    assert score_rows("entities", found) == [
        ("entities", "entity F1", "0.500", "0.250 a; 0.125 b", f"{beside.value:g} on {beside.data}"),
        ("entities", "BLEU", "41.3", "0.3 c, BLEU", "none"),
    ]


def test_every_role_has_published_figures_each_beside_a_measure_of_the_card_or_none():
    assert set(PUBLISHED) == set(ROLES) <= set(HUB)
    for role in ROLES:
        lines = section(folder_of(role) / "README.md", "scores").splitlines()[2:]
        measures = {line.strip("| ").split(" | ")[1] for line in lines}
        assert {one.beside for one in PUBLISHED[role] if one.beside} <= measures, role


def test_the_scores_of_the_readme_are_those_of_the_cards():
    cards = [
        line for folder in dict.fromkeys(map(folder_of, ROLES)) for line in rows_of(folder / "README.md")
    ]
    assert len(cards) > 5
    assert rows_of(README) == cards


def test_every_score_stands_beside_a_baseline():
    for line in rows_of(README):
        _, measure, _, baseline, _ = line.strip("| ").split(" | ")
        assert baseline != "–", measure


def rows_of(page) -> list[str]:
    return section(page, "scores").splitlines()[2:]


def test_one_command_writes_scores_answers_and_biases_into_card_and_readme(course, monkeypatch):
    card = course / "extras_and_licenses" / "kit" / "emotions" / "README.md"
    monkeypatch.setattr(evaluate, "scores", lambda role: {"macro F1": 0.125, "baseline: never": 0.0})
    monkeypatch.setattr(evaluate, "answer", lambda role, text: "anger")
    monkeypatch.setattr(evaluate, "biases", lambda role: spread({"baker": 0.25}, "share", "share", "A test."))
    rewrite(card, "published", "old")
    (cells,) = document(["emotions"])
    assert cells[:4] == ("emotions", "macro F1", "0.125", "0.000 never")
    assert rows_of(card) == rows_of(course / "README.md") == ["| " + " | ".join(cells) + " |"]
    assert {one.answer for one in documented("emotions").values()} == {"anger"}
    assert section(card, "answers") == answers_table({"emotions": documented("emotions")})
    assert section(card, "published") == published_table(["emotions"])
    assert "| emotions | share, lowest: baker | 0.25 | share |" in section(card, "biases")


def test_a_page_without_marks_is_refused_and_left_alone(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("<!-- scores -->\nold")
    with pytest.raises(ValueError, match="end of scores"):
        rewrite(page, "scores", "new")
    assert page.read_text() == "<!-- scores -->\nold"
