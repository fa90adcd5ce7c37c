"""Heat maps: a number for every pair of a row and a column.

- `attention_map(weights, targets, sources)`: how much each target token attends to each source token.
- `self_attention_panels(panels, tokens)`: maps of self-attention side by side, on one scale.
- `label_map(probabilities, tokens, labels)`: the probability of every label at every token.
- `confusion_map(counts, labels)`: true labels against predicted ones.
- `span_map(scores, tokens, best)`: the score of every span, first token against last token.
"""

from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from torch import Tensor

from extras_and_licenses.plots.base import FIGURE_SIZE, PALETTE, literal

SLANTED = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}  # the names of columns


def attention_map(weights: Tensor, targets: Sequence[str], sources: Sequence[str]) -> Figure:
    """A heat map: one row for each target token, one column for each source token, dark for much attention.

    Args:
        weights: attention weights of one head or an average, `[targets, sources]`, not negative, on any device.
        targets: what each row is called.
        sources: what each column is called.

    Raises:
        ValueError: the weights have another shape than the names say.
    """
    _check_shape("weights", weights, ("targets", targets), ("sources", sources))
    figure, axes = plt.subplots(figsize=(2.0 + 0.42 * len(sources), 1.6 + 0.32 * len(targets)))
    image = _heat_map(
        axes, weights, targets, sources, SLANTED | {"ha": "left"}, vmin=0, cmap="Blues", aspect="auto"
    )
    axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.set(xlabel="source token", ylabel="target token")
    figure.colorbar(image, label="attention weight")
    return figure


def self_attention_panels(panels: Mapping[str, Tensor], tokens: Sequence[str]) -> Figure:
    """Heat maps of self-attention side by side: a row for each token that looks, a column for each looked at.

    Args:
        panels: by title, attention weights of one head or an average, `[tokens, tokens]`, on any device.
        tokens: the tokens, in order.

    Raises:
        ValueError: there is no panel, or the weights of one have another shape.
    """
    if not panels:
        raise ValueError("There is no panel to draw. Pass attention weights by the title of their panel.")
    for weights in panels.values():
        _check_shape("weights", weights, ("tokens", tokens), ("tokens", tokens))
    highest = max(float(weights.max()) for weights in panels.values())
    figure, all_axes = plt.subplots(1, len(panels), squeeze=False, sharey=True, figsize=(FIGURE_SIZE[0], 4.2))
    for axes, (title, weights) in zip(all_axes[0], panels.items(), strict=True):
        image = _heat_map(axes, weights, tokens, tokens, size=9, vmin=0, vmax=highest, cmap="Blues")
        axes.set_title(title, loc="left")
        axes.set_xlabel("token that is looked at")
    all_axes[0][0].set_ylabel("token that looks")
    figure.colorbar(image, ax=all_axes[0].tolist(), label="attention weight", shrink=0.7)
    return figure


def label_map(probabilities: Tensor, tokens: Sequence[str], labels: Sequence[str]) -> Figure:
    """The probability of every label at every token, as a heat map with the larger numbers written out.

    Args:
        probabilities: from 0 to 1, `[tokens, labels]`, on any device.
        tokens: what each column is called.
        labels: what each row is called.

    Raises:
        ValueError: the probabilities have another shape than the names say.
    """
    _check_shape("probabilities", probabilities, ("tokens", tokens), ("labels", labels))
    figure, axes = plt.subplots(figsize=(2.0 + 0.5 * len(tokens), 1.6 + 0.32 * len(labels)))
    by_label = probabilities.T
    image = _heat_map(axes, by_label, labels, tokens, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    _write_numbers(image, by_label, "{:.1f}", least=0.1, fontsize=9)
    axes.set(xlabel="token", ylabel="label")
    figure.colorbar(image, label="probability")
    return figure


def confusion_map(counts: Tensor, labels: Sequence[str]) -> Figure:
    """A confusion matrix: one row for each true label, one column for each predicted one, the count in each cell.

    Args:
        counts: how often each pair occurred, `[labels, labels]`, whole numbers, on any device.
        labels: what the rows and the columns are called.

    Raises:
        ValueError: the counts have another shape than the labels say.
    """
    _check_shape("counts", counts, ("labels", labels), ("labels", labels))
    figure, axes = plt.subplots(figsize=(2.5 + 0.7 * len(labels), 1.5 + 0.45 * len(labels)))
    image = _heat_map(axes, counts, labels, labels, {}, vmin=0, cmap="Blues", aspect="auto")
    _write_numbers(image, counts, "{:.0f}", least=0)
    axes.set(xlabel="predicted label", ylabel="true label")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, label="examples")
    return figure


def span_map(scores: Tensor, tokens: Sequence[str], best: tuple[int, int]) -> Figure:
    """Heat map of the score of every span: a row for each first token, a column for each last token.

    Args:
        scores: `[tokens, tokens]`, `-inf` where a span is not allowed; drawn as grey.
        tokens: the tokens, in order.
        best: first and last token of the best span; a ring marks it.

    Raises:
        ValueError: the scores have another shape.
    """
    _check_shape("scores", scores, ("tokens", tokens), ("tokens", tokens))
    figure, axes = plt.subplots(figsize=(FIGURE_SIZE[0], 6.2))
    allowed = scores.masked_fill(scores.isinf(), float("nan"))
    image = _heat_map(axes, allowed, tokens, tokens, {"rotation": 90}, size=8)
    axes.set_facecolor("#d8d8d8")
    ring = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 2.5}
    axes.plot(best[1], best[0], "o", color=PALETTE["vermilion"], **ring)
    axes.set(xlabel="last token", ylabel="first token")
    figure.colorbar(image, ax=axes, label="start logit + end logit", shrink=0.8)
    return figure


def _check_shape(what: str, values: Tensor, *names: tuple[str, Sequence[str]]) -> None:
    """Refuse values whose shape is not one size for each of the dimensions, given as (dimension, its names)."""
    if tuple(values.shape) != tuple(len(each) for _, each in names):
        sizes = " and ".join(f"{len(each)} {dimension}" for dimension, each in dict(names).items())
        shape = ", ".join(dimension for dimension, _ in names)
        raise ValueError(
            f"The {what} have the shape {list(values.shape)} but there are {sizes}. "
            f"Pass {what} of shape [{shape}]."
        )


def _heat_map(
    axes: Axes,
    values: Tensor,
    rows: Sequence[str],
    columns: Sequence[str],
    turned: Mapping[str, int | str] = SLANTED,
    *,
    size: int | None = None,
    **scale: float | str,
) -> AxesImage:
    """Draw values with names at rows and columns; `turned` is how the columns' stand, `scale` goes to `imshow`."""
    image = axes.imshow(values.detach().float().cpu().numpy(), **scale)
    axes.set_xticks(range(len(columns)), [literal(name) for name in columns], fontsize=size, **turned)
    axes.set_yticks(range(len(rows)), [literal(name) for name in rows], fontsize=size)
    return image


def _write_numbers(image: AxesImage, values: Tensor, number: str, least: float, **look: float) -> None:
    """Write every value that is not below `least` into its cell, white where the cell is dark."""
    for row, numbers in enumerate(values.tolist()):
        for column, value in enumerate(numbers):
            if value >= least:
                colour = "white" if image.norm(value) > 0.6 else "black"
                middle = {"ha": "center", "va": "center", "color": colour}
                image.axes.text(column, row, number.format(value), **middle, **look)
