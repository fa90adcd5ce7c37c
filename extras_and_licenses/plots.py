"""One style for every figure of the course.

- `PALETTE`: eight colours that colour-blind readers can tell apart.
- `use_style()`: figure size, fonts and colours, for all figures from here on.
- `to_png(figure)`: a figure as PNG bytes.
- `show(figure, alt)`: display a figure with alternative text, once, and close it.
- `position_bars(...)`: what a masked language model answers at every position.
- `layer_lines(...)`: a value after every layer.
- `paired_differences(...)`: how far paired measurements lie to either side of zero.
- `answer_bars(...)`: the most likely tokens, one panel a mask.
- `grouped_bars(values, xlabel)`: numbers of several series side by side, with the numbers written out.
- `attention_map(weights, targets, sources)`: how much each target token attends to each source token.
"""

import io
import itertools
from collections.abc import Collection, Mapping, Sequence

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor

# Okabe and Ito 2008, "Color Universal Design".
PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
}
FIGURE_SIZE = (7.5, 3.6)  # inches: as wide as a notebook's text
HATCHES = ("", "///", "...", "xxx", "|||", "ooo", "+++", "---")  # so that series differ not by colour alone


def use_style() -> None:
    """Set size, fonts, grid and colours of all figures from here on."""
    mpl.rcParams.update(
        {
            "figure.figsize": FIGURE_SIZE,
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.prop_cycle": mpl.cycler(color=list(PALETTE.values())),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "image.cmap": "cividis",
        }
    )


def to_png(figure: Figure) -> bytes:
    """The figure as PNG, without the date and version that would change the bytes from run to run."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Display a figure with alternative text and close it.

    Args:
        figure: the figure.
        alt: what a reader who cannot see the figure needs to know, in one or two sentences.

    Raises:
        ValueError: `alt` is empty.
    """
    if not alt.strip():
        raise ValueError(
            "The figure has no alternative text. Pass alt='...' that says what the figure shows."
        )
    from IPython.display import Image, display

    display(Image(data=to_png(figure), alt=alt))
    plt.close(figure)


def grouped_bars(
    values: Mapping[str, Mapping[str, float]], xlabel: str, *, number: str = "{:,.0f}"
) -> Figure:
    """Horizontal bars, one group for each category, in it one bar for each series with its number beside it.

    Series differ in colour and in hatching. A category that a series does not name has no bar there.

    Args:
        values: for each series a number for each category, not negative.
        xlabel: what the numbers are, with their unit.
        number: how a number is written, as `str.format` takes it.

    Raises:
        ValueError: there is nothing to draw, or there are more series than looks.
    """
    categories = list(dict.fromkeys(category for series in values.values() for category in series))
    if not categories or len(values) > len(HATCHES):
        raise ValueError(
            f"There are {len(values)} series with {len(categories)} categories to draw. "
            f"Pass 1 to {len(HATCHES)} series and at least one category."
        )
    figure, ax = plt.subplots(figsize=(FIGURE_SIZE[0], 1.0 + 0.22 * len(categories) * (len(values) + 0.6)))
    height = 0.8 / len(values)
    for place, (name, series) in enumerate(values.items()):
        shift = (place - (len(values) - 1) / 2) * height
        rows = [categories.index(category) + shift for category in series]
        colour = list(PALETTE.values())[place]
        look = {"color": colour, "hatch": HATCHES[place], "edgecolor": "white"}
        bars = ax.barh(rows, list(series.values()), height * 0.9, label=name, **look)
        ax.bar_label(bars, [number.format(value) for value in series.values()], padding=3, fontsize=9)
    ax.set_xlabel(xlabel)
    ax.set_yticks(range(len(categories)), [category.replace("$", r"\$") for category in categories])
    ax.invert_yaxis()
    ax.margins(x=0.15)
    if len(values) > 1:
        ax.legend(frameon=False)
    return figure


def attention_map(weights: Tensor, targets: Sequence[str], sources: Sequence[str]) -> Figure:
    """A heat map: one row for each target token, one column for each source token, dark for much attention.

    Args:
        weights: attention weights, `[targets, sources]`, not negative, on any device.
        targets: what each row is called.
        sources: what each column is called.

    Raises:
        ValueError: the weights have another shape than the names say.
    """
    if tuple(weights.shape) != (len(targets), len(sources)):
        raise ValueError(
            f"The weights have the shape {list(weights.shape)} but there are {len(targets)} target and "
            f"{len(sources)} source tokens. Pass weights of shape [targets, sources], for one head or an average."
        )
    figure, ax = plt.subplots(figsize=(2.0 + 0.42 * len(sources), 1.6 + 0.32 * len(targets)))
    image = ax.imshow(weights.detach().float().cpu().numpy(), cmap="Blues", vmin=0, aspect="auto")
    sources, targets = ([token.replace("$", r"\$") for token in tokens] for tokens in (sources, targets))
    ax.set_xticks(range(len(sources)), sources, rotation=60, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(targets)), targets)
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.set(xlabel="source token", ylabel="target token")
    figure.colorbar(image, label="attention weight")
    return figure


