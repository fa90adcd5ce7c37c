"""Explorers: a few controls, and a picture that answers.

- `Explorer`: controls above, the answer below; a still picture where widgets cannot run.
- `fill_mask_explorer(pipe)`: what a model fills in, over the plain function `fill_mask_picture`.
- `decoding_stepper(model, tokenizer)`: an encoder-decoder model, one decoder call at a time.
- `decoding_step(model, tokenizer, source, step)`: the data behind it, as a `DecodingStep`.
- `tokenizer_comparer(tokenizers)`: one text in the tokens of several tokenizers.
- `compare_tokenizers(tokenizers, text)`: the data behind it, one `Tokenization` for each.
- `licence_explorer()`: the checkpoint behind a role, its size and licence.
- `padding_viewer(tokenizer)`: how sentences become a batch, with padding and attention mask.
- `padded_batch(tokenizer, text)`: the data behind it, as a `PaddedBatch`.
- `span_explorer(pipe)`: where an answer to a question would start and end.
- `search_spans(pipe, question, context)`: the data behind it, as a `SpanSearch`.
- `zero_shot_playground(pipe)`: a text, labels and a template of one's own, with the score of every label.
- `zero_shot_answer(pipe, text, labels, template, multi_label)`: the data behind it, a `ZeroShotLabel` each.
- `emotion_entity_explorer(emotions, entities, text)`: the emotions of a text, and the names in it.
- `label_text(emotions, entities, text)`: the data behind it, as a `LabelledText`.
- `Progress(total, unit)`: a progress bar that writes nothing to stderr.
- `prompt_playground(model, tokenizer)`: next-token probabilities under temperature and top-p, and a text drawn so.
- `next_tokens(model, tokenizer, prompt, ...)`: the data behind it, as `NextTokens`.
"""

import base64
import html
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from transformers import (
    FillMaskPipeline,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    TemperatureLogitsWarper,
    TextClassificationPipeline,
    TokenClassificationPipeline,
    TopPLogitsWarper,
    ZeroShotClassificationPipeline,
)

from extras_and_licenses.checkpoints import table
from extras_and_licenses.pipelines import ExtractiveQuestionAnsweringPipeline, best_spans
from extras_and_licenses.plots import (
    PALETTE,
    answer_bars,
    span_bars,
    to_png,
    token_boxes,
    token_grid,
    zero_shot_panels,
)


