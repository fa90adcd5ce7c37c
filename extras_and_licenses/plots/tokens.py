"""Tokens in their places: as boxes, in a batch, in windows.

- `token_boxes(rows)`: tokens as boxes in a line, one block of lines a tokenizer.
- `token_grid(tokens, mask)`: a padded batch, one cell a position, with the attention mask.
- `padding_panels(panels)`: tokens and padding of every row of many batches.
- `window_strips(windows, answer, length)`: what each window shows of a long context, and where the answer lies.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from extras_and_licenses.plots.base import FIGURE_SIZE, PALETTE, literal

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
        axes.text(0, line + 0.55, literal(heading), va="center", weight="bold", fontsize=10)
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
            axes.text(column + (width - 0.15) / 2, line + 0.52, literal(text), **middle)
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
            axes.text(column + 0.5, row + 0.38, literal(name), fontsize=size, **middle)
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
