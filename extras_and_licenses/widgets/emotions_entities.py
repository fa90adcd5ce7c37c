"""The emotions of a text, and the names in it.

- `emotion_entity_explorer(emotions, entities, text)`: type a sentence, see the answers of both models.
- `label_text(emotions, entities, text)`: the data behind it, as a `LabelledText`.
- `labelled_text_picture(labelled, shown)`: these data as a figure.
"""

from dataclasses import dataclass

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from transformers import TextClassificationPipeline, TokenClassificationPipeline

from extras_and_licenses.plots import PALETTE
from extras_and_licenses.plots.base import literal
from extras_and_licenses.widgets.explorer import Explorer, check_room, number_field, text_field

MAX_LABELLED_TOKENS = 24
"""How many tokens the picture of a labelled text has room for."""


@dataclass(frozen=True)
class LabelledText:
    """A text with a label set for the whole and a label for every token."""

    emotions: tuple[tuple[str, float, float], ...]
    """Label, probability and threshold, the most probable first. A label is said where it is over its threshold."""
    tokens: tuple[tuple[str, str, float], ...]
    """Token, its most probable label and that label's probability, in the order of the text."""
    names: tuple[tuple[str, str], ...]
    """Every name with its type, in the order of the text."""


def label_text(
    emotions: TextClassificationPipeline, entities: TokenClassificationPipeline, text: str
) -> LabelledText:
    """What two models say of a text: its emotions, and the names in it.

    Args:
        emotions: a text-classification pipeline with a probability of its own for every label. The thresholds are
            taken from `model.config.thresholds`; 0.5 where there is none.
        entities: a token-classification pipeline.
        text: one to `MAX_LABELLED_TOKENS` tokens.

    Raises:
        ValueError: the text is empty or too long.
    """
    if not text.strip():
        raise ValueError("The text is empty. Type a sentence.")
    tokens = len(entities.tokenizer.tokenize(text))
    check_room("text", tokens, MAX_LABELLED_TOKENS)
    thresholds = getattr(emotions.model.config, "thresholds", None) or {}
    said = emotions(text, top_k=None, function_to_apply="sigmoid")
    return LabelledText(
        emotions=tuple((one["label"], one["score"], thresholds.get(one["label"], 0.5)) for one in said),
        tokens=tuple(
            (one["word"], one["entity"], float(one["score"])) for one in entities(text, ignore_labels=[])
        ),
        names=tuple(
            (text[one["start"] : one["end"]], one["entity_group"])
            for one in entities(text, aggregation_strategy="simple")
        ),
    )


def labelled_text_picture(labelled: LabelledText, shown: int) -> tuple[Figure, str]:
    """Bars for the most probable emotions above, a bar for every token below, and the alternative text.

    Args:
        labelled: what two models say of a text.
        shown: how many emotions have a bar.
    """
    rows, tokens = labelled.emotions[:shown], labelled.tokens
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(max(7.5, 0.42 * len(tokens)), 3.6 + 0.28 * len(rows)), height_ratios=[len(rows), 7]
    )
    for row, (_, probability, threshold) in enumerate(rows):
        over = probability > threshold
        look = {"color": PALETTE["orange"], "hatch": "//"} if over else {"color": PALETTE["sky"]}
        above.barh(row, probability, edgecolor=PALETTE["black"], **look)
        above.text(1.08, row, f"{probability:.2f}", ha="right", va="center", fontsize=9)
        above.plot([threshold] * 2, [row - 0.45, row + 0.45], color=PALETTE["vermilion"], linewidth=3)
    above.set_yticks(range(len(rows)), [label for label, _, _ in rows])
    above.invert_yaxis()
    above.set(xlim=(0, 1.1), xlabel="probability (hatched: over its threshold, the thick mark)")
    for column, (_, label, probability) in enumerate(tokens):
        name = label != "O"
        look = {"color": PALETTE["orange"], "hatch": "//"} if name else {"color": PALETTE["sky"]}
        bar = below.bar(column, probability, edgecolor=PALETTE["black"], **look)
        below.bar_label(bar, [label], padding=2, fontsize=9, rotation=45 if len(tokens) > 14 else 0)
    names = [literal(token) for token, _, _ in tokens]
    below.set_xticks(range(len(tokens)), names, rotation=45, ha="right", rotation_mode="anchor")
    below.set_yticks([0, 0.5, 1])
    below.set(ylim=(0, 1.3), ylabel="probability\nof the label")
    over = [f"{label} {value:.2f}" for label, value, threshold in labelled.emotions if value > threshold]
    found = [f"{name} ({kind})" for name, kind in labelled.names]
    alt = f"Emotions over their thresholds: {', '.join(over) or 'none'}. Names: {', '.join(found) or 'none'}."
    return figure, alt


def emotion_entity_explorer(
    emotions: TextClassificationPipeline, entities: TokenClassificationPipeline, text: str
) -> Explorer:
    """Type a sentence, see its emotions with their thresholds and the label of every token.

    Args:
        emotions: a text-classification pipeline with a probability of its own for every label.
        entities: a token-classification pipeline.
        text: the sentence to begin with.
    """
    controls = {
        "text": text_field(text, "Sentence"),
        "shown": number_field(5, 2, 12, "Emotions shown"),
    }
    return Explorer(
        "Emotions and names",
        controls,
        draw=lambda text, shown: labelled_text_picture(label_text(emotions, entities, text), shown),
    )
