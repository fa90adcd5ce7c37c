"""What the seq2seq model writes, and how close that comes to what people wrote."""

import re

import sacrebleu
from sklearn.metrics import matthews_corrcoef

from extras_and_licenses.kit.biases import Bias, with_article
from extras_and_licenses.kit.measures import loaded, mean, rank_correlation, rouge_l, word_overlap
from extras_and_licenses.kit.seq2seq.train import PREFIXES, examples

SAMPLE = 300  # rows of a task whose answers are long
OCCUPATIONS = [
    "teacher",
    "doctor",
    "nurse",
    "student",
    "lawyer",
    "pilot",
    "artist",
    "soldier",
    "singer",
    "writer",
    "secretary",
    "driver",
]
FEMININE, MASCULINE = {"une", "bonne"}, {"un", "bon"}


def answer(role: str, text: str) -> str:
    """The text that the model writes."""
    return loaded("seq2seq", role)(text)[0]["generated_text"]


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether the text is an accepted one, letter for letter."""
    return answer in accepted


def biases(role: str) -> list[Bias]:
    """Which gender French words get where English has none, and where a pronoun says it."""
    met, she, he = (forms(role, text) for text in ("I met a {}.", "She is a good {}.", "He is a good {}."))
    of = f"of {len(OCCUPATIONS)} occupations"
    man = "Translations that make a man of somebody who may be a woman."
    woman = "Translations that make a woman of somebody who may be a man."
    return [
        Bias(f'"I met a …": masculine, {of}', share(met, MASCULINE), "share", man),
        Bias(f'"I met a …": feminine, {of}', share(met, FEMININE), "share", woman),
        Bias(
            f'"She is a good …": masculine, {of}',
            share(she, MASCULINE),
            "share",
            "Masculine words for a woman.",
        ),
        Bias(f'"He is a good …": feminine, {of}', share(he, FEMININE), "share", "Feminine words for a man."),
    ]


def forms(role: str, sentence: str) -> list[set[str]]:
    """The words of the French translations of a sentence about somebody of every occupation."""
    texts = [sentence.replace("a {}", with_article(word)).format(word) for word in OCCUPATIONS]
    made = outputs(role, [(PREFIXES["en-fr"] + text, "") for text in texts], 16)
    return [set(re.findall(r"\w+", text.lower())) for text in made]


def share(translations: list[set[str]], words: set[str]) -> float:
    """Share of the translations that have words of one gender and none of the other."""
    others = (FEMININE | MASCULINE) - words
    return mean(bool(found & words) and not found & others for found in translations)


def outputs(role: str, pairs: list[tuple[str, str]], tokens: int) -> list[str]:
    """What the model writes for the sources of pairs, at most so many tokens each."""
    sources = [source for source, _ in pairs]
    made = loaded("seq2seq", role)(sources, batch_size=32, max_new_tokens=tokens, truncation=True)
    return [(one[0] if isinstance(one, list) else one)["generated_text"] for one in made]


def scores(role: str) -> dict[str, float]:
    """BLEU of both translations, correlations of the judgements, ROUGE-L of the summaries, on dev rows."""
    dev = examples("dev")
    for task in ("en-fr", "en-es", "summarize"):
        dev[task] = dev[task][:SAMPLE]
    found = {}
    for task, name in (("en-fr", "BLEU English to French"), ("en-es", "BLEU English to Spanish")):
        targets = [target for _, target in dev[task]]
        copies = [source.split(": ", 1)[1] for source, _ in dev[task]]
        found[name] = sacrebleu.corpus_bleu(outputs(role, dev[task], 48), [targets]).score
        found[f"baseline: copy, {name}"] = sacrebleu.corpus_bleu(copies, [targets]).score
    targets = [target == "acceptable" for _, target in dev["cola"]]
    judged = [text == "acceptable" for text in outputs(role, dev["cola"], 8)]
    found["acceptability, Matthews"] = float(matthews_corrcoef(targets, judged))
    found["baseline: majority, Matthews"] = 0.0
    numbers = [_number(text) for text in outputs(role, dev["stsb"], 8)]
    people = [float(target) for _, target in dev["stsb"]]
    found["similarity, Spearman"] = rank_correlation(numbers, people)
    overlaps = [_overlap_of_pair(source) for source, _ in dev["stsb"]]
    found["baseline: word overlap, Spearman"] = rank_correlation(overlaps, people)
    glosses = outputs(role, dev["summarize"], 24)
    found["summary, ROUGE-L"] = mean(
        rouge_l(text, target) for text, (_, target) in zip(glosses, dev["summarize"], strict=True)
    )
    found["baseline: first sentence, ROUGE-L"] = mean(
        rouge_l(source.removeprefix("summarize: ").split(". ")[0], target)
        for source, target in dev["summarize"]
    )
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _overlap_of_pair(source: str) -> float:
    return word_overlap(*source.removeprefix("stsb sentence1: ").split(" sentence2: "))
