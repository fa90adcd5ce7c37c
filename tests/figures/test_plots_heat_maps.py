"""Heat maps hold the numbers that they are given, under the right names."""

import pytest
import torch

from extras_and_licenses.plots import attention_map, confusion_map, label_map, self_attention_panels, span_map


def test_attention_map_has_a_row_for_each_target_and_a_column_for_each_source():
    weights = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]], dtype=torch.bfloat16)
    figure = attention_map(weights, ["le", "chat"], ["the", "cat", "$"])
    axes = figure.axes[0]
    assert axes.images[0].get_array().shape == (2, 3)
    assert axes.images[0].get_array()[1].tolist() == weights[1].float().tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["le", "chat"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["the", "cat", r"\$"]


def test_attention_map_refuses_weights_of_several_heads():
    with pytest.raises(ValueError, match=r"\[4, 2, 3\] but there are 2 targets and 3 sources"):
        attention_map(torch.zeros(4, 2, 3), ["le", "chat"], ["the", "cat", "."])


def test_self_attention_panels_share_one_scale():
    panels = {
        "without": torch.tensor([[0.9, 0.1], [0.5, 0.5]], dtype=torch.bfloat16),
        "with": torch.eye(2) / 2,
    }
    figure = self_attention_panels(panels, ["a", "$"])
    without, masked = figure.axes[:2]
    assert without.images[0].get_array().tolist() == panels["without"].float().tolist()
    assert masked.images[0].get_array().tolist() == [[0.5, 0.0], [0.0, 0.5]]
    assert without.images[0].get_clim() == masked.images[0].get_clim() == (0, pytest.approx(0.9, abs=0.01))
    assert [axes.get_title(loc="left") for axes in (without, masked)] == ["without", "with"]
    assert [label.get_text() for label in masked.get_xticklabels()] == ["a", r"\$"]


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "no panel to draw"),
        ({"a": torch.eye(3)}, "there are 2 tokens"),
        ({"a": torch.zeros(1, 2, 2)}, "there are 2 tokens"),
    ],
)
def test_self_attention_panels_refuse_no_panel_and_weights_of_another_shape(panels, message):
    with pytest.raises(ValueError, match=message):
        self_attention_panels(panels, ["a", "b"])


def test_span_map_leaves_impossible_spans_empty_and_rings_the_best():
    scores = torch.tensor([[1.0, 4.0], [-torch.inf, 2.0]])
    axes = span_map(scores, ["a", "$"], (0, 1)).axes[0]
    drawn = axes.images[0].get_array()
    assert drawn.mask.tolist() == [[False, False], [True, False]]
    assert drawn.compressed().tolist() == [1.0, 4.0, 2.0]
    (ring,) = axes.lines
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (1, 0)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", r"\$"]


def test_span_map_refuses_scores_that_are_not_tokens_by_tokens():
    with pytest.raises(ValueError, match=r"\[2, 3\] but there are 2 tokens"):
        span_map(torch.zeros(2, 3), ["a", "b"], (0, 0))


def test_confusion_map_has_true_labels_in_rows_and_writes_every_count():
    figure = confusion_map(torch.tensor([[5, 2], [0, 9]]), ["cat", "dog"])
    axes = figure.axes[0]
    assert axes.images[0].get_array().tolist() == [[5, 2], [0, 9]]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "5", (1, 0): "2", (0, 1): "0", (1, 1): "9"}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted label", "true label")


def test_confusion_map_refuses_counts_of_more_labels_than_names():
    with pytest.raises(ValueError, match=r"\[3, 3\] but there are 2 labels"):
        confusion_map(torch.zeros(3, 3), ["cat", "dog"])


def test_label_map_has_a_column_a_token_and_writes_only_the_larger_numbers():
    probabilities = torch.tensor([[0.75, 0.25, 0.0], [0.0, 0.0625, 0.9375]], dtype=torch.bfloat16)
    axes = label_map(probabilities, ["$", "maria"], ["O", "B-LOC", "B-PER"]).axes[0]
    assert axes.images[0].get_array().tolist() == [[0.75, 0.0], [0.25, 0.0625], [0.0, 0.9375]]
    assert [label.get_text() for label in axes.get_xticklabels()] == [r"\$", "maria"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["O", "B-LOC", "B-PER"]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "0.8", (0, 1): "0.2", (1, 2): "0.9"}


def test_label_map_refuses_rows_and_columns_the_wrong_way_round():
    with pytest.raises(ValueError, match=r"\[3, 2\] but there are 2 tokens and 3 labels"):
        label_map(torch.zeros(3, 2), ["she", "maria"], ["O", "B-LOC", "B-PER"])