class Explorer(ipywidgets.VBox):
    """Controls above, the answer below.

    The answer is drawn by a plain function of the controls' values, so it can be tested without a browser:

        Explorer("Square", {"x": ipywidgets.IntSlider(description="x")}, draw=lambda x: (figure, "x squared is 4"))

    Where widgets cannot run (a notebook on a web page, an HTML export), the first answer is shown as a picture.

    Args:
        title: what the explorer is called.
        controls: a widget for every argument of `draw`, by the argument's name.
        draw: takes the values of the controls, gives a figure and the alternative text that says what it shows.
            Whatever it raises is shown as a message in place of the picture.
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, ipywidgets.ValueWidget],
        draw: Callable[..., tuple[Figure, str]],
    ):
        self.title = title
        self.controls = dict(controls)
        self.draw = draw
        self.answer = ipywidgets.HTML()
        for control in self.controls.values():
            control.style.description_width = "initial"
            if hasattr(control, "continuous_update"):
                control.continuous_update = False
            control.observe(lambda _: self.update(), names="value")
        self.update()
        heading = ipywidgets.HTML(f"<strong>{html.escape(title)}</strong>")
        super().__init__([heading, *self.controls.values(), self.answer])

    def update(self) -> None:
        """Draw the answer for the values that the controls have now."""
        try:
            figure, alt = self.draw(**{name: control.value for name, control in self.controls.items()})
        except Exception as error:  # whatever a reader types, the page must answer with a sentence
            self.picture = None
            self.answer.value = f'<p role="alert">{html.escape(str(error) or type(error).__name__)}</p>'
            return
        self.picture, self.alt = to_png(figure), alt
        plt.close(figure)
        data = base64.b64encode(self.picture).decode()
        self.answer.value = f'<img alt="{html.escape(alt, quote=True)}" src="data:image/png;base64,{data}">'

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        bundle["text/plain"] = f"{self.title} (interactive in Jupyter)"
        if self.picture is None:
            return bundle
        bundle["image/png"] = base64.b64encode(self.picture).decode()
        return bundle, {"image/png": {"alt": self.alt}}


def fill_mask_picture(pipe: FillMaskPipeline, text: str, top_k: int = 5) -> tuple[Figure, str]:
    """The `top_k` most likely tokens for every mask in a text, as bars.

    Args:
        pipe: a fill-mask pipeline.
        text: contains the tokenizer's mask token one to four times.
        top_k: how many tokens to show, at least 1.

    Returns:
        The figure, one panel a mask, and the alternative text that says the answers in words.

    Raises:
        ValueError: the text has no mask, more than four, or more tokens than the model can read.
    """
    mask = pipe.tokenizer.mask_token
    masks = text.count(mask)
    if not 1 <= masks <= 4:
        raise ValueError(
            f"The text has {masks} masks. Write {mask} where a word is missing, at most four times."
        )
    tokens, limit = len(pipe.tokenizer(text)["input_ids"]), pipe.model.config.max_position_embeddings
    if tokens > limit:
        raise ValueError(
            f"The text has {tokens} tokens and the model reads at most {limit}. Make it shorter."
        )
    results = pipe(text, top_k=top_k)
    panels = {
        f"mask {number}": {answer["token_str"]: answer["score"] for answer in answers}
        for number, answers in enumerate([results] if masks == 1 else results, start=1)
    }
    words = [
        f"{title}: " + ", ".join(f"{token} {score:.3f}" for token, score in answers.items())
        for title, answers in panels.items()
    ]
    return answer_bars(panels), f"Most likely tokens for {text!r}. {'; '.join(words)}."


def fill_mask_explorer(pipe: FillMaskPipeline, text: str | None = None) -> Explorer:
    """Type a sentence with one or more masks and see what the model would fill in.

    Args:
        pipe: a fill-mask pipeline.
        text: the first sentence; None for one about a cup.
    """
    text = text or f"She drank a cup of {pipe.tokenizer.mask_token}."
    controls = {
        "text": ipywidgets.Text(text, description="Sentence", layout=ipywidgets.Layout(width="95%")),
        "top_k": ipywidgets.IntSlider(5, 1, 15, description="top_k"),
    }
    return Explorer("Fill the mask", controls, draw=lambda text, top_k: fill_mask_picture(pipe, text, top_k))


MAX_SOURCE_TOKENS = 64
"""How many source tokens the picture of a decoder call has room for."""


@dataclass(frozen=True)
class DecodingStep:
    """One call of the decoder in a greedy search with a key-value cache."""

    step: int
    """Which call this is, from 1."""
    steps: int
    """How many calls the whole text takes."""
    fed: str
    """The one token that goes into the call."""
    written: str
    """The text before the call."""
    cache_length: int
    """Target tokens whose keys and values the cache holds before the call."""
    candidates: tuple[tuple[str, float], ...]
    """The most probable next tokens with their probabilities, best first. The first one is taken."""
    attention: tuple[tuple[str, float], ...]
    """Every source token with its cross-attention weight, averaged over layers and heads."""


def decoding_step(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    source: str,
    step: int,
    *,
    candidates: int = 8,
    max_steps: int = 40,
) -> DecodingStep:
    """Generate greedily and describe one call of the decoder.

    Args:
        model: an encoder-decoder model with `attn_implementation="eager"`, which shows its attention weights.
        tokenizer: its tokenizer.
        source: the text for the encoder, with its prefix.
        step: which call of the decoder, from 1.
        candidates: how many next tokens are listed.
        max_steps: calls of the decoder after which generation ends without a stop token.

    Raises:
        ValueError: the source is empty or too long, the text has fewer steps, or the model does not show its
            attention.
    """
    if not source.strip():
        raise ValueError("The source text is empty. Type a sentence with its prefix.")
    inputs = tokenizer(source, return_tensors="pt").to(model.device)
    tokens = inputs["input_ids"].shape[1]
    if tokens > MAX_SOURCE_TOKENS:
        raise ValueError(
            f"The source text has {tokens} tokens and the picture has room for {MAX_SOURCE_TOKENS}. Shorten it."
        )
    output = model.generate(
        **inputs,
        max_new_tokens=max_steps,
        num_beams=1,
        do_sample=False,
        return_dict_in_generate=True,
        output_logits=True,
        output_attentions=True,
    )
    steps = len(output.logits)
    if not 1 <= step <= steps:
        raise ValueError(
            f"This text takes {steps} decoder calls and has no call {step}. Choose 1 to {steps}."
        )
    layers = output.cross_attentions[step - 1]  # for each layer [1, heads, 1, source tokens]
    if not layers or layers[0] is None:
        raise ValueError(
            f"{type(model).__name__} does not show its attention weights. "
            'Call model.set_attn_implementation("eager") first.'
        )
    weights = sum(layer.float().mean(dim=(0, 1, 2)) for layer in layers) / len(layers)
    best = output.logits[step - 1][0].float().softmax(-1).topk(candidates)
    ids = output.sequences[0].tolist()
    name = tokenizer.convert_ids_to_tokens
    return DecodingStep(
        step=step,
        steps=steps,
        fed=name(ids[step - 1]),
        written=tokenizer.decode(ids[:step], skip_special_tokens=True),
        cache_length=step - 1,
        candidates=tuple(zip(name(best.indices.tolist()), best.values.tolist(), strict=True)),
        attention=tuple(zip(name(inputs["input_ids"][0].tolist()), weights.tolist(), strict=True)),
    )


def decoding_stepper(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    source: str = "translate English to French: The cat is sleeping on the bed.",
    max_steps: int = 40,
) -> Explorer:
    """Step through a greedy generation: for each decoder call the next-token probabilities and the cross-attention.

    Args:
        model: an encoder-decoder model with `attn_implementation="eager"`.
        tokenizer: its tokenizer.
        source: the text to begin with, with its prefix.
        max_steps: the last step of the slider.
    """

    def draw(source: str, step: int) -> tuple[Figure, str]:
        return _draw_decoding_step(decoding_step(model, tokenizer, source, step, max_steps=max_steps))

    wide = ipywidgets.Layout(width="36em")
    controls = {
        "source": ipywidgets.Text(source, description="source text", layout=wide),
        "step": ipywidgets.IntSlider(1, min=1, max=max_steps, description="decoder call", layout=wide),
    }
    return Explorer("One decoder call at a time", controls, draw)


def _draw_decoding_step(shown: DecodingStep) -> tuple[Figure, str]:
    """Two rows of bars: candidates for the next token, attention to each source token."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 0.9 + 0.26 * max(8, len(shown.attention))))
    for ax, bars, colour, title in (
        (left, shown.candidates, PALETTE["blue"], "next-token probability"),
        (right, shown.attention, PALETTE["orange"], "cross-attention to the source"),
    ):
        values = [value for _, value in bars]
        drawn = ax.barh(range(len(bars)), values, color=colour)
        ax.bar_label(drawn, [f"{value:.2f}" for value in values], padding=3, fontsize=9)
        ax.set_yticks(range(len(bars)), [token.replace("$", r"\$") for token, _ in bars])
        ax.invert_yaxis()
        ax.set(xlim=(0, 1.15), title=title)
    heading = (
        f"decoder call {shown.step} of {shown.steps}: in goes {shown.fed}, cache of {shown.cache_length} tokens"
        f"\nwritten before: {shown.written or 'nothing'}"
    )
    figure.suptitle(heading.replace("$", r"\$"), fontsize=11)
    token, probability = shown.candidates[0]
    source, weight = max(shown.attention, key=lambda pair: pair[1])
    return figure, (
        f"Decoder call {shown.step} of {shown.steps}. In goes {shown.fed}. The most probable next token is {token} "
        f"with {probability:.2f}. Most attention, {weight:.2f}, goes to the source token {source}."
    )


