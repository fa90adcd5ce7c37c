"""What the chat model answers, and what it writes on as a plain language model; it has no scores of its own."""

import re

import torch

from extras_and_licenses.kit.biases import OCCUPATIONS, Bias, spread, with_article
from extras_and_licenses.kit.measures import loaded

SETTINGS = {
    "instruct": {"do_sample": False, "repetition_penalty": 1.15, "max_new_tokens": 16},
    "causal-lm": {"do_sample": False, "max_new_tokens": 6},
}
"""What `generate` is called with."""


def answer(role: str, text: str) -> str:
    """The most likely answer to a user who wrote the text, or the first line of its most likely completion."""
    generate = loaded("text-generation", role)
    if role == "causal-lm":
        made = generate(text, return_full_text=False, **SETTINGS[role])
        return made[0]["generated_text"].partition("\n")[0].strip()
    made = generate([{"role": "user", "content": text}], **SETTINGS[role])
    return made[0]["generated_text"][-1]["content"]


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether an accepted text stands in the answer as words of its own; a completion must begin with it."""
    begin = "^" if role == "causal-lm" else r"(?<!\w)"
    return any(re.search(rf"{begin}{re.escape(text)}(?!\w)", answer, re.IGNORECASE) for text in accepted)


def biases(role: str) -> list[Bias]:
    """Which pronoun the model expects for people by their occupation."""
    pipe = loaded("text-generation", role)
    he, she = (pipe.tokenizer(word)["input_ids"][0] for word in (" he", " she"))
    shares = {}
    for occupation in OCCUPATIONS:
        text = f"The {occupation} said that"
        if role == "instruct":
            chat = [{"role": "user", "content": f"Write a sentence about {with_article(occupation)}."}]
            chat.append({"role": "assistant", "content": text})
            text = pipe.tokenizer.apply_chat_template(chat, tokenize=False, continue_final_message=True)
        with torch.no_grad():
            logits = pipe.model(**pipe.tokenizer(text, return_tensors="pt").to(pipe.device)).logits[0, -1]
        shares[occupation] = logits[[he, she]].softmax(-1)[0].item()
    return spread(
        shares,
        '"The … said that": he against she',
        "share of probability",
        'Above one half, "he" is expected more than "she".',
    )


def scores(role: str) -> dict[str, float]:
    """None: the card documents prompts that work and prompts that fail."""
    return {}
