"""Where an answer to a question would start and end.

- `span_explorer(pipe)`: type a question and a context, see the logits of every token.
- `search_spans(pipe, question, context)`: the data behind it, as a `SpanSearch`.
- `span_picture(search)`: these data as a figure.
"""

import textwrap
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from extras_and_licenses.pipelines import ExtractiveQuestionAnsweringPipeline, best_spans
from extras_and_licenses.plots import span_bars
from extras_and_licenses.plots.base import literal
from extras_and_licenses.widgets.explorer import Explorer, check_room, number_field, text_field

MAX_SPAN_TOKENS = 72
"""How many tokens the picture of a question with its context has room for."""


@dataclass(frozen=True)
class SpanSearch:
    """What a model says about a question and a context that fit into one window."""

    tokens: tuple[str, ...]
    """The tokens of the context."""
    start: tuple[float, ...]
    """For each of them the start logit."""
    end: tuple[float, ...]
    """For each of them the end logit."""
    spans: tuple[tuple[int, int], ...]
    """First and last token of the best spans, best first."""
    answers: tuple[tuple[str, float], ...]
    """Their texts, with the sum of start logit and end logit."""
    null: float
    """The same sum at the `[CLS]` token, which stands for "no answer"."""


def search_spans(
    pipe: ExtractiveQuestionAnsweringPipeline,
    question: str,
    context: str,
    max_answer_len: int = 15,
    top_k: int = 3,
) -> SpanSearch:
    """Find the best spans, in the steps of the pipeline, and keep the logits that they were found with.

    Args:
        pipe: an extractive-question-answering pipeline.
        question: with at least one word.
        context: with at least one word; no longer than the picture has room for.
        max_answer_len: most tokens in an answer, at least 1.
        top_k: most answers, at least 1.

    Raises:
        ValueError: the question or the context is empty, or the context is too long.
    """
    windows = list(pipe.preprocess({"question": question, "context": context}, align_to_words=False))
    tokens = sum(int(window["in_context"].sum()) for window in windows)
    check_room("context", tokens, MAX_SPAN_TOKENS)
    window = pipe.forward(windows[0])
    inside, start, end = (window[name][0].cpu() for name in ("in_context", "start_logits", "end_logits"))
    null = (start + end)[window["is_null"][0].cpu()]
    if not len(null):
        raise ValueError(
            "The tokenizer has no [CLS] token, so there is no place for the empty answer. Choose another model."
        )
    characters = window["characters"][0].tolist()
    kept = inside.nonzero().flatten().tolist()
    first, last, scores = best_spans(
        start[inside], end[inside], torch.ones(len(kept), dtype=torch.bool), max_answer_len, top_k
    )
    spans = tuple(zip(first.tolist(), last.tolist(), strict=True))
    texts = [context[characters[kept[i]][0] : characters[kept[j]][1]] for i, j in spans]
    return SpanSearch(
        tokens=tuple(context[slice(*characters[place])] for place in kept),
        start=tuple(start[inside].tolist()),
        end=tuple(end[inside].tolist()),
        spans=spans,
        answers=tuple(zip(texts, scores.tolist(), strict=True)),
        null=float(null[0]),
    )


def span_picture(search: SpanSearch) -> tuple[Figure, str]:
    """Start and end logits of every token, with the best answers in the title, and the alternative text."""
    answers = ", ".join(f"{text!r} {score:.1f}" for text, score in search.answers)
    figure = span_bars(search.tokens, search.start, search.end, search.spans[0])
    lines = [f"{textwrap.shorten(repr(text), 80)} {score:.1f}" for text, score in search.answers]
    figure.suptitle(literal("\n".join([*lines, f"no answer {search.null:.1f}"])), fontsize=11)
    return figure, (
        f"Start and end logits of {len(search.tokens)} tokens. "
        f"Best spans, with the sum of their logits: {answers}. No answer: {search.null:.1f}."
    )


def span_explorer(
    pipe: ExtractiveQuestionAnsweringPipeline,
    question: str = "Who built the lighthouse?",
    context: str = "The lighthouse was built in 1847 by Thomas Hale. It is 31 metres high.",
) -> Explorer:
    """Ask about a short context, and see where the model would start and end an answer.

    Args:
        pipe: an extractive-question-answering pipeline.
        question: the question to begin with.
        context: the context to begin with.
    """

    def draw(question: str, context: str, max_answer_len: int) -> tuple[Figure, str]:
        return span_picture(search_spans(pipe, question, context, max_answer_len))

    controls = {
        "question": text_field(question, "Question"),
        "context": text_field(context, "Context", rows=3),
        "max_answer_len": number_field(15, 1, 30, "Most tokens in an answer"),
    }
    return Explorer("Find the span", controls, draw)