def licence_picture(role: str, profile: str) -> tuple[Figure, str]:
    """The size of every checkpoint of a profile, with one role marked and its licence in the title.

    Args:
        role: a role of the profile.
        profile: `"kit"` or `"hub"`.

    Raises:
        ValueError: the profile has no such role.
    """
    rows = {row.role: row for row in table(profile)}
    if role not in rows:
        raise ValueError(f"The profile {profile!r} has no checkpoint for {role!r}. Choose another role.")
    chosen = rows[role]
    figure, ax = plt.subplots()
    colours = [PALETTE["vermilion"] if name == role else PALETTE["sky"] for name in rows]
    labels = [f"{name} ◀" if name == role else name for name in rows]
    ax.barh(labels, [row.size_bytes / 1e6 for row in rows.values()], color=colours)
    ax.invert_yaxis()
    ax.set(xlabel="size on disk in MB", title=f"{chosen.name}: {chosen.licence}")
    size = f"{chosen.size_bytes / 1e6:,.0f} MB"
    return figure, f"{role} in the profile {profile} is {chosen.name}, {size}, licence {chosen.licence}."


def licence_explorer() -> Explorer:
    """Choose a role and a profile, see which checkpoint it is, how large, and its licence."""
    roles = list(dict.fromkeys(row.role for profile in ("kit", "hub") for row in table(profile)))
    controls = {
        "role": ipywidgets.Dropdown(options=roles, description="Role"),
        "profile": ipywidgets.Dropdown(options=["kit", "hub"], description="Profile"),
    }
    return Explorer("Which checkpoint, which licence", controls, draw=licence_picture)


