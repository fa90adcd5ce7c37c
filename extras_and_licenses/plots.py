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
- `token_boxes(rows)`: tokens as boxes in a line, one block of lines a tokenizer.
- `token_grid(tokens, mask)`: a padded batch, one cell a position, with the attention mask.
- `padding_panels(panels)`: tokens and padding of every row of many batches.
- `self_attention_panels(panels, tokens)`: maps of self-attention side by side, on one scale.
- `span_bars(tokens, start, end, span)`: how well an answer could start and end at every token.
- `span_map(scores, tokens, best)`: the score of every span, first token against last token.
- `window_strips(windows, answer, length)`: what each window shows of a long context, and where the answer lies.
- `threshold_panels(groups, curves, threshold, ...)`: values of groups, and what every threshold on them gives.
- `measured_lines(x, series, xlabel, ylabel, levels)`: measurements over counts, one line a series.
- `grouped_points(groups, xlabel, ylabel, landmarks)`: points in the plane, in groups, with named landmarks.
- `zero_shot_panels(scores, pairs)`: the score of every label beside what the model says of its pair.
- `learning_curves(steps, panels, xlabel)`: how quantities change while a model learns.
- `confusion_map(counts, labels)`: true labels against predicted ones.
- `label_map(probabilities, tokens, labels)`: the probability of every label at every token.
- `few_shot_curves(results, ylabel)`: accuracy against the number of examples in a prompt.
"""

import io
import itertools
import unicodedata
from collections.abc import Collection, Mapping, Sequence

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke
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


def token_grid(tokens: Sequence[Sequence[str]], mask: Sequence[Sequence[int]]) -> Figure:
    """A padded batch as a rectangle: one row a sentence, one cell a position.

    Each cell holds its token and, under it, its value in the attention mask. Cells with the value 0 are grey and
    hatched.

    Args:
        tokens: for each of the rows, the token at every position.
        mask: for each of the rows, 1 at tokens and 0 at padding.

    Raises:
        ValueError: there is no cell, the rows are not equally long, or the mask has another shape.
    """
    widths = {len(row) for row in (*tokens, *mask)}
    if len(tokens) != len(mask) or len(widths) != 1 or widths == {0}:
        raise ValueError(
            f"There are {len(tokens)} rows of tokens and {len(mask)} of the mask, with the lengths {sorted(widths)}. "
            "Pass as many rows of both, all of one length."
        )
    columns = widths.pop()
    figure, axes = plt.subplots(figsize=(max(FIGURE_SIZE[0], 0.58 * columns + 0.7), 0.9 + 0.5 * len(tokens)))
    for row, (names, values) in enumerate(zip(tokens, mask, strict=True)):
        for column, (name, value) in enumerate(zip(names, values, strict=True)):
            look = {"facecolor": "#dbeaf5"} if value else {"facecolor": "#e6e6e6", "hatch": "///"}
            axes.add_patch(Rectangle((column, row), 1, 1, edgecolor="white", linewidth=2, **look))
            middle = {"ha": "center", "va": "center"}
            size = min(9, 66 / max(1, len(name)))  # points; a long token has to fit into its cell
            axes.text(column + 0.5, row + 0.38, name.replace("$", r"\$"), fontsize=size, **middle)
            axes.text(column + 0.5, row + 0.78, value, fontsize=8, color="#444444", **middle)
    axes.set(xlim=(0, columns), ylim=(len(tokens), 0), xlabel="position")
    axes.set_xticks([column + 0.5 for column in range(columns)], range(columns))
    axes.set_yticks([row + 0.5 for row in range(len(tokens))], [f"row {row}" for row in range(len(tokens))])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def padding_panels(panels: Mapping[str, Sequence[tuple[int, int]]]) -> Figure:
    """What many batches are filled with: tokens in blue, padding grey and hatched, one thin bar a row.

    Args:
        panels: by title, for every row in order its number of tokens and the width of its batch.

    Returns:
        One panel a title, side by side, on one scale; the title gives the share of padding.

    Raises:
        ValueError: there is nothing to draw, or a row has more tokens than its batch is wide.
    """
    if not panels or not all(panels.values()):
        raise ValueError("There are no rows to draw for at least one panel. Pass a row or more for each.")
    wrong = [row for rows in panels.values() for row in rows if row[0] > row[1]]
    if wrong:
        raise ValueError(
            f"A row has {wrong[0][0]} tokens in a batch of width {wrong[0][1]}. Pass (tokens, width) for every row."
        )
    figure, all_axes = plt.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)
    for axes, (title, rows) in zip(all_axes[0], panels.items(), strict=True):
        places = range(len(rows))
        tokens, padding = [tokens for tokens, _ in rows], [width - tokens for tokens, width in rows]
        axes.barh(places, tokens, height=1, color=PALETTE["blue"], label="tokens")
        look = {"color": "#dddddd", "hatch": "////", "edgecolor": "#888888", "linewidth": 0}
        axes.barh(places, padding, height=1, left=tokens, label="padding", **look)
        share = sum(padding) / sum(width for _, width in rows)
        axes.set_title(f"{title}\n{share:.0%} padding", loc="left")
        axes.set_xlabel("tokens")
    all_axes[0][0].invert_yaxis()
    all_axes[0][0].set_ylabel("row, in the order of the batches")
    handles, labels = all_axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside lower center", ncols=2)
    return figure


def self_attention_panels(panels: Mapping[str, Tensor], tokens: Sequence[str]) -> Figure:
    """Heat maps of self-attention side by side: a row for each token that looks, a column for each looked at.

    Args:
        panels: by title, attention weights of one head or an average, `[tokens, tokens]`, on any device.
        tokens: the tokens, in order.

    Raises:
        ValueError: there is no panel, or the weights of one have another shape.
    """
    shapes = {tuple(weights.shape) for weights in panels.values()}
    if shapes != {(len(tokens), len(tokens))}:
        raise ValueError(
            f"The weights have the shapes {sorted(shapes)} and there are {len(tokens)} tokens. "
            "Pass at least one panel, each of shape [tokens, tokens]."
        )
    highest = max(float(weights.max()) for weights in panels.values())
    names = [token.replace("$", r"\$") for token in tokens]
    figure, all_axes = plt.subplots(1, len(panels), squeeze=False, sharey=True, figsize=(FIGURE_SIZE[0], 4.2))
    for axes, (title, weights) in zip(all_axes[0], panels.items(), strict=True):
        image = axes.imshow(weights.detach().float().cpu().numpy(), cmap="Blues", vmin=0, vmax=highest)
        axes.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor", fontsize=9)
        axes.set_title(title, loc="left")
        axes.set_xlabel("token that is looked at")
    all_axes[0][0].set_yticks(range(len(names)), names, fontsize=9)
    all_axes[0][0].set_ylabel("token that looks")
    figure.colorbar(image, ax=all_axes[0].tolist(), label="attention weight", shrink=0.7)
    return figure


BOX_COLUMNS = 84  # characters of the fixed-width font that fit into a line of boxes


def token_boxes(rows: Sequence[tuple[str, Sequence[str], Collection[int]]]) -> Figure:
    """Tokens as boxes, in lines that are as wide as the figure; below each heading the tokens of one tokenizer.

    A space is drawn as an open box, a character that the font lacks by its number in Unicode, such as U+3053.

    Args:
        rows: for each block a heading, its tokens, and the positions, from 0, of tokens to mark; these are hatched
            and have a thick edge.

    Raises:
        ValueError: there is no block, or one has no tokens.
    """
    if not rows or not all(len(tokens) for _, tokens, _ in rows):
        raise ValueError(
            "There are no tokens to draw for at least one heading. Pass a token or more for each."
        )
    figure = plt.figure(layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    line = 0.0
    for heading, tokens, marked in rows:
        axes.text(0, line + 0.55, heading.replace("$", r"\$"), va="center", weight="bold", fontsize=10)
        line, column = line + 1, 0.0
        for position, token in enumerate(tokens):
            text = _drawable(token)
            width = len(text) + 1
            if column and column + width > BOX_COLUMNS:
                line, column = line + 1, 0.0
            look = {"facecolor": "#CFE8F8" if position % 2 else "#FBE9C6", "edgecolor": "#555555"}
            if position in marked:
                look |= {
                    "facecolor": "white",
                    "edgecolor": PALETTE["vermilion"],
                    "hatch": "////",
                    "linewidth": 2,
                }
            axes.add_patch(Rectangle((column, line + 0.1), width - 0.15, 0.8, **look))
            under = {"facecolor": "white", "edgecolor": "none", "pad": 0.5} if position in marked else None
            middle = {"ha": "center", "va": "center", "family": "monospace", "fontsize": 10, "bbox": under}
            axes.text(column + (width - 0.15) / 2, line + 0.52, text.replace("$", r"\$"), **middle)
            column += width
        line += 1.4
    figure.set_size_inches(FIGURE_SIZE[0], 0.27 * line)
    axes.set(xlim=(-0.5, BOX_COLUMNS + 0.5), ylim=(line - 0.3, -0.1))
    axes.set_axis_off()
    return figure


def _drawable(token: str) -> str:
    """The token with open boxes for spaces, and numbers for what the fixed-width font does not have."""
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans Mono"))
    shown = ""
    for character in token.replace(" ", "␣"):
        accent = unicodedata.category(character).startswith("M")  # would be drawn over its neighbour
        drawn = character.isprintable() and not accent and font.get_char_index(ord(character))
        shown += character if drawn else f"U+{ord(character):04X}"
    return shown or "(empty)"


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
        label = tokens[chosen].replace("$", r"\$")
        axes.set(title=f"{name} (hatched: {label})", ylabel=ylabel)
        axes.margins(x=0.01)
    names = [token.replace("$", r"\$") for token in tokens]
    rows[1].set_xticks(range(len(tokens)), names, rotation=90, fontsize=8)
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
    if tuple(scores.shape) != (len(tokens), len(tokens)):
        raise ValueError(
            f"The scores have the shape {list(scores.shape)} and there are {len(tokens)} tokens. "
            "Pass scores of shape [tokens, tokens]."
        )
    figure, axes = plt.subplots(figsize=(FIGURE_SIZE[0], 6.2))
    values = scores.detach().float().cpu()
    image = axes.imshow(values.masked_fill(values.isinf(), float("nan")).numpy())
    axes.set_facecolor("#d8d8d8")
    ring = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 2.5}
    axes.plot(best[1], best[0], "o", color=PALETTE["vermilion"], **ring)
    names = [token.replace("$", r"\$") for token in tokens]
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="last token", ylabel="first token")
    figure.colorbar(image, ax=axes, label="start logit + end logit", shrink=0.8)
    return figure


def window_strips(windows: Sequence[tuple[int, int]], answer: tuple[int, int], length: int) -> Figure:
    """The part of a context that each window shows, as bars above each other, and the place of an answer.

    Args:
        windows: for each window the first character of the context that it shows, and the one after the last.
        answer: the same for the answer; a vertical band marks it.
        length: characters in the context.

    Raises:
        ValueError: there is no window, or a window or the answer does not lie in the context.
    """
    if not windows or not all(0 <= start < end <= length for start, end in [*windows, answer]):
        raise ValueError(
            f"The windows {list(windows)} and the answer {answer} do not all lie in {length} characters. "
            "Pass at least one window, each as (start, end) with 0 <= start < end <= length."
        )
    figure, axes = plt.subplots(figsize=(FIGURE_SIZE[0], 1.2 + 0.4 * len(windows)))
    names = []
    for row, (start, end) in enumerate(windows):
        holds = start <= answer[0] and answer[1] <= end
        look = {"color": PALETTE["sky"], "hatch": "///"} if holds else {"color": "#c8c8c8"}
        axes.barh(row, end - start, left=start, height=0.6, edgecolor="white", **look)
        names.append(f"window {row + 1}" + (", with the answer" if holds else ""))
    axes.axvspan(*answer, color=PALETTE["vermilion"], alpha=0.8)
    axes.set_yticks(range(len(windows)), names)
    axes.invert_yaxis()
    axes.set(xlim=(0, length), xlabel="character of the context (the answer is the narrow band)")
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
    for row, (values, marker) in enumerate(zip(groups.values(), itertools.cycle("osD^"), strict=False)):
        points.plot(values, [row] * len(values), marker, markersize=8, alpha=0.6)
    points.set_yticks(range(len(groups)), list(groups))
    points.set_ylim(len(groups) - 0.5, -0.5)
    for (name, curve), dashes in zip(curves.items(), itertools.cycle(["-", "--", "-.", ":"]), strict=False):
        places = sorted(curve)
        lines.plot(places, [curve[place] for place in places], dashes, linewidth=2, label=name)
    points.axvline(threshold, color=PALETTE["black"], linewidth=1.5)
    lines.axvline(threshold, color=PALETTE["black"], linewidth=1.5, label="threshold")
    lines.set(ylim=(0, 1.05), xlabel=xlabel, ylabel=ylabel)
    lines.legend(frameon=False, ncols=len(curves) + 1, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


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
    lengths = {name: len(values) for name, values in series.items()}
    if set(lengths.values()) != {len(x)}:
        raise ValueError(
            f"There are {len(x)} counts and the series have the lengths {lengths}. "
            "Pass at least one series, each with a measurement for every count."
        )
    figure, axes = plt.subplots()
    colours = itertools.cycle(PALETTE.values())
    for (name, values), marker in zip(series.items(), itertools.cycle("osD^vP"), strict=False):
        axes.plot(x, values, marker=marker, color=next(colours), label=name)
    dashes = itertools.cycle(("--", ":", "-."))
    for name, level in (levels or {}).items():
        axes.axhline(level, linestyle=next(dashes), color=next(colours), label=name)
    if log_x:
        axes.set_xscale("log", base=2)
        axes.minorticks_off()
    axes.set_xticks(x, [str(count) for count in x])
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_ylim(bottom=0)
    figure.legend(frameon=False, loc="outside lower center", ncols=2)
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
    looks = zip(itertools.cycle(PALETTE.values()), itertools.cycle("osD^vP"), strict=False)
    for (name, points), (colour, marker) in zip(groups.items(), looks, strict=False):
        across, up = zip(*points, strict=True)
        look = {"color": colour, "marker": marker, "edgecolors": PALETTE["black"], "linewidths": 0.5}
        axes.scatter(across, up, 36, label=name, **look)
    for name, (across, up) in (landmarks or {}).items():
        axes.scatter([across], [up], 220, "white", marker="*", edgecolors=PALETTE["black"], zorder=3)
        halo = [Stroke(linewidth=3, foreground="white"), Normal()]
        text = {"xytext": (9, 5), "textcoords": "offset points", "weight": "bold", "zorder": 4}
        axes.annotate(name.replace("$", r"\$"), (across, up), path_effects=halo, **text)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    figure.legend(frameon=False, loc="outside lower center", ncols=4)
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
    left.set_yticks(rows, [label.replace("$", r"\$") for label in scores])
    left.invert_yaxis()
    figure.legend(frameon=False, loc="outside lower center", ncols=3, fontsize=10)
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
    lengths = {len(values) for series in panels.values() for values in series.values()}
    if lengths != {len(steps)}:
        raise ValueError(
            f"There are {len(steps)} steps and series of the lengths {sorted(lengths)}. "
            "Pass at least one series, and one value a step in each."
        )
    figure, all_axes = plt.subplots(1, len(panels), squeeze=False)
    for axes, (ylabel, series) in zip(all_axes[0], panels.items(), strict=True):
        for (name, values), marker in zip(series.items(), itertools.cycle("osD^vP"), strict=False):
            axes.plot(steps, values, marker=marker, markevery=max(1, len(steps) // 10), label=name)
        top = max(value for values in series.values() for value in values)
        axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1.08 * top or 1))
        axes.legend(frameon=False)
    return figure


def confusion_map(counts: Tensor, labels: Sequence[str]) -> Figure:
    """A confusion matrix: one row for each true label, one column for each predicted one, the count in each cell.

    Args:
        counts: how often each pair occurred, `[labels, labels]`, whole numbers, on any device.
        labels: what the rows and the columns are called.

    Raises:
        ValueError: the counts have another shape than the labels say.
    """
    if tuple(counts.shape) != (len(labels), len(labels)):
        raise ValueError(
            f"The counts have the shape {list(counts.shape)} but there are {len(labels)} labels. "
            "Pass counts of shape [labels, labels]."
        )
    figure, ax = plt.subplots(figsize=(2.5 + 0.7 * len(labels), 1.5 + 0.45 * len(labels)))
    image = ax.imshow(counts.cpu().numpy(), cmap="Blues", vmin=0, aspect="auto")
    for row, numbers in enumerate(counts.tolist()):
        for column, number in enumerate(numbers):
            colour = "white" if number > 0.6 * counts.max() else "black"
            ax.text(column, row, str(number), ha="center", va="center", color=colour)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="predicted label", ylabel="true label")
    ax.spines[:].set_visible(False)
    figure.colorbar(image, label="examples")
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
    if tuple(probabilities.shape) != (len(tokens), len(labels)):
        raise ValueError(
            f"The probabilities have the shape {list(probabilities.shape)} but there are {len(tokens)} tokens and "
            f"{len(labels)} labels. Pass probabilities of shape [tokens, labels]."
        )
    figure, ax = plt.subplots(figsize=(2.0 + 0.5 * len(tokens), 1.6 + 0.32 * len(labels)))
    image = ax.imshow(
        probabilities.T.detach().float().cpu().numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto"
    )
    for column, values in enumerate(probabilities.tolist()):
        for row, value in enumerate(values):
            if value >= 0.1:
                colour = "white" if value > 0.6 else "black"
                ax.text(column, row, f"{value:.1f}", ha="center", va="center", color=colour, fontsize=9)
    ax.set_xticks(
        range(len(tokens)), [token.replace("$", r"\$") for token in tokens], rotation=60, ha="right",
        rotation_mode="anchor",
    )  # fmt: skip
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="token", ylabel="label")
    figure.colorbar(image, label="probability")
    return figure


def few_shot_curves(results: Mapping[str, Mapping[int, Sequence[float]]], ylabel: str) -> Figure:
    """Accuracy against the number of examples in the prompt, one line a task.

    Args:
        results: by task, for each number of examples one share from 0 to 1 for every order of the examples.
        ylabel: what is measured.

    Returns:
        Lines through the means, differing in colour, marker and dash, and a small dot for each order. The numbers of
        examples stand at equal distances.

    Raises:
        ValueError: there is no task, or a number of examples has no share.
    """
    if not results or not all(counts and all(map(len, counts.values())) for counts in results.values()):
        raise ValueError(
            "There is nothing to draw for at least one task. Pass a share or more for every number of examples."
        )
    shown = sorted({count for counts in results.values() for count in counts})
    figure, axes = plt.subplots()
    looks = zip(
        itertools.cycle(PALETTE.values()), itertools.cycle("osD^vP"), itertools.cycle(("-", "--", "-.", ":"))
    )
    for (name, counts), (colour, marker, dash) in zip(results.items(), looks, strict=False):
        places = [shown.index(count) for count in counts]
        means = [sum(shares) / len(shares) for shares in counts.values()]
        axes.plot(places, means, color=colour, marker=marker, linestyle=dash, label=name)
        for place, shares in zip(places, counts.values(), strict=True):
            axes.plot([place] * len(shares), shares, ".", color=colour, markersize=5, alpha=0.7)
    axes.set_xticks(range(len(shown)), shown)
    axes.set(xlabel="examples in the prompt", ylabel=ylabel, ylim=(-0.05, 1.05))
    figure.legend(frameon=False, loc="outside right upper", fontsize=10)
    return figure
