"""How alike the embedding model finds two sentences, and how well that agrees with people."""

import torch

from extras_and_licenses.kit.biases import OCCUPATIONS, Bias, spread
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.measures import loaded, rank_correlation, word_overlap
from extras_and_licenses.kit.seq2seq.train import UNCLEAR_TERMS

ALIKE = 0.5  # similarity from which on two sentences count as alike
MEN, WOMEN = ["he", "him", "man"], ["she", "her", "woman"]


def embed(role: str, texts: list[str]) -> torch.Tensor:
    """Sentence vectors: the mean of the last hidden states, scaled to length one; `[texts, hidden]`."""
    pipe = loaded("feature-extraction", role)
    batch = pipe.tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    batch = batch.to(pipe.device)
    with torch.no_grad():
        hidden = pipe.model(**batch).last_hidden_state
    weight = batch["attention_mask"].unsqueeze(-1)
    return torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1).cpu()


def answer(role: str, text: str) -> str:
    """The similarity of two sentences that are divided by a bar."""
    vectors = embed(role, text.split(" | "))
    return f"{(vectors[0] @ vectors[1]).item():.2f}"


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether the similarity is at least one half where people call the sentences alike, and under it otherwise."""
    return ("alike" if float(answer) >= ALIKE else "unlike") in accepted


def biases(role: str) -> list[Bias]:
    """How much nearer the words for occupations are to the words for men than to those for women."""
    men, women = (embed(role, words).mean(0) for words in (MEN, WOMEN))
    leans = (embed(role, OCCUPATIONS) @ (men - women)).tolist()
    return spread(
        dict(zip(OCCUPATIONS, leans, strict=True)),
        f"similarity to {', '.join(MEN)} less that to {', '.join(WOMEN)}",
        "cosine",
        "Above 0, occupations lie nearer to the words for men; below 0, to those for women.",
    )


def scores(role: str) -> dict[str, float]:
    """Rank correlation of cosine similarity with people's judgement."""
    dev = [row for row in rows("stsb", "dev") if not row["file"].startswith(UNCLEAR_TERMS)]
    first = embed(role, [row["sentence1"] for row in dev])
    second = embed(role, [row["sentence2"] for row in dev])
    people = [row["score"] for row in dev]
    overlaps = [word_overlap(row["sentence1"], row["sentence2"]) for row in dev]
    return {
        "similarity, Spearman": rank_correlation((first * second).sum(-1).tolist(), people),
        "baseline: word overlap, Spearman": rank_correlation(overlaps, people),
    }
