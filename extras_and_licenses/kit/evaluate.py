"""Measures the kit's models on data that training never saw, and lists the answers that their cards document.

- `scores(role)`: figures of a role's model, each beside a baseline.
- `answer(role, text)`: what a role's model says to one input, in words.
- `documented(role)`: inputs and answers from `answers.json` in the entry's folder.
- `document()`: measure every role and write scores and answers into the cards and the README.
"""

import json
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path

import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer, pipeline

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit import install
from extras_and_licenses.kit.data import rows

SAMPLE = 300  # rows a figure is measured on
ROLES = ("fill-mask", "seq2seq", "embeddings", "causal-lm", "instruct")


def folder_of(role: str) -> Path:
    """The folder of the entry that plays a role."""
    return install.HERE / next(entry.folder for entry in install.entries() if role in entry.roles)


# Answers ---------------------------------------------------------------------------------------------------


@cache
def _pipeline(task: str, role: str):
    return pipeline(task, model=checkpoint(role), device="cpu")


def _fill_mask(text: str) -> str:
    return ", ".join(guess["token_str"] for guess in _pipeline("fill-mask", "fill-mask")(text, top_k=3))


def _seq2seq(text: str) -> str:
    return _pipeline("seq2seq", "seq2seq")(text)[0]["generated_text"]


def _embeddings(text: str) -> str:
    """Two sentences, divided by a bar: their similarity."""
    vectors = embed(text.split(" | "))
    return f"{(vectors[0] @ vectors[1]).item():.2f}"


def _causal_lm(text: str) -> str:
    made = _pipeline("text-generation", "causal-lm")(
        text, max_new_tokens=8, do_sample=False, repetition_penalty=1.15, return_full_text=False
    )
    return made[0]["generated_text"]


def _instruct(text: str) -> str:
    made = _pipeline("text-generation", "instruct")(
        [{"role": "user", "content": text}], max_new_tokens=16, do_sample=False, repetition_penalty=1.15
    )
    return made[0]["generated_text"][-1]["content"]


ANSWERS: dict[str, Callable[[str], str]] = {
    "fill-mask": _fill_mask,
    "seq2seq": _seq2seq,
    "embeddings": _embeddings,
    "causal-lm": _causal_lm,
    "instruct": _instruct,
}


def answer(role: str, text: str) -> str:
    """What a role's model says to one input, in words, without sampling."""
    return ANSWERS[role](text)


def documented(role: str) -> dict[str, str]:
    """Inputs and answers that the card of a role's model documents."""
    return json.loads((folder_of(role) / "answers.json").read_text(encoding="utf-8"))[role]


# Scores ----------------------------------------------------------------------------------------------------


def embed(texts: list[str]) -> torch.Tensor:
    """Sentence vectors: the mean of the last hidden states, scaled to length one; `[texts, hidden]`."""
    folder = checkpoint("embeddings")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    batch = tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    weight = batch["attention_mask"].unsqueeze(-1)
    return torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)


def fill_mask_scores() -> dict[str, float]:
    """Share of masked tokens that are right, 15 % masked, on encyclopaedic paragraphs that training never saw."""
    from extras_and_licenses.kit.fill_mask.train import held_out

    folder = checkpoint("fill-mask")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder)
    generator = torch.Generator().manual_seed(0)
    right = total = the = 0
    for text in held_out()[:SAMPLE]:
        ids = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")["input_ids"]
        masked = torch.rand(ids.shape, generator=generator) < 0.15
        masked &= ~torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
        with torch.no_grad():  # the head at masked positions only: it is as large as the encoder
            hidden = model.bert(ids.masked_fill(masked, tokenizer.mask_token_id)).last_hidden_state
            guessed = model.cls(hidden[masked]).argmax(-1)
        right += (guessed == ids[masked]).sum().item()
        the += (ids[masked] == tokenizer.convert_tokens_to_ids("the")).sum().item()
        total += masked.sum().item()
    return {"masked tokens right": right / total, "baseline: always 'the'": the / total}


def seq2seq_scores() -> dict[str, float]:
    """BLEU of both translations, correlations of the judgements, ROUGE-L of the summaries; dev rows, beam search."""
    import sacrebleu
    from sklearn.metrics import matthews_corrcoef

    from extras_and_licenses.kit.seq2seq.train import examples

    pipe = _pipeline("seq2seq", "seq2seq")

    def outputs(pairs: list[tuple[str, str]], tokens: int) -> list[str]:
        made = pipe([source for source, _ in pairs], batch_size=32, max_new_tokens=tokens, truncation=True)
        return [(one[0] if isinstance(one, list) else one)["generated_text"] for one in made]

    dev = {task: list(islice(pairs, SAMPLE)) for task, pairs in examples("dev").items()}
    found = {}
    for task, name in (("en-fr", "BLEU English to French"), ("en-es", "BLEU English to Spanish")):
        targets = [target for _, target in dev[task]]
        copies = [source.split(": ", 1)[1] for source, _ in dev[task]]
        found[name] = sacrebleu.corpus_bleu(outputs(dev[task], 48), [targets]).score
        found[f"baseline: copy, {name}"] = sacrebleu.corpus_bleu(copies, [targets]).score
    targets = [target == "acceptable" for _, target in dev["cola"]]
    judged = [text == "acceptable" for text in outputs(dev["cola"], 8)]
    found["acceptability, Matthews"] = float(matthews_corrcoef(targets, judged))
    found["baseline: majority, Matthews"] = 0.0
    numbers = [_number(text) for text in outputs(dev["stsb"], 8)]
    people = [float(target) for _, target in dev["stsb"]]
    found["similarity, Spearman"] = rank_correlation(numbers, people)
    overlaps = [_word_overlap(source) for source, _ in dev["stsb"]]
    found["baseline: word overlap, Spearman"] = rank_correlation(overlaps, people)
    glosses = outputs(dev["summarize"], 24)
    found["summary, ROUGE-L"] = _mean(
        rouge_l(text, target) for text, (_, target) in zip(glosses, dev["summarize"], strict=True)
    )
    found["baseline: first sentence, ROUGE-L"] = _mean(
        rouge_l(source.removeprefix("summarize: ").split(". ")[0], target)
        for source, target in dev["summarize"]
    )
    return found


