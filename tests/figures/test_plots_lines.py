"""Lines and points stand where the measurements are."""

import pytest

from extras_and_licenses.plots import (
    grouped_points,
    layer_lines,
    learning_curves,
    measured_lines,
    threshold_panels,
)


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
    with pytest.raises(ValueError, match="a value for every place"):
        layer_lines(series, ylabel="cosine")


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
    with pytest.raises(ValueError, match="a value for every place"):
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


@pytest.mark.parametrize("highest", [33, 0.25, 0])
def test_lines_begin_at_zero_and_leave_room_for_the_highest_marker(highest):
    figures = [learning_curves([1, 2], {"right": {"new": [0.9 * highest, highest]}}, "epoch")]
    figures.append(measured_lines([1, 2], {"a": [0.9 * highest, highest]}, "n", "s"))
    for figure in figures:
        low, high = figure.axes[0].get_ylim()
        assert low == 0 and high > 1.05 * highest


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


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "no panel to draw"),
        ({"loss": {}}, "2 places along the x axis"),
        ({"loss": {"seen": [1.0, 2.0], "new": [1.0]}}, "lengths {'seen': 2, 'new': 1}"),
    ],
)
def test_learning_curves_refuse_no_series_and_one_that_is_too_short(panels, message):
    with pytest.raises(ValueError, match=message):
        learning_curves([1, 2], panels, "epoch")


@pytest.mark.parametrize(("log_x", "even"), [(True, True), (False, False)])
def test_measured_lines_make_each_doubling_one_step_only_on_a_logarithmic_axis(log_x, even):
    axes = measured_lines([1, 2, 4], {"a": [1, 2, 3]}, "n", "s", log_x=log_x).axes[0]
    places = [axes.transData.transform((count, 1))[0] for count in (1, 2, 4)]
    assert (places[2] - places[1] == pytest.approx(places[1] - places[0])) == even
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "4"]