MAX_COMPARED_CHARACTERS = 200
"""How long a text may be that several tokenizers are compared on, so that the picture stays readable."""


@dataclass(frozen=True)
class Tokenization:
    """What one tokenizer makes of a text, special tokens included."""

    name: str
    """What the tokenizer is called."""
    tokens: tuple[str, ...]
    """The tokens as the vocabulary spells them."""
    ids: tuple[int, ...]
    """Their ids."""
    pieces: tuple[str, ...]
    """The part of the text that each token stands for; empty for a special token that was added."""
    unknown: tuple[int, ...]
    """Positions, from 0, of unknown tokens."""
    decoded: str
    """The text that the ids give back, without special tokens."""
    exact: bool
    """Whether that is the text that went in, to the last character."""


def compare_tokenizers(tokenizers: Mapping[str, PreTrainedTokenizerBase], text: str) -> list[Tokenization]:
    """Tokenize one text with several tokenizers, and decode it again.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: up to `MAX_COMPARED_CHARACTERS` characters.

    Raises:
        ValueError: the text is empty or too long, or a tokenizer is not a fast one.
    """
    if not text.strip():
        raise ValueError("The text is empty. Type a word or a sentence.")
    if len(text) > MAX_COMPARED_CHARACTERS:
        raise ValueError(
            f"The text has {len(text)} characters and the picture has room for {MAX_COMPARED_CHARACTERS}. Shorten it."
        )
    compared = []
    for name, tokenizer in tokenizers.items():
        if not tokenizer.is_fast:
            raise ValueError(
                f"The tokenizer {name!r} does not know the offsets of its tokens. Pass a fast one."
            )
        encoded = tokenizer(text, return_offsets_mapping=True)
        ids = encoded["input_ids"]
        tokens = tokenizer.convert_ids_to_tokens(ids)
        pieces = [text[start:end] for start, end in encoded["offset_mapping"]]
        unknown = [
            position
            for position, token in enumerate(tokens)
            # a tokenizer may use one token as unknown token and for something else that is typed or added
            if token == tokenizer.unk_token and pieces[position] not in ("", token)
        ]
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        fields = (tuple(tokens), tuple(ids), tuple(pieces), tuple(unknown), decoded, decoded == text)
        compared.append(Tokenization(name, *fields))
    return compared


