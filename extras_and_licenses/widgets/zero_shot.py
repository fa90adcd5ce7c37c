"""Labels of one's own, in a template of one's own.

- `zero_shot_playground(pipe)`: type a text, labels and a template, see the score of every label.
- `zero_shot_answer(pipe, text, labels, template, multi_label)`: the data behind it, a `ZeroShotLabel` each.
- `zero_shot_picture(rows)`: these data as a figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from transformers import ZeroShotClassificationPipeline

from extras_and_licenses.plots import zero_shot_panels
from extras_and_licenses.widgets.explorer import Explorer, text_field, tick_box

MAX_LABELS = 10
"""How many labels the picture of a zero-shot classification has room for."""


@dataclass(frozen=True)
class ZeroShotLabel:
    """What zero-shot classification says of a text and one label."""

    label: str
    """The label."""
    score: float
    """Its score, from 0 to 1."""
    hypothesis: str
    """The template with the label in its place."""
    answers: dict[str, float]
    """The probability of entailment, and of the model's other answers, for the pair of text and hypothesis."""


def zero_shot_answer(
    pipe: ZeroShotClassificationPipeline,
    text: str,
    labels: str,
    template: str = "This example is {}.",
    multi_label: bool = False,
) -> list[ZeroShotLabel]:
    """Classify a text into labels, and keep what the model says of each pair on the way.

    Args:
        pipe: a zero-shot classification pipeline.
        text: the text, which is the premise.
        labels: 1 to `MAX_LABELS` labels, divided by commas.
        template: the hypothesis, with {} once where the label goes.
        multi_label: whether every label is scored by itself; else the scores of all labels add up to 1.

    Returns:
        One entry a label, the highest score first.

    Raises:
        ValueError: the text is empty or too long, there are no labels, too many or one twice, or the template has
            no place for the label.
    """
    if not text.strip():
        raise ValueError("The text is empty. Type a sentence to classify.")
    names = [label.strip() for label in labels.split(",") if label.strip()]
    if not 1 <= len(names) <= MAX_LABELS:
        raise ValueError(f"There are {len(names)} labels. Type 1 to {MAX_LABELS}, divided by commas.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"The label {repeated[0]!r} is there more than once. Type each label once.")
    if template.count("{}") != 1 or set("{}") & set(template.replace("{}", "")):
        raise ValueError(
            f"The template {template!r} has no single place for the label. Write {{}} once where it goes."
        )
    hypotheses = {name: template.replace("{}", name) for name in names}
    tokens = max(len(pipe.tokenizer(text, hypothesis)["input_ids"]) for hypothesis in hypotheses.values())
    limit = pipe.model.config.max_position_embeddings
    if tokens > limit:
        raise ValueError(
            f"Text and hypothesis have {tokens} tokens and the model reads at most {limit}. Shorten the text."
        )
    outputs = [pipe.forward(pair) for pair in pipe.preprocess(text, names, template)]
    result = pipe.postprocess(outputs, multi_label=multi_label)
    answers = pipe.model.config.id2label
    order = sorted(answers, key=lambda number: (number != pipe.entailment_id, -number))
    said = {}
    for output in outputs:
        shares = output["logits"][0].float().softmax(dim=-1).tolist()
        said[output["candidate_label"]] = {answers[number]: shares[number] for number in order}
    return [
        ZeroShotLabel(label, score, hypotheses[label], said[label])
        for label, score in zip(result["labels"], result["scores"], strict=True)
    ]


def zero_shot_picture(rows: Sequence[ZeroShotLabel]) -> tuple[Figure, str]:
    """The scores of a zero-shot classification beside its pairs, and the alternative text that says them."""
    words = []
    for row in rows:
        answers = ", ".join(f"{answer} {probability:.2f}" for answer, probability in row.answers.items())
        words.append(f"{row.label} {row.score:.2f}, for {row.hypothesis!r}: {answers}")
    scores, pairs = {row.label: row.score for row in rows}, {row.label: row.answers for row in rows}
    return zero_shot_panels(scores, pairs), f"Scores of {len(rows)} labels. {'; '.join(words)}."


def zero_shot_playground(
    pipe: ZeroShotClassificationPipeline,
    text: str = "My flight was cancelled and nobody answers the phone!",
    labels: str = "travel, cooking, sport, health",
    template: str = "This example is {}.",
) -> Explorer:
    """Type a text, labels and a template, and see the scores and what they are made of.

    Args:
        pipe: a zero-shot classification pipeline.
        text: the first text.
        labels: the first labels, divided by commas.
        template: the first template.
    """
    controls = {
        "text": text_field(text, "Text"),
        "labels": text_field(labels, "Labels, divided by commas"),
        "template": text_field(template, "Hypothesis template"),
        "multi_label": tick_box("Several labels may hold (multi_label)"),
    }
    return Explorer(
        "Zero-shot playground",
        controls,
        draw=lambda **values: zero_shot_picture(zero_shot_answer(pipe, **values)),
    )
