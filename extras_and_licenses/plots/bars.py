"""Bars for probabilities, logits and sizes.

- `grouped_bars(values, xlabel)`: numbers of several series side by side, with the numbers written out.
- `answer_bars(panels)`: the most likely tokens, one panel a mask.
- `position_bars(tokens, answers, probabilities, masked)`: what a masked language model answers at every position.
- `paired_differences(differences, xlabel)`: how far paired measurements lie to either side of zero.
- `span_bars(tokens, start, end, span)`: how well an answer could start and end at every token.
- `zero_shot_panels(scores, pairs)`: the score of every label beside what the model says of its pair.
"""

from collections.abc import Collection, Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from extras_and_licenses.plots.base import FIGURE_SIZE, HATCHES, PALETTE, literal


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
    legend = len(values) > 1
    size = (FIGURE_SIZE[0], 1.0 + 0.22 * len(categories) * (len(values) + 0.6) + 0.3 * legend)
    figure, ax = plt.subplots(figsize=size)
    height = 0.8 / len(values)
    for place, (name, series) in enumerate(values.items()):
        shift = (place - (len(values) - 1) / 2) * height
        rows = [categories.index(category) + shift for category in series]
        colour = list(PALETTE.values())[place]
        look = {"color": colour, "hatch": HATCHES[place], "edgecolor": "white"}
        bars = ax.barh(rows, list(series.values()), height * 0.9, label=name, **look)
        ax.bar_label(bars, [number.format(value) for value in series.values()], padding=3, fontsize=9)
    ax.set_xlabel(xlabel)
    ax.set_yticks(range(len(categories)), [literal(category) for category in categories])
    ax.invert_yaxis()
    ax.margins(x=0.15)
    if legend:
        figure.legend(frameon=False, loc="outside lower center", ncols=4)
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
        axes.set_yticks(range(len(answers)), [literal(token) for token in answers])
        axes.invert_yaxis()
        axes.set_title(title, loc="left")
        axes.set(xlabel="probability", xlim=(0, 1.25 * widest))
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
    axes.bar_label(bars, [literal(answer) for answer in answers], padding=2)
    axes.set_xticks(range(len(tokens)), [literal(token) for token in tokens])
    axes.set(xlabel="token at the position", ylabel="probability of the answer", ylim=(0, 1.12))
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


def span_bars(
    tokens: Sequence[str],
    start: Sequence[float],
    end: Sequence[float],
    span: tuple[int, int],
    ylabel: str = "logit",
) -> Figure:
    """Two rows of bars, for every token how well an answer could start and how well it could end there.

    Args:
        tokens: the tokens, in order.
        start: for each token its value as a start.
        end: for each token its value as an end.
        span: positions of the first and last token of the answer; their bars are hatched.
        ylabel: what the values are.

    Raises:
        ValueError: the lists differ in length, or the span does not lie in them.
    """
    if not len(tokens) == len(start) == len(end) or not 0 <= span[0] <= span[1] < len(tokens):
        raise ValueError(
            f"There are {len(tokens)} tokens, {len(start)} starts, {len(end)} ends, and the span {span}. "
            "Pass one start and one end for each token, and a span of positions in them."
        )
    figure, rows = plt.subplots(2, 1, sharex=True, figsize=(max(FIGURE_SIZE[0], 0.17 * len(tokens)), 4.4))
    for axes, name, values, colour, chosen in zip(
        rows, ("start", "end"), (start, end), (PALETTE["blue"], PALETTE["orange"]), span, strict=True
    ):
        bars = axes.bar(range(len(tokens)), values, color=colour, edgecolor="white", linewidth=0.5)
        bars[chosen].set(hatch="////", edgecolor=PALETTE["black"], linewidth=1.2)
        axes.axhline(0, color="#555555", linewidth=0.8)
        label = literal(tokens[chosen])
        axes.set(title=f"{name} (hatched: {label})", ylabel=ylabel)
        axes.margins(x=0.01)
    names = [literal(token) for token in tokens]
    rows[1].set_xticks(range(len(tokens)), names, rotation=90, fontsize=8)
    return figure


def zero_shot_panels(scores: Mapping[str, float], pairs: Mapping[str, Mapping[str, float]]) -> Figure:
    """Two panels with a row for each label: its score, and what the model says of its pair.

    Args:
        scores: by label, the score from 0 to 1, in the order of the rows.
        pairs: by label, for the pair of text and hypothesis the probability of each answer such as entailment; the
            probabilities of a row are drawn one after the other.

    Raises:
        ValueError: there is no label, or the two do not have the same labels.
    """
    if not scores or set(scores) != set(pairs):
        raise ValueError(
            f"There are scores for {sorted(scores)} and pairs for {sorted(pairs)}. "
            "Pass both for the same labels, at least one."
        )
    height = 1.3 + 0.36 * len(scores)
    figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(FIGURE_SIZE[0] + 1, height))
    rows = range(len(scores))
    bars = left.barh(rows, list(scores.values()), color=PALETTE["blue"])
    left.bar_label(bars, [f"{score:.2f}" for score in scores.values()], padding=3, fontsize=9)
    left.set(title="score", xlabel="score", xlim=(0, 1.18), xticks=[0, 0.5, 1])
    start = [0.0] * len(scores)
    for place, answer in enumerate(pairs[next(iter(scores))]):
        width = [pairs[label][answer] for label in scores]
        look = {"color": list(PALETTE.values())[place], "hatch": HATCHES[place], "edgecolor": "white"}
        right.barh(rows, width, left=start, label=answer, **look)
        start = [before + more for before, more in zip(start, width, strict=True)]
    right.set(title="the pair of text and hypothesis", xlabel="probability", xlim=(0, 1))
    left.set_yticks(rows, [literal(label) for label in scores])
    left.invert_yaxis()
    figure.legend(frameon=False, loc="outside lower center", ncols=3, fontsize=10)
    return figure