def tokenizer_picture(
    tokenizers: Mapping[str, PreTrainedTokenizerBase], text: str, show: str = "tokens"
) -> tuple[Figure, str]:
    """A text in the tokens of several tokenizers, as boxes; unknown tokens are marked.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: as `compare_tokenizers` takes it.
        show: what stands in the boxes: `"tokens"`, their `"ids"`, or the `"pieces"` of the text.

    Returns:
        The figure, and the alternative text that says the counts and the tokens.

    Raises:
        ValueError: the text is one that `compare_tokenizers` refuses, or there is nothing to show under that name.
    """
    if show not in ("tokens", "ids", "pieces"):
        raise ValueError(f"There is no {show!r} to show. Choose tokens, ids or pieces.")
    compared = compare_tokenizers(tokenizers, text)
    rows, words = [], []
    for one in compared:
        back = "gives the text back" if one.exact else "does not give the text back"
        count = f"{len(one.tokens)} tokens, {len(one.unknown)} unknown, {back}"
        written = {
            "tokens": one.tokens,
            "ids": [str(number) for number in one.ids],
            "pieces": [piece or token for piece, token in zip(one.pieces, one.tokens, strict=True)],
        }
        rows.append((f"{one.name}: {count}", written[show], one.unknown))
        words.append(f"{one.name}, {count}: {' '.join(written[show])}")
    return token_boxes(rows), f"{text!r} in {show} of {len(compared)} tokenizers. {'; '.join(words)}."


def tokenizer_comparer(
    tokenizers: Mapping[str, PreTrainedTokenizerBase],
    text: str = "Unbelievable: the café charged 5€ for a ☕!",
) -> Explorer:
    """Type a text and see what several tokenizers make of it.

    Args:
        tokenizers: fast tokenizers, by the name to show.
        text: the text to begin with.
    """
    controls = {
        "text": ipywidgets.Text(text, description="Text", layout=ipywidgets.Layout(width="95%")),
        "show": ipywidgets.Dropdown(options=["tokens", "ids", "pieces"], description="In the boxes"),
    }
    return Explorer(
        "Compare tokenizers", controls, lambda text, show: tokenizer_picture(tokenizers, text, show)
    )


MAX_BATCH_ROWS = 8
"""How many sentences the picture of a batch has room for."""
MAX_BATCH_TOKENS = 20
"""How many positions the picture of a batch has room for."""


@dataclass(frozen=True)
class PaddedBatch:
    """Sentences as a rectangle of tokens."""

    tokens: tuple[tuple[str, ...], ...]
    """For each sentence the token at every position."""
    mask: tuple[tuple[int, ...], ...]
    """The attention mask, of the same shape: 1 at tokens, 0 at padding."""
    cut: int
    """How many tokens truncation took away."""

    @property
    def padding(self) -> int:
        """How many positions are padding."""
        return sum(row.count(0) for row in self.mask)

    @property
    def positions(self) -> int:
        """How many positions the batch has."""
        return sum(len(row) for row in self.mask)


def padded_batch(
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    padding: str = "longest",
    side: str = "right",
    max_length: int = MAX_BATCH_TOKENS,
) -> PaddedBatch:
    """Tokenize, truncate and pad one sentence a line.

    Args:
        tokenizer: has a padding token.
        text: the sentences, one a line; empty lines are left out.
        padding: `"longest"` or `"max_length"`, as the tokenizer takes it.
        side: `"right"` or `"left"`.
        max_length: tokens after which a sentence is cut, special tokens included.

    Raises:
        ValueError: there are no sentences or too many, the sentences are cut too short or not short enough for the
            picture, or the tokenizer has no padding token.
    """
    sentences = [line for line in text.splitlines() if line.strip()]
    if not 1 <= len(sentences) <= MAX_BATCH_ROWS:
        raise ValueError(
            f"There are {len(sentences)} sentences. Write 1 to {MAX_BATCH_ROWS}, each on a line of its own."
        )
    special = tokenizer.num_special_tokens_to_add()
    if not special < max_length <= MAX_BATCH_TOKENS:
        raise ValueError(
            f"The maximal length is {max_length}. Choose {special + 1} to {MAX_BATCH_TOKENS} tokens."
        )
    if tokenizer.pad_token is None:
        raise ValueError(
            "The tokenizer has no padding token. Set tokenizer.pad_token = tokenizer.eos_token first."
        )
    whole = sum(len(ids) for ids in tokenizer(sentences)["input_ids"])
    batch = tokenizer(sentences, truncation=True, max_length=max_length, padding=padding, padding_side=side)
    return PaddedBatch(
        tokens=tuple(tuple(tokenizer.convert_ids_to_tokens(ids)) for ids in batch["input_ids"]),
        mask=tuple(tuple(row) for row in batch["attention_mask"]),
        cut=whole - sum(sum(row) for row in batch["attention_mask"]),
    )


