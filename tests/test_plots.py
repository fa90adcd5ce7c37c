"""The shared plot functions draw the data that they are given."""

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt

from extras_and_licenses.plots import (
    BOX_COLUMNS,
    HATCHES,
    answer_bars,
    attention_map,
    confusion_map,
    few_shot_curves,
    grouped_bars,
    grouped_points,
    label_map,
    layer_lines,
    learning_curves,
    measured_lines,
    padding_panels,
    paired_differences,
    position_bars,
    self_attention_panels,
    span_bars,
    span_map,
    threshold_panels,
    to_png,
    token_boxes,
    token_grid,
    window_strips,
    zero_shot_panels,
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


def test_token_grid_has_a_cell_a_position_and_hatches_padding():
    figure = token_grid([["[CLS]", "$"], ["[CLS]", "[PAD]"]], [[1, 1], [1, 0]])
    axes = figure.axes[0]
    corners = [(patch.get_xy(), patch.get_hatch()) for patch in axes.patches]
    assert corners == [((0, 0), None), ((1, 0), None), ((0, 1), None), ((1, 1), "///")]
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["[CLS]", "1", r"\$", "1", "[CLS]", "1", "[PAD]", "0"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["row 0", "row 1"]
    assert axes.get_ylim() == (2, 0)
    to_png(figure)


@pytest.mark.parametrize(
    ("tokens", "mask"),
    [
        ([], []),
        ([["a"]], [[1, 1]]),
        ([["a"], ["b"]], [[1]]),
        ([["a"], ["b", "c"]], [[1], [1, 1]]),
        ([[]], [[]]),
    ],
)
def test_token_grid_refuses_what_is_no_rectangle(tokens, mask):
    with pytest.raises(ValueError, match="Pass as many rows of both, all of one length"):
        token_grid(tokens, mask)


def test_padding_panels_put_the_padding_behind_the_tokens_and_give_its_share():
    figure = padding_panels({"as they come": [(3, 4), (1, 4)], "sorted": [(1, 1), (3, 3)]})
    mixed, ordered = figure.axes
    tokens, padding = mixed.containers
    assert [bar.get_width() for bar in tokens] == [3, 1]
    assert [(bar.get_x(), bar.get_width()) for bar in padding] == [(3, 1), (1, 3)]
    assert {bar.get_hatch() for bar in tokens} == {None}
    assert None not in {bar.get_hatch() for bar in padding}
    titles = [axes.get_title(loc="left") for axes in (mixed, ordered)]
    assert titles == ["as they come\n50% padding", "sorted\n0% padding"]
    assert mixed.yaxis_inverted()
    assert mixed.get_xlim() == ordered.get_xlim()


@pytest.mark.parametrize(
    ("panels", "message"),
    [({}, "no rows"), ({"a": []}, "no rows"), ({"a": [(5, 4)]}, "5 tokens in a batch of width 4")],
)
def test_padding_panels_refuse_no_rows_and_rows_wider_than_their_batch(panels, message):
    with pytest.raises(ValueError, match=message):
        padding_panels(panels)


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


@pytest.mark.parametrize("panels", [{}, {"a": torch.eye(3)}, {"a": torch.zeros(1, 2, 2)}])
def test_self_attention_panels_refuse_weights_of_another_shape(panels):
    with pytest.raises(ValueError, match="there are 2 tokens"):
        self_attention_panels(panels, ["a", "b"])


def test_measured_lines_have_a_line_a_series_at_the_counts_and_broken_lines_across():
    figure = measured_lines([1, 2, 8], {"a": [0.1, 0.2, 0.4], "b": [0.3, 0.3, 0.6]}, "n", "s", {"flat": 0.25})
    a, b, flat = figure.axes[0].lines
    assert list(a.get_xdata()) == [1, 2, 8]
    assert list(b.get_ydata()) == [0.3, 0.3, 0.6]
    assert set(flat.get_ydata()) == {0.25}
    assert flat.get_linestyle() == "--"
    assert len({line.get_color() for line in (a, b, flat)}) == 3
    assert a.get_marker() != b.get_marker()
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["1", "2", "8"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b", "flat"]


@pytest.mark.parametrize("series", [{}, {"a": [0.1, 0.2], "b": [0.1]}])
def test_measured_lines_refuse_series_without_a_measurement_for_every_count(series):
    with pytest.raises(ValueError, match="a measurement for every count"):
        measured_lines([1, 2], series, "n", "seconds")


def test_grouped_points_draw_every_point_in_its_groups_look_and_name_landmarks():
    figure = grouped_points({"a": [(0, 1), (2, 3)], "b": [(4, 5)]}, "x", "y", {"$here$": (1, 1)})
    a, b, star = figure.axes[0].collections
    assert a.get_offsets().tolist() == [[0, 1], [2, 3]]
    assert b.get_offsets().tolist() == [[4, 5]]
    assert star.get_offsets().tolist() == [[1, 1]]
    assert a.get_facecolor().tolist() != b.get_facecolor().tolist()
    assert len(a.get_paths()[0].vertices) != len(b.get_paths()[0].vertices), "the markers differ too"
    assert [text.get_text() for text in figure.axes[0].texts] == [r"\$here\$"]


@pytest.mark.parametrize("groups", [{}, {"a": []}])
def test_grouped_points_refuse_a_group_without_points(groups):
    with pytest.raises(ValueError, match="Pass a point or more"):
        grouped_points(groups, "x", "y")


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
    with pytest.raises(ValueError, match=r"\[2, 3\] and there are 2 tokens"):
        span_map(torch.zeros(2, 3), ["a", "b"], (0, 0))


def test_window_strips_mark_the_windows_that_hold_the_whole_answer():
    axes = window_strips([(0, 50), (40, 90)], (45, 55), 90).axes[0]
    first, second = [bar for container in axes.containers for bar in container]
    assert [(bar.get_x(), bar.get_width()) for bar in (first, second)] == [(0, 50), (40, 50)]
    assert (first.get_hatch(), second.get_hatch()) == (None, "///")
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["window 1", "window 2, with the answer"]


@pytest.mark.parametrize("windows", [[], [(0, 100)], [(5, 5)]])
def test_window_strips_refuse_windows_outside_the_context(windows):
    with pytest.raises(ValueError, match="0 <= start < end <= length"):
        window_strips(windows, (1, 2), 90)


def test_threshold_panels_draw_every_value_every_curve_and_the_threshold_in_both():
    figure = threshold_panels({"yes": [1.0, 3.0], "no": [2.0]}, {"f1": {2.0: 0.5, 1.0: 0.25}}, 1.5, "x", "y")
    points, lines = figure.axes
    assert [list(line.get_xdata()) for line in points.lines[:2]] == [[1.0, 3.0], [2.0]]
    assert [label.get_text() for label in points.get_yticklabels()] == ["yes", "no"]
    assert list(lines.lines[0].get_xdata()) == [1.0, 2.0]
    assert list(lines.lines[0].get_ydata()) == [0.25, 0.5]
    assert {tuple(axes.lines[-1].get_xdata()) for axes in (points, lines)} == {(1.5, 1.5)}
    assert [text.get_text() for text in lines.get_legend().get_texts()] == ["f1", "threshold"]


@pytest.mark.parametrize(("groups", "curves"), [({"a": []}, {"b": {0.0: 1.0}}), ({"a": [1.0]}, {"b": {}})])
def test_threshold_panels_refuse_an_empty_panel(groups, curves):
    with pytest.raises(ValueError, match="values are missing"):
        threshold_panels(groups, curves, 0.0, "x", "y")


def test_learning_curves_have_a_panel_a_quantity_and_a_line_a_series():
    figure = learning_curves(
        [1, 2, 3],
        {"loss": {"seen": [3.0, 2.0, 1.0], "new": [3.0, 2.5, 2.6]}, "right": {"new": [1, 4, 5]}},
        "epoch",
    )
    loss, right = figure.axes
    assert (loss.get_ylabel(), right.get_ylabel(), right.get_xlabel()) == ("loss", "right", "epoch")
    seen, new = loss.lines
    assert list(seen.get_xdata()) == [1, 2, 3]
    assert (list(seen.get_ydata()), list(new.get_ydata())) == ([3.0, 2.0, 1.0], [3.0, 2.5, 2.6])
    assert seen.get_marker() != new.get_marker()
    assert list(right.lines[0].get_ydata()) == [1, 4, 5]
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["seen", "new"]
    assert loss.get_ylim()[0] == 0


@pytest.mark.parametrize("panels", [{}, {"loss": {}}, {"loss": {"seen": [1.0, 2.0], "new": [1.0]}}])
def test_learning_curves_refuse_no_series_and_one_that_is_too_short(panels):
    with pytest.raises(ValueError, match="There are 2 steps and series of the lengths"):
        learning_curves([1, 2], panels, "epoch")


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


def texts_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_token_boxes_have_a_heading_and_a_box_for_every_token():
    figure = token_boxes([("old: 2", ["snow", "##board"], []), ("new: 1", ["snowboard"], [])])
    assert texts_of(figure) == ["old: 2", "snow", "##board", "new: 1", "snowboard"]
    boxes = figure.axes[0].patches
    assert len(boxes) == 3
    assert boxes[0].get_width() < boxes[1].get_width() < boxes[2].get_width()
    assert boxes[0].get_x() + boxes[0].get_width() <= boxes[1].get_x()


def test_token_boxes_hatch_what_is_marked_and_nothing_else():
    figure = token_boxes([("all", ["a", "[UNK]", "b"], [1])])
    assert [box.get_hatch() for box in figure.axes[0].patches] == [None, "////", None]


def test_token_boxes_begin_a_new_line_before_the_figure_ends():
    boxes = token_boxes([("many", ["token"] * 40, [])]).axes[0].patches
    assert all(box.get_x() + box.get_width() <= BOX_COLUMNS for box in boxes)
    assert len({box.get_y() for box in boxes}) == 3


@pytest.mark.filterwarnings("error")
def test_token_boxes_write_what_the_font_lacks_as_a_number():
    figure = token_boxes([("$", ["こ", " a", "\n", "\u0301", "", "$^$", "Ġ"], [])])
    assert texts_of(figure)[1:] == ["U+3053", "␣a", "U+000A", "U+0301", "(empty)", r"\$^\$", "Ġ"]
    to_png(figure)


@pytest.mark.parametrize("rows", [[], [("none", [], [])]])
def test_token_boxes_refuse_nothing_to_draw(rows):
    with pytest.raises(ValueError, match="no tokens to draw"):
        token_boxes(rows)


@pytest.mark.parametrize(("log_x", "even"), [(True, True), (False, False)])
def test_measured_lines_make_each_doubling_one_step_only_on_a_logarithmic_axis(log_x, even):
    axes = measured_lines([1, 2, 4], {"a": [1, 2, 3]}, "n", "s", log_x=log_x).axes[0]
    places = [axes.transData.transform((count, 1))[0] for count in (1, 2, 4)]
    assert (places[2] - places[1] == pytest.approx(places[1] - places[0])) == even
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "4"]


def test_few_shot_curves_run_through_the_means_and_show_every_order():
    figure = few_shot_curves(
        {"opposite": {0: [0.0], 2: [0.25, 0.75]}, "kind": {0: [0.5], 8: [1.0]}}, "accuracy"
    )
    axes = figure.axes[0]
    opposite, at_zero, at_two, kind = axes.lines[:4]
    assert (list(opposite.get_xdata()), list(opposite.get_ydata())) == ([0, 1], [0.0, 0.5])
    assert (list(at_zero.get_ydata()), list(at_two.get_ydata())) == ([0.0], [0.25, 0.75])
    assert list(at_two.get_xdata()) == [1, 1]
    assert (list(kind.get_xdata()), list(kind.get_ydata())) == ([0, 2], [0.5, 1.0])
    assert (opposite.get_marker(), opposite.get_linestyle()) != (kind.get_marker(), kind.get_linestyle())
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "2", "8"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["opposite", "kind"]


@pytest.mark.parametrize("results", [{}, {"kind": {}}, {"kind": {0: [0.5], 1: []}}])
def test_few_shot_curves_refuse_a_number_of_examples_without_a_share(results):
    with pytest.raises(ValueError, match="nothing to draw"):
        few_shot_curves(results, "accuracy")
