"""Bars are as long as the numbers that they stand for."""

import pytest

from extras_and_licenses.plots import (
    answer_bars,
    grouped_bars,
    paired_differences,
    position_bars,
    span_bars,
    to_png,
    zero_shot_panels,
)
from extras_and_licenses.plots.base import HATCHES


def test_position_bars_have_the_probabilities_and_hatch_only_masks():
    figure = position_bars(["she", "[MASK]", "."], ["he", "tea", "."], [0.2, 0.5, 0.9], masked=[1])
    bars = figure.axes[0].containers[0]
    assert [bar.get_height() for bar in bars] == [0.2, 0.5, 0.9]
    assert [bar.get_hatch() for bar in bars] == [None, "//", None]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["she", "[MASK]", "."]
    assert [text.get_text() for text in figure.axes[0].texts] == ["he", "tea", "."]


def test_position_bars_draw_dollar_signs_as_they_are():
    to_png(position_bars(["$^$", "a"], ["b", "$^$"], [0.5, 0.5], masked=[]))


def test_position_bars_refuse_an_answer_too_few():
    with pytest.raises(ValueError, match="2 tokens, 1 answers and 2 probabilities"):
        position_bars(["a", "b"], ["a"], [0.1, 0.2], masked=[])


def test_paired_differences_show_means_largest_at_the_top_and_every_pair():
    figure = paired_differences({"cook": [-1.0, -2.0], "nurse": [1.0, 3.0], "poet": [0.0]}, xlabel="bits")
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [-1.5, 0.0, 2.0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cook", "poet", "nurse"]
    assert [bar.get_hatch() for bar in axes.patches] == ["//", None, None]
    assert list(axes.lines[2].get_xdata()) == [1.0, 3.0]


@pytest.mark.parametrize("differences", [{}, {"nurse": []}])
def test_paired_differences_refuse_a_name_without_a_pair(differences):
    with pytest.raises(ValueError, match="nothing to draw"):
        paired_differences(differences, xlabel="bits")


def test_answer_bars_have_one_panel_a_mask_with_the_first_token_at_the_top():
    figure = answer_bars({"mask 1": {"tea": 0.5, "$": 0.25}, "mask 2": {"milk": 0.125, "wine": 0.1}})
    first, second = figure.axes
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("mask 1", "mask 2")
    assert [bar.get_width() for bar in first.patches] == [0.5, 0.25]
    assert [label.get_text() for label in first.get_yticklabels()] == ["tea", r"\$"]
    assert first.yaxis_inverted()
    assert [text.get_text() for text in second.texts] == ["0.125", "0.100"]
    to_png(figure)


@pytest.mark.parametrize("panels", [{}, {"mask 1": {}}])
def test_answer_bars_refuse_a_mask_without_answers(panels):
    with pytest.raises(ValueError, match="no answers to draw"):
        answer_bars(panels)


def test_grouped_bars_have_one_bar_a_series_in_every_category_it_names_with_its_number():
    figure = grouped_bars(
        {"encoder": {"$": 1.0}, "decoder": {"$": 1.0, "cross": 2.5}}, "millions", number="{:.1f}"
    )
    axes = figure.axes[0]
    encoder, decoder = axes.containers
    assert [bar.get_width() for bar in encoder] == [1.0]
    assert [bar.get_width() for bar in decoder] == [1.0, 2.5]
    assert encoder[0].get_hatch() != decoder[0].get_hatch()
    assert encoder[0].get_y() < decoder[0].get_y() < 0.5 < decoder[1].get_y()
    assert axes.yaxis_inverted()
    assert [label.get_text() for label in axes.get_yticklabels()] == [r"\$", "cross"]
    assert [text.get_text() for text in axes.texts] == ["1.0", "1.0", "2.5"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["encoder", "decoder"]


@pytest.mark.parametrize(
    "values", [{}, {"encoder": {}}, {str(n): {"a": 1.0} for n in range(len(HATCHES) + 1)}]
)
def test_grouped_bars_refuse_nothing_to_draw_and_more_series_than_looks(values):
    with pytest.raises(ValueError, match=f"{len(values)} series with"):
        grouped_bars(values, "millions")


def test_zero_shot_panels_have_a_score_a_label_and_the_answers_end_to_end():
    pairs = {"tea": {"yes": 0.5, "open": 0.25, "no": 0.25}, "milk": {"yes": 0.125, "open": 0.125, "no": 0.75}}
    scores, answers = zero_shot_panels({"tea": 0.9, "milk": 0.1}, pairs).axes
    assert [bar.get_width() for bar in scores.patches] == [0.9, 0.1]
    assert [label.get_text() for label in scores.get_yticklabels()] == ["tea", "milk"]
    assert [(bar.get_x(), bar.get_width()) for bar in answers.patches] == [
        (0.0, 0.5), (0.0, 0.125), (0.5, 0.25), (0.125, 0.125), (0.75, 0.25), (0.25, 0.75),
    ]  # fmt: skip
    hatches = [hatch for hatch in HATCHES[:3] for _ in pairs]
    assert [bar.get_hatch() for bar in answers.patches] == hatches


@pytest.mark.parametrize(("scores", "pairs"), [({}, {}), ({"tea": 1.0}, {"milk": {"yes": 1.0}})])
def test_zero_shot_panels_refuse_scores_without_their_pairs(scores, pairs):
    with pytest.raises(ValueError, match="for the same labels"):
        zero_shot_panels(scores, pairs)


def test_span_bars_have_a_row_for_starts_and_one_for_ends_and_hatch_the_span():
    figure = span_bars(["a", "b", "$"], [1.0, -2.0, 0.5], [0.0, 3.0, -1.0], (0, 1))
    starts, ends = figure.axes
    assert [bar.get_height() for bar in starts.patches] == [1.0, -2.0, 0.5]
    assert [bar.get_height() for bar in ends.patches] == [0.0, 3.0, -1.0]
    assert [bool(bar.get_hatch()) for bar in starts.patches] == [True, False, False]
    assert [bool(bar.get_hatch()) for bar in ends.patches] == [False, True, False]
    assert [label.get_text() for label in ends.get_xticklabels()] == ["a", "b", r"\$"]


@pytest.mark.parametrize(
    ("end", "span"), [([1.0], (0, 1)), ([1.0, 2.0], (1, 0)), ([1.0, 2.0], (0, 2)), ([1.0, 2.0], (-1, 0))]
)
def test_span_bars_refuse_an_end_too_few_and_a_span_that_is_none(end, span):
    with pytest.raises(ValueError, match="one start and one end for each token"):
        span_bars(["a", "b"], [0.0, 1.0], end, span)
