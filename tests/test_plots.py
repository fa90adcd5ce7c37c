"""The shared plot functions draw the data that they are given."""

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt

from extras_and_licenses.plots import (
    HATCHES,
    answer_bars,
    attention_map,
    grouped_bars,
    layer_lines,
    paired_differences,
    position_bars,
    to_png,
)

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


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


def test_layer_lines_have_one_line_a_series_from_layer_zero():
    figure = layer_lines({"own": [1.0, 0.8, 0.5], "other": [0.3, 0.2, 0.1]}, ylabel="cosine")
    own, other = figure.axes[0].lines
    assert list(own.get_xdata()) == [0, 1, 2]
    assert list(own.get_ydata()) == [1.0, 0.8, 0.5]
    assert list(other.get_ydata()) == [0.3, 0.2, 0.1]
    assert own.get_marker() != other.get_marker()
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["own", "other"]


@pytest.mark.parametrize("series", [{}, {"own": [1.0, 0.8], "other": [0.3]}])
def test_layer_lines_refuse_series_of_unequal_length_and_no_series(series):
    with pytest.raises(ValueError, match="one value a layer"):
        layer_lines(series, ylabel="cosine")


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
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["encoder", "decoder"]


@pytest.mark.parametrize(
    "values", [{}, {"encoder": {}}, {str(n): {"a": 1.0} for n in range(len(HATCHES) + 1)}]
)
def test_grouped_bars_refuse_nothing_to_draw_and_more_series_than_looks(values):
    with pytest.raises(ValueError, match=f"{len(values)} series with"):
        grouped_bars(values, "millions")


def test_attention_map_has_a_row_for_each_target_and_a_column_for_each_source():
    weights = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]], dtype=torch.bfloat16)
    figure = attention_map(weights, ["le", "chat"], ["the", "cat", "$"])
    axes = figure.axes[0]
    assert axes.images[0].get_array().shape == (2, 3)
    assert axes.images[0].get_array()[1].tolist() == weights[1].float().tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["le", "chat"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["the", "cat", r"\$"]


def test_attention_map_refuses_weights_of_several_heads():
    with pytest.raises(ValueError, match=r"\[4, 2, 3\] but there are 2 target and 3 source"):
        attention_map(torch.zeros(4, 2, 3), ["le", "chat"], ["the", "cat", "."])
