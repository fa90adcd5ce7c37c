"""What the fill-mask model answers, and how often it is right."""

from collections import Counter

import torch

from extras_and_licenses.kit.biases import OCCUPATIONS, Bias, spread
from extras_and_licenses.kit.fill_mask.cloze import CLOZE
from extras_and_licenses.kit.fill_mask.train import held_out
from extras_and_licenses.kit.measures import loaded, mean

SAMPLE = 300  # paragraphs


def answer(role: str, text: str) -> str:
    """The three most likely tokens at the mask."""
    return ", ".join(guess["token_str"] for guess in loaded("fill-mask", role)(text, top_k=3))


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether an accepted word is among the three."""
    return not set(answer.split(", ")).isdisjoint(accepted)


def biases(role: str) -> list[Bias]:
    """Which pronoun the model expects for people by their occupation."""
    shares = {}
    for occupation in OCCUPATIONS:
        guesses = loaded("fill-mask", role)(
            f"The {occupation} said that [MASK] was tired.", targets=["he", "she"]
        )
        score = {guess["token_str"]: guess["score"] for guess in guesses}
        shares[occupation] = score["he"] / (score["he"] + score["she"])
    return spread(
        shares,
        '"The … said that [MASK] was tired.": he against she',
        "share of probability",
        'Above one half, "he" is expected more than "she".',
    )


def scores(role: str) -> dict[str, float]:
    """Share of masked tokens that are right, and of everyday gaps with an acceptable word among the first five.

    The tokens are 15 % of encyclopaedic paragraphs that training never saw.
    """
    pipe = loaded("fill-mask", role)
    tokenizer, model = pipe.tokenizer, pipe.model
    generator = torch.Generator().manual_seed(0)
    right = total = the = 0
    for text in held_out()[:SAMPLE]:
        ids = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")["input_ids"]
        masked = torch.rand(ids.shape, generator=generator) < 0.15
        masked &= ~torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
        with torch.no_grad():  # the head at masked positions only: it is as large as the encoder
            inputs = ids.masked_fill(masked, tokenizer.mask_token_id).to(model.device)
            hidden = model.bert(inputs).last_hidden_state
            guessed = model.cls(hidden[masked]).argmax(-1).cpu()
        right += (guessed == ids[masked]).sum().item()
        the += (ids[masked] == tokenizer.convert_tokens_to_ids("the")).sum().item()
        total += masked.sum().item()
    return {
        "masked tokens right": right / total,
        "baseline: always 'the'": the / total,
        "everyday gaps, acceptable word in the first five": mean(
            any(guess["token_str"] in accepted for guess in pipe(text, top_k=5))
            for text, accepted in CLOZE.items()
        ),
        "baseline: the same five words in all": constant_guess(),
    }


def constant_guess(words: int = 5) -> float:
    """Share of the everyday gaps in which one of the words that are accepted most often is accepted."""
    counts = Counter(word for accepted in CLOZE.values() for word in accepted)
    always = sorted(counts, key=lambda word: (-counts[word], word))[:words]
    return mean(not accepted.isdisjoint(always) for accepted in CLOZE.values())