def embeddings_scores() -> dict[str, float]:
    """Rank correlation of cosine similarity with people's judgement."""
    from extras_and_licenses.kit.seq2seq.train import UNCLEAR_TERMS

    dev = list(
        islice((row for row in rows("stsb", "dev") if not row["file"].startswith(UNCLEAR_TERMS)), SAMPLE)
    )
    first, second = embed([row["sentence1"] for row in dev]), embed([row["sentence2"] for row in dev])
    people = [row["score"] for row in dev]
    words = [_overlap(row["sentence1"], row["sentence2"]) for row in dev]
    return {
        "similarity, Spearman": rank_correlation((first * second).sum(-1).tolist(), people),
        "baseline: word overlap, Spearman": rank_correlation(words, people),
    }


SCORES: dict[str, Callable[[], dict[str, float]]] = {
    "fill-mask": fill_mask_scores,
    "seq2seq": seq2seq_scores,
    "embeddings": embeddings_scores,
}


def scores(role: str) -> dict[str, float]:
    """Figures of a role's model, each followed by its baseline; none where the card only documents answers."""
    return SCORES[role]() if role in SCORES else {}


def document() -> dict[str, dict[str, float]]:
    """Measure every role, answer its documented inputs, and write both into the cards and the README.

    Needs the evaluation data.
    """
    measured = {role: {name: round(value, 3) for name, value in scores(role).items()} for role in ROLES}
    for folder in dict.fromkeys(map(folder_of, ROLES)):
        roles = [role for role in ROLES if folder_of(role) == folder]
        answers = {role: {text: answer(role, text) for text in documented(role)} for role in roles}
        (folder / "answers.json").write_text(
            json.dumps(answers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        rewrite(folder / "README.md", "answers", answers_table(answers))
        rewrite(folder / "README.md", "scores", scores_table({role: measured[role] for role in roles}))
    rewrite(install.HERE.parent.parent / "README.md", "scores", scores_table(measured))
    return measured


def scores_table(measured: dict[str, dict[str, float]]) -> str:
    """Scores as a Markdown table."""
    lines = [
        f"| {role} | {name} | {value:.3f} |"
        for role, found in measured.items()
        for name, value in found.items()
    ]
    return "\n".join(["| role | measure | score |", "| --- | --- | ---: |", *lines])


def answers_table(answers: dict[str, dict[str, str]]) -> str:
    """Inputs and answers as a Markdown table."""
    lines = [
        f"| {role} | {_cell(text)} | {_cell(made)} |"
        for role, pairs in answers.items()
        for text, made in pairs.items()
    ]
    return "\n".join(["| role | input | answer |", "| --- | --- | --- |", *lines])


def rewrite(page: Path, name: str, text: str) -> None:
    """Replace what stands between the marks `<!-- name -->` and `<!-- end of name -->` of a page.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name} -->")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not (begin and end):
        raise ValueError(
            f"{page} lacks the marks of {name!r}. Put `<!-- {name} -->` and `<!-- end of {name} -->` in."
        )
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def rank_correlation(values: list[float], people: list[float]) -> float:
    """Spearman's rank correlation; 0 where all values are the same and rank nothing."""
    from scipy.stats import spearmanr

    return 0.0 if len(set(values)) == 1 else float(spearmanr(values, people).statistic)


def rouge_l(text: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin 2004)."""
    a, b = text.lower().split(), reference.lower().split()
    if not a or not b:
        return 0.0
    lengths = [0] * (len(b) + 1)
    for word in a:
        previous = 0
        for j, other in enumerate(b, start=1):
            previous, lengths[j] = (
                lengths[j],
                previous + 1 if word == other else max(lengths[j], lengths[j - 1]),
            )
    return 2 * lengths[-1] / (len(a) + len(b))


def _cell(text: str) -> str:
    """A text as it can stand in a Markdown table."""
    return text.replace("\n", " ⏎ ").replace("|", "\\|")


def _mean(values) -> float:
    values = list(values)
    return sum(values) / len(values)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _word_overlap(source: str) -> float:
    return _overlap(*source.removeprefix("stsb sentence1: ").split(" sentence2: "))


def _overlap(first: str, second: str) -> float:
    """Share of words that two sentences have in common (Jaccard)."""
    a, b = set(first.lower().split()), set(second.lower().split())
    return len(a & b) / len(a | b)