def padding_picture(batch: PaddedBatch) -> tuple[Figure, str]:
    """A padded batch as a grid of tokens with the attention mask, and the alternative text that counts them."""
    share = batch.padding / batch.positions
    counts = f"{batch.padding} of {batch.positions} positions are padding ({share:.0%}), {batch.cut} tokens are cut"
    figure = token_grid(batch.tokens, batch.mask)
    figure.axes[0].set_title(counts, loc="left", fontsize=11)
    rows = "; ".join(f"row {row}: mask {' '.join(map(str, mask))}" for row, mask in enumerate(batch.mask))
    return figure, f"A batch of {len(batch.mask)} rows and {len(batch.mask[0])} columns: {counts}. {rows}."


def padding_viewer(tokenizer: PreTrainedTokenizerBase, text: str | None = None) -> Explorer:
    """Type sentences and see the batch they become: tokens, padding, truncation and attention mask.

    Args:
        tokenizer: has a padding token.
        text: the first sentences, one a line; None for three about a cat.
    """
    text = text or "The cat sleeps.\nIt is warm.\nThe cat that sleeps in the garden likes milk."
    controls = {
        "text": ipywidgets.Textarea(
            text, description="Sentences", rows=4, layout=ipywidgets.Layout(width="95%")
        ),
        "padding": ipywidgets.Dropdown(
            options=[("to the longest", "longest"), ("to max_length", "max_length")], description="Padding"
        ),
        "side": ipywidgets.Dropdown(options=["right", "left"], description="Padding side"),
        "max_length": ipywidgets.IntSlider(16, 3, MAX_BATCH_TOKENS, description="max_length"),
    }
    return Explorer(
        "Padding and mask viewer",
        controls,
        draw=lambda **values: padding_picture(padded_batch(tokenizer, **values)),
    )


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
    if len(windows) > 1 or tokens > MAX_SPAN_TOKENS:
        raise ValueError(
            f"The context has {tokens} tokens and the picture has room for {MAX_SPAN_TOKENS}. Shorten the context."
        )
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
    figure.suptitle(f"{answers}\nno answer: {search.null:.1f}".replace("$", r"\$"), fontsize=11)
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

    wide = ipywidgets.Layout(width="95%")
    controls = {
        "question": ipywidgets.Text(question, description="Question", layout=wide),
        "context": ipywidgets.Textarea(context, description="Context", layout=wide, rows=3),
        "max_answer_len": ipywidgets.IntSlider(15, 1, 30, description="Most tokens in an answer"),
    }
    return Explorer("Find the span", controls, draw)


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
    wide = ipywidgets.Layout(width="95%")
    controls = {
        "text": ipywidgets.Text(text, description="Text", layout=wide),
        "labels": ipywidgets.Text(labels, description="Labels, divided by commas", layout=wide),
        "template": ipywidgets.Text(template, description="Hypothesis template", layout=wide),
        "multi_label": ipywidgets.Checkbox(False, description="Several labels may hold (multi_label)"),
    }
    return Explorer(
        "Zero-shot playground",
        controls,
        draw=lambda **values: zero_shot_picture(zero_shot_answer(pipe, **values)),
    )


