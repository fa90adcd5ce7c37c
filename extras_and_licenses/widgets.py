"""Explorers: a few controls, and a picture that answers.

- `Explorer`: controls above, the answer below; a still picture where widgets cannot run.
- `fill_mask_explorer(pipe)`: what a model fills in, over the plain function `fill_mask_picture`.
- `decoding_stepper(model, tokenizer)`: an encoder-decoder model, one decoder call at a time.
- `decoding_step(model, tokenizer, source, step)`: the data behind it, as a `DecodingStep`.
- `licence_explorer()`: the checkpoint behind a role, its size and licence.
"""

import base64
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ipywidgets
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from transformers import FillMaskPipeline, PreTrainedModel, PreTrainedTokenizerBase

from extras_and_licenses.checkpoints import table
from extras_and_licenses.plots import PALETTE, answer_bars, to_png


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
