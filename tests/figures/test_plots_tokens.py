"""Tokens are drawn in their order, in boxes that hold them, and what is marked is hatched."""

import pytest

from extras_and_licenses.plots import padding_panels, to_png, token_boxes, token_grid, window_strips
from extras_and_licenses.plots.tokens import BOX_COLUMNS


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
