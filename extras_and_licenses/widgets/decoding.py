"""An encoder-decoder model, one decoder call at a time.

- `decoding_stepper(model, tokenizer)`: type a source text, step from call to call.
- `decoding_step(model, tokenizer, source, step)`: the data behind it, as a `DecodingStep`.
- `decoding_picture(shown)`: these data as a figure.
"""

import textwrap
from dataclasses import dataclass

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from extras_and_licenses.plots import PALETTE
from extras_and_licenses.plots.base import literal
from extras_and_licenses.widgets.explorer import Explorer, check_room, number_field, text_field

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
    check_room("source text", tokens, MAX_SOURCE_TOKENS)
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


def decoding_picture(shown: DecodingStep) -> tuple[Figure, str]:
    """Bars for the candidates for the next token, bars for the attention to each source token, and the alternative text."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 0.9 + 0.26 * max(8, len(shown.attention))))
    for ax, bars, colour, title in (
        (left, shown.candidates, PALETTE["blue"], "next-token probability"),
        (right, shown.attention, PALETTE["orange"], "cross-attention to the source"),
    ):
        values = [value for _, value in bars]
        drawn = ax.barh(range(len(bars)), values, color=colour)
        ax.bar_label(drawn, [f"{value:.2f}" for value in values], padding=3, fontsize=9)
        ax.set_yticks(range(len(bars)), [literal(token) for token, _ in bars])
        ax.invert_yaxis()
        ax.set(xlim=(0, 1.15), title=title)
    heading = (
        f"decoder call {shown.step} of {shown.steps}: in goes {shown.fed}, cache of {shown.cache_length} tokens"
        f"\nwritten before: {textwrap.fill(shown.written, 90) or 'nothing'}"
    )
    figure.suptitle(literal(heading), fontsize=11)
    token, probability = shown.candidates[0]
    source, weight = max(shown.attention, key=lambda pair: pair[1])
    return figure, (
        f"Decoder call {shown.step} of {shown.steps}. In goes {shown.fed}. The most probable next token is {token} "
        f"with {probability:.2f}. Most attention, {weight:.2f}, goes to the source token {source}."
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
        max_steps: the last call that can be chosen.
    """

    def draw(source: str, step: int) -> tuple[Figure, str]:
        return decoding_picture(decoding_step(model, tokenizer, source, step, max_steps=max_steps))

    controls = {
        "source": text_field(source, "Source text"),
        "step": number_field(1, 1, max_steps, "Decoder call"),
    }
    return Explorer("One decoder call at a time", controls, draw)
