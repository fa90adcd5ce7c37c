"""Lines over counts, layers and steps, and points in the plane.

- `measured_lines(x, series, xlabel, ylabel, levels)`: measurements over counts, one line a series.
- `layer_lines(series, ylabel)`: a value after every layer.
- `learning_curves(steps, panels, xlabel)`: how quantities change while a model learns.
- `threshold_panels(groups, curves, threshold, ...)`: values of groups, and what every threshold on them gives.
- `grouped_points(groups, xlabel, ylabel, landmarks)`: points in the plane, in groups, with named landmarks.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from extras_and_licenses.plots.base import FIGURE_SIZE, MARKERS, PALETTE, literal

DASHES = ("-", "--", "-.", ":")


def measured_lines(
    x: Sequence[int],
    series: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    levels: Mapping[str, float] | None = None,
    *,
    log_x: bool = False,
) -> Figure:
    """Measurements at a few counts such as 1, 2, 4 and 8, one line a series; lines differ in colour and in marker.

    Args:
        x: the counts, in ascending order.
        series: by name, one measurement for each count.
        xlabel: what is counted.
        ylabel: what is measured, with its unit.
        levels: by name, measurements that do not depend on the count, drawn as broken lines across.
        log_x: draw the counts, which then begin above 0, on a logarithmic axis: each doubling is one step.

    Raises:
        ValueError: there is no series, or one has another length than `x`.
    """
    _check_lengths(x, series)
    figure, axes = plt.subplots()
    _draw_lines(axes, x, series)
    colours = itertools.islice(itertools.cycle(PALETTE.values()), len(series), None)
    dashes = itertools.cycle(DASHES[1:])
    for name, level in (levels or {}).items():
        axes.axhline(level, linestyle=next(dashes), color=next(colours), label=name)
    if log_x:
        axes.set_xscale("log", base=2)
        axes.minorticks_off()
    axes.set_xticks(x, [str(count) for count in x])
    axes.set(xlabel=xlabel, ylabel=ylabel)
    _from_zero(axes)
    figure.legend(frameon=False, loc="outside lower center", ncols=2)
    return figure


def layer_lines(series: Mapping[str, Sequence[float]], ylabel: str) -> Figure:
    """A value after the embeddings and after every layer, one line a series.

    Args:
        series: by name, the values after layer 0 (the embeddings), 1, 2 and so on; all equally long.
        ylabel: what is measured.

    Returns:
        One line a series; lines differ in colour and in marker.

    Raises:
        ValueError: there is no series, or they are not equally long.
    """
    layers = range(max(map(len, series.values()), default=0))
    _check_lengths(layers, series)
    figure, axes = plt.subplots()
    _draw_lines(axes, layers, series)
    axes.set_xticks(layers)
    axes.set(xlabel="after layer (0: embeddings)", ylabel=ylabel)
    axes.legend(frameon=False)
    return figure


def learning_curves(
    steps: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[float]]], xlabel: str
) -> Figure:
    """How quantities change while a model learns, or with the number of examples that it learns from.

    Args:
        steps: where on the x axis the values stand; the same for all.
        panels: by what is measured (the label of the y axis), for each series as many values as there are steps.
        xlabel: what the steps are.

    Returns:
        One panel a quantity, side by side; lines differ in colour and in marker.

    Raises:
        ValueError: there is no panel, or a series has another length than `steps`.
    """
    if not panels:
        raise ValueError("There is no panel to draw. Pass series by what is measured.")
    for series in panels.values():
        _check_lengths(steps, series)
    figure, all_axes = plt.subplots(1, len(panels), squeeze=False)
    for axes, (ylabel, series) in zip(all_axes[0], panels.items(), strict=True):
        _draw_lines(axes, steps, series)
        axes.set(xlabel=xlabel, ylabel=ylabel)
        _from_zero(axes)
        axes.legend(frameon=False)
    return figure


def threshold_panels(
    groups: Mapping[str, Sequence[float]],
    curves: Mapping[str, Mapping[float, float]],
    threshold: float,
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Above, the values of several groups as points; below, what every threshold on them would give.

    Args:
        groups: by name, measured values.
        curves: by name, for each possible threshold what it gives, from 0 to 1.
        threshold: the one that is chosen; a vertical line marks it in both panels.
        xlabel: what the values and thresholds are, with their unit.
        ylabel: what the curves measure.

    Raises:
        ValueError: there is nothing to draw in one of the panels.
    """
    if not any(groups.values()) or not curves or not all(curves.values()):
        raise ValueError(
            f"There are {len(groups)} groups and {len(curves)} curves, and values are missing. "
            "Pass at least one group with a value, and at least one curve, each with a value for a threshold."
        )
    size = (FIGURE_SIZE[0], 5.0)
    figure, (points, lines) = plt.subplots(2, 1, sharex=True, figsize=size, height_ratios=[1, 2])
    for row, (values, marker) in enumerate(zip(groups.values(), itertools.cycle(MARKERS), strict=False)):
        points.plot(values, [row] * len(values), marker, markersize=8, alpha=0.6)
    points.set_yticks(range(len(groups)), list(groups))
    points.set_ylim(len(groups) - 0.5, -0.5)
    for (name, curve), dashes in zip(curves.items(), itertools.cycle(DASHES), strict=False):
        places = sorted(curve)
        lines.plot(places, [curve[place] for place in places], dashes, linewidth=2, label=name)
    points.axvline(threshold, color=PALETTE["black"], linewidth=1.5)
    lines.axvline(threshold, color=PALETTE["black"], linewidth=1.5, label="threshold")
    lines.set(ylim=(0, 1.05), xlabel=xlabel, ylabel=ylabel)
    lines.legend(frameon=False, ncols=len(curves) + 1, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def grouped_points(
    groups: Mapping[str, Sequence[tuple[float, float]]],
    xlabel: str,
    ylabel: str,
    landmarks: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Points in the plane; groups differ in colour and in marker.

    Args:
        groups: by name, the points of a group as (x, y); at least one.
        xlabel: what lies along the horizontal axis.
        ylabel: what lies along the vertical axis.
        landmarks: single points to find one's way by, drawn as stars with their names beside them.

    Raises:
        ValueError: there is no group, or one has no points.
    """
    if not groups or not all(len(points) for points in groups.values()):
        raise ValueError("There are no points to draw for at least one group. Pass a point or more for each.")
    figure, axes = plt.subplots(figsize=(FIGURE_SIZE[0], 4.6))
    for (name, points), (colour, marker) in zip(groups.items(), _looks(), strict=False):
        across, up = zip(*points, strict=True)
        look = {"color": colour, "marker": marker, "edgecolors": PALETTE["black"], "linewidths": 0.5}
        axes.scatter(across, up, 36, label=name, **look)
    for name, (across, up) in (landmarks or {}).items():
        axes.scatter([across], [up], 220, "white", marker="*", edgecolors=PALETTE["black"], zorder=3)
        halo = [Stroke(linewidth=3, foreground="white"), Normal()]
        text = {"xytext": (9, 5), "textcoords": "offset points", "weight": "bold", "zorder": 4}
        axes.annotate(literal(name), (across, up), path_effects=halo, **text)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    figure.legend(frameon=False, loc="outside lower center", ncols=4)
    return figure


def _looks() -> Iterator[tuple[str, str]]:
    """Colours with markers, without end."""
    return zip(itertools.cycle(PALETTE.values()), itertools.cycle(MARKERS), strict=False)


def _check_lengths(x: Sequence[float], series: Mapping[str, Sequence[float]]) -> None:
    """Refuse no series, and one that has not a value for every place along the x axis."""
    lengths = {name: len(values) for name, values in series.items()}
    if set(lengths.values()) != {len(x)}:
        raise ValueError(
            f"There are {len(x)} places along the x axis and the series have the lengths {lengths}. "
            "Pass at least one series, each with a value for every place."
        )


def _from_zero(axes: Axes) -> None:
    """Let the y axis begin at 0 and leave room for a marker above the highest value."""
    axes.set_ylim(0, 1.06 * axes.dataLim.ymax or 1)


def _draw_lines(axes: Axes, x: Sequence[float], series: Mapping[str, Sequence[float]]) -> None:
    """Draw one line a series, by name; lines differ in colour and in marker, and long ones have few markers."""
    for (name, values), (colour, marker) in zip(series.items(), _looks(), strict=False):
        look = {"color": colour, "marker": marker, "markevery": max(1, len(x) // 10)}
        axes.plot(x, values, label=name, **look)