MOST_LABELLED_TOKENS = 24
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
        text: one to `MOST_LABELLED_TOKENS` tokens.

    Raises:
        ValueError: the text is empty or too long.
    """
    if not text.strip():
        raise ValueError("The text is empty. Type a sentence.")
    tokens = len(entities.tokenizer.tokenize(text))
    if tokens > MOST_LABELLED_TOKENS:
        raise ValueError(
            f"The text has {tokens} tokens and the picture has room for {MOST_LABELLED_TOKENS}. Shorten it."
        )
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
        "text": ipywidgets.Text(text, description="Sentence", layout=ipywidgets.Layout(width="95%")),
        "shown": ipywidgets.IntSlider(5, 2, 12, description="Emotions shown"),
    }
    return Explorer(
        "Emotions and names",
        controls,
        draw=lambda text, shown: _draw_labelled_text(label_text(emotions, entities, text), shown),
    )


def _draw_labelled_text(labelled: LabelledText, shown: int) -> tuple[Figure, str]:
    """Bars for the most probable emotions above, a bar for every token below."""
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
    names = [token.replace("$", r"\$") for token, _, _ in tokens]
    below.set_xticks(range(len(tokens)), names, rotation=45, ha="right", rotation_mode="anchor")
    below.set_yticks([0, 0.5, 1])
    below.set(ylim=(0, 1.3), ylabel="probability\nof the label")
    over = [f"{label} {value:.2f}" for label, value, threshold in labelled.emotions if value > threshold]
    found = [f"{name} ({kind})" for name, kind in labelled.names]
    alt = f"Emotions over their thresholds: {', '.join(over) or 'none'}. Names: {', '.join(found) or 'none'}."
    return figure, alt


class Progress(ipywidgets.HBox):
    """A progress bar that writes nothing to stderr and looks the same in every stored notebook.

        bar = Progress(100, "steps")
        display(bar)
        for step in range(100):
            ...
            bar.advance(f"loss {loss:.2f}")

    Args:
        total: how many steps there are.
        unit: what a step is called, in the plural.
    """

    def __init__(self, total: int, unit: str = "steps"):
        self.total, self.unit = total, unit
        self.bar = ipywidgets.IntProgress(0, 0, total, layout=ipywidgets.Layout(width="18em"))
        self.note = ipywidgets.Label(f"0 of {total} {unit}")
        super().__init__([self.bar, self.note])

    def advance(self, note: str = "") -> None:
        """One step is done; `note` says what else a reader wants to know."""
        self.bar.value += 1
        self.note.value = f"{self.bar.value} of {self.total} {self.unit}" + (f", {note}" if note else "")

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        bundle["text/plain"] = f"{self.total} {self.unit} (a progress bar in Jupyter)"
        return bundle


MAX_PROMPT_TOKENS = 300
"""How many tokens a prompt may have, so that a machine without a GPU answers within a second or two."""


@dataclass(frozen=True)
class NextTokens:
    """What a decoder-only model would write after a prompt."""

    prompt_tokens: int
    """Tokens that the model reads, with those of the chat template."""
    candidates: tuple[tuple[str, float, float], ...]
    """Token, probability that the model gives, probability with temperature and top-p; most probable first."""
    kept: int
    """How many tokens of the vocabulary top-p leaves to be drawn."""
    continuation: str
    """A text drawn token by token with these settings, up to the stop token or the limit."""


@torch.no_grad()
def next_tokens(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompt: str,
    temperature: float = 1.0,
    top_p: float = 1.0,
    *,
    chat: bool = False,
    seed: int = 0,
    candidates: int = 10,
    max_new_tokens: int = 12,
) -> NextTokens:
    """Next-token probabilities before and after temperature and top-p, and a text drawn with them.

    Args:
        model: a decoder-only language model.
        tokenizer: its tokenizer.
        prompt: the text to continue.
        temperature: what logits are divided by, above 0.
        top_p: total probability of the tokens that are kept, above 0 and at most 1.
        chat: whether the prompt is a user's message that goes through the chat template.
        seed: of the random numbers, drawn on the CPU so that every device draws the same.
        candidates: how many tokens are listed.
        max_new_tokens: how many tokens are drawn at most.

    Raises:
        ValueError: the prompt is empty or too long, a setting is out of its range, or there is no chat template.
    """
    if not prompt.strip():
        raise ValueError("The prompt is empty. Type a text to continue.")
    if not temperature > 0:
        raise ValueError(f"The temperature is {temperature}. Choose one above 0; near 0 it is greedy search.")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}. Choose a total probability above 0 and at most 1.")
    if chat and not tokenizer.chat_template:
        raise ValueError(
            "This tokenizer has no chat template. Untick the chat box, or use an instruct model."
        )
    if chat:
        message = [{"role": "user", "content": prompt}]
        prompt = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
    ids = tokenizer(prompt, return_tensors="pt")["input_ids"].to(model.device)
    if ids.shape[1] > MAX_PROMPT_TOKENS:
        raise ValueError(
            f"The prompt has {ids.shape[1]} tokens and may have {MAX_PROMPT_TOKENS} here. Shorten it."
        )
    warpers = [TemperatureLogitsWarper(temperature), *([TopPLogitsWarper(top_p)] if top_p < 1 else [])]
    random = torch.Generator().manual_seed(seed)
    stop = model.generation_config.eos_token_id
    stops = stop if isinstance(stop, list) else [stop]
    written, fed, cache = [], ids, None
    while len(written) < max_new_tokens and (not written or written[-1] not in stops):
        step = model(input_ids=fed, past_key_values=cache, use_cache=True)
        cache, logits = step.past_key_values, step.logits[:, -1].float().cpu()
        changed = logits
        for warper in warpers:
            changed = warper(ids.cpu(), changed)
        if not written:
            plain, drawn = logits[0].softmax(-1), changed[0].softmax(-1)
        written.append(torch.multinomial(changed[0].softmax(-1), 1, generator=random).item())
        fed = torch.tensor([written[-1:]], device=model.device)
    best = plain.topk(min(candidates, len(plain))).indices
    names = [tokenizer.decode([token]) for token in best.tolist()]
    return NextTokens(
        prompt_tokens=ids.shape[1],
        candidates=tuple(zip(names, plain[best].tolist(), drawn[best].tolist(), strict=True)),
        kept=int((drawn > 0).sum()),
        continuation=tokenizer.decode(written, skip_special_tokens=True),
    )


def next_tokens_picture(shown: NextTokens) -> tuple[Figure, str]:
    """Two bars for each candidate, as the model gives it and as it is drawn, with the drawn text above."""
    names = [repr(name) for name, _, _ in shown.candidates]
    series = {
        "as the model gives it": [plain for _, plain, _ in shown.candidates],
        "with temperature and top-p": [drawn for _, _, drawn in shown.candidates],
    }
    figure, axes = plt.subplots(figsize=(7.5, 1.6 + 0.42 * len(names)))
    looks = (("sky", "", -0.2), ("orange", "///", 0.2))
    for (label, values), (colour, hatch, shift) in zip(series.items(), looks, strict=True):
        rows = [row + shift for row in range(len(names))]
        bars = axes.barh(
            rows, values, 0.38, label=label, color=PALETTE[colour], hatch=hatch, edgecolor="white"
        )
        axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=3, fontsize=9)
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names])
    axes.invert_yaxis()
    widest = max(max(plain, drawn) for _, plain, drawn in shown.candidates)
    axes.set(xlabel="probability of the next token", xlim=(0, 1.15 * widest))
    figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=10)
    heading = f"{shown.prompt_tokens} tokens read, {shown.kept:,} tokens may be drawn\ndrawn: "
    figure.suptitle(
        (heading + textwrap.shorten(repr(shown.continuation), 80)).replace("$", r"\$"), fontsize=11
    )
    words = ", ".join(f"{name!r} {plain:.3f} to {drawn:.3f}" for name, plain, drawn in shown.candidates[:5])
    return figure, (
        f"{shown.prompt_tokens} tokens read. Probabilities of the next token as the model gives them and with "
        f"temperature and top-p: {words}. {shown.kept} tokens may be drawn. Drawn: {shown.continuation!r}."
    )


def prompt_playground(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str = "My favourite animal is the"
) -> Explorer:
    """Type a prompt, change temperature and top-p, and see the next-token probabilities and a text drawn from them.

    Args:
        model: a decoder-only language model.
        tokenizer: its tokenizer.
        prompt: the first text.
    """
    wide = ipywidgets.Layout(width="36em")
    slider = {"step": 0.05, "readout_format": ".2f", "layout": wide}
    controls = {
        "prompt": ipywidgets.Text(prompt, description="Prompt", layout=ipywidgets.Layout(width="95%")),
        "temperature": ipywidgets.FloatSlider(1.0, min=0.05, max=3.0, description="Temperature", **slider),
        "top_p": ipywidgets.FloatSlider(0.9, min=0.05, max=1.0, description="top-p", **slider),
        "seed": ipywidgets.IntSlider(0, min=0, max=20, description="Random seed", layout=wide),
        "chat": ipywidgets.Checkbox(False, description="As a user's message, through the chat template"),
    }
    return Explorer(
        "Prompt playground",
        controls,
        draw=lambda **values: next_tokens_picture(next_tokens(model, tokenizer, **values)),
    )
