"""What a decoder-only model writes after a prompt.

- `prompt_playground(model, tokenizer)`: next-token probabilities under temperature and top-p, and a text drawn so.
- `next_tokens(model, tokenizer, prompt, ...)`: the data behind it, as `NextTokens`.
- `next_tokens_picture(shown)`: these data as a figure.
"""

import textwrap
from dataclasses import dataclass

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from transformers import PreTrainedModel, PreTrainedTokenizerBase, TemperatureLogitsWarper, TopPLogitsWarper

from extras_and_licenses.plots import PALETTE
from extras_and_licenses.plots.base import literal
from extras_and_licenses.widgets.explorer import Explorer, number_field, text_field, tick_box

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
    axes.set_yticks(range(len(names)), [literal(name) for name in names])
    axes.invert_yaxis()
    widest = max(max(plain, drawn) for _, plain, drawn in shown.candidates)
    axes.set(xlabel="probability of the next token", xlim=(0, 1.15 * widest))
    figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=10)
    heading = f"{shown.prompt_tokens} tokens read, {shown.kept:,} tokens may be drawn\ndrawn: "
    figure.suptitle(literal(heading + textwrap.shorten(repr(shown.continuation), 80)), fontsize=11)
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
    controls = {
        "prompt": text_field(prompt, "Prompt"),
        "temperature": number_field(1.0, 0.05, 3.0, "Temperature", step=0.05),
        "top_p": number_field(0.9, 0.05, 1.0, "top-p", step=0.05),
        "seed": number_field(0, 0, 20, "Random seed"),
        "chat": tick_box("As a user's message, through the chat template"),
    }
    return Explorer(
        "Prompt playground",
        controls,
        draw=lambda **values: next_tokens_picture(next_tokens(model, tokenizer, **values)),
    )