def position_bars(
    tokens: Sequence[str], answers: Sequence[str], probabilities: Sequence[float], masked: Collection[int]
) -> Figure:
    """What a masked language model answers at every position of a sentence.

    Args:
        tokens: the n tokens that stand in the sentence.
        answers: the n most likely tokens, written above the bars.
        probabilities: their n probabilities, each from 0 to 1.
        masked: the positions, from 0, that hold a mask; their bars are hatched.

    Returns:
        One bar a position.

    Raises:
        ValueError: the three sequences are not equally long.
    """
    if not len(tokens) == len(answers) == len(probabilities):
        raise ValueError(
            f"There are {len(tokens)} tokens, {len(answers)} answers and {len(probabilities)} probabilities. "
            "Pass one of each for every position."
        )
    figure, axes = plt.subplots(figsize=(max(FIGURE_SIZE[0], 0.75 * len(tokens)), FIGURE_SIZE[1]))
    bars = axes.bar(range(len(tokens)), probabilities, color=PALETTE["sky"], edgecolor=PALETTE["black"])
    for position in masked:
        bars[position].set(facecolor=PALETTE["orange"], hatch="//")
    axes.bar_label(bars, [answer.replace("$", r"\$") for answer in answers], padding=2)
    axes.set_xticks(range(len(tokens)), [token.replace("$", r"\$") for token in tokens])
    axes.set(xlabel="token at the position", ylabel="probability of the answer", ylim=(0, 1.12))
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
    lengths = {len(values) for values in series.values()}
    if len(lengths) != 1:
        raise ValueError(
            f"The series have the lengths {sorted(lengths)}. Pass at least one, and one value a layer in each."
        )
    figure, axes = plt.subplots()
    for (name, values), marker in zip(series.items(), itertools.cycle("osD^vP"), strict=False):
        axes.plot(range(len(values)), values, marker=marker, label=name)
    axes.set_xticks(range(lengths.pop()))
    axes.set(xlabel="after layer (0: embeddings)", ylabel=ylabel)
    axes.legend(frameon=False)
    return figure


def paired_differences(differences: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """How far paired measurements lie to either side of zero.

    Args:
        differences: by name, one difference for every pair; a name needs at least one.
        xlabel: what is measured, with its unit and what each side means.

    Returns:
        One bar a name for the mean, a dot for each pair, the largest mean at the top. Bars to the left are hatched.

    Raises:
        ValueError: there is no name, or one has no differences.
    """
    if not differences or not all(len(values) for values in differences.values()):
        raise ValueError("There is nothing to draw for at least one name. Pass a difference for every name.")
    means = {name: sum(values) / len(values) for name, values in differences.items()}
    names = sorted(means, key=lambda name: (means[name], name))
    figure, axes = plt.subplots(figsize=(FIGURE_SIZE[0], 1.0 + 0.27 * len(names)))
    for row, name in enumerate(names):
        left = means[name] < 0
        colour = PALETTE["sky"] if left else PALETTE["orange"]
        axes.barh(row, means[name], color=colour, edgecolor=PALETTE["black"], hatch="//" if left else None)
        axes.plot(differences[name], [row] * len(differences[name]), "o", ms=3, color=PALETTE["black"])
    axes.axvline(0, color=PALETTE["black"], linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel=xlabel)
    return figure


def answer_bars(panels: Mapping[str, Mapping[str, float]]) -> Figure:
    """The most likely tokens with their probabilities, one panel a mask.

    Args:
        panels: by title, the probability of each token, the most likely first; at least one panel.

    Returns:
        Horizontal bars, the first token at the top, the probability written at each.

    Raises:
        ValueError: there is no panel, or one has no tokens.
    """
    if not panels or not all(panels.values()):
        raise ValueError("There are no answers to draw for at least one mask. Pass a token or more for each.")
    most = max(len(answers) for answers in panels.values())
    figure, all_axes = plt.subplots(
        1, len(panels), squeeze=False, figsize=(max(FIGURE_SIZE[0], 3.2 * len(panels)), 1.2 + 0.3 * most)
    )
    widest = max(probability for answers in panels.values() for probability in answers.values())
    for axes, (title, answers) in zip(all_axes[0], panels.items(), strict=True):
        bars = axes.barh(range(len(answers)), list(answers.values()), color=PALETTE["blue"])
        axes.bar_label(bars, [f"{probability:.3f}" for probability in answers.values()], padding=3)
        axes.set_yticks(range(len(answers)), [token.replace("$", r"\$") for token in answers])
        axes.invert_yaxis()
        axes.set_title(title, loc="left")
        axes.set(xlabel="probability", xlim=(0, 1.25 * widest))
    return figure
