"""What the seq2seq model writes, and how close that comes to what people wrote."""

from itertools import islice

import sacrebleu
from sklearn.metrics import matthews_corrcoef

from extras_and_licenses.kit.measures import loaded, mean, rank_correlation, rouge_l, word_overlap
from extras_and_licenses.kit.seq2seq.train import examples

SAMPLE = 300  # rows a task


def answer(role: str, text: str) -> str:
    """The text that the model writes."""
    return loaded("seq2seq", role)(text)[0]["generated_text"]


def outputs(role: str, pairs: list[tuple[str, str]], tokens: int) -> list[str]:
    """What the model writes for the sources of pairs, at most so many tokens each."""
    sources = [source for source, _ in pairs]
    made = loaded("seq2seq", role)(sources, batch_size=32, max_new_tokens=tokens, truncation=True)
    return [(one[0] if isinstance(one, list) else one)["generated_text"] for one in made]


def scores(role: str) -> dict[str, float]:
    """BLEU of both translations, correlations of the judgements, ROUGE-L of the summaries, on dev rows."""
    dev = {task: list(islice(pairs, SAMPLE)) for task, pairs in examples("dev").items()}
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
