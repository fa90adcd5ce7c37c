"""What the question-answering model finds, and how often it is right; with questions that have no answer, too."""

import re

from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.measures import exact_match, f1, loaded, mean, words

CLEAN = "xquad.en"  # the source whose every question has one checked answer
UNANSWERABLE = 400  # questions without an answer that are mixed in


def answer(role: str, text: str) -> str:
    """The answer to a question that is divided from its context by a bar."""
    question, context = text.split(" | ")
    return loaded("extractive-question-answering", role)(question=question, context=context)["answer"]


def scores(role: str) -> dict[str, float]:
    """Exact match and F1 of SQuAD, and F1 with unanswerable questions mixed in, at the best threshold."""
    dev = list(rows("squad", "dev"))
    asked = [row for row in dev if row["source"] == CLEAN]
    without = [row for row in dev if row["answer"] is None][:UNANSWERABLE]
    questions = [{name: row[name] for name in ("question", "context")} for row in asked + without]
    found = loaded("extractive-question-answering", role)(
        questions, handle_impossible_answer=True, top_k=2, batch_size=16
    )
    spans = [next((one for one in both if one["answer"]), both[0]) for both in found]
    nulls = [next((one["score"] for one in both if not one["answer"]), 0.0) for both in found]
    closest = [closest_sentence(row["question"], row["context"]) for row in asked]
    expected = [row["answer"] for row in asked]
    answers = [span["answer"] for span in spans]
    return {
        "exact match": mean(map(exact_match, answers, expected)),
        "F1": mean(map(f1, answers, expected)),
        "baseline: closest sentence, F1": mean(map(f1, closest, expected)),
        "F1 with unanswerable questions": best_threshold_f1(
            answers,
            [null / max(span["score"], 1e-12) for null, span in zip(nulls, spans, strict=True)],
            expected + [""] * len(without),
        ),
        "baseline: never an answer, F1": len(without) / len(answers),
    }


def closest_sentence(question: str, context: str) -> str:
    """The sentence of a context that shares the most words with a question."""
    asked = set(words(question))
    return max(re.split(r"(?<=[.?!]) ", context), key=lambda sentence: len(asked & set(words(sentence))))


def best_threshold_f1(answers: list[str], doubts: list[float], expected: list[str]) -> float:
    """Mean F1 where an answer is withheld when its doubt is over a threshold, at the best threshold.

    Args:
        answers: the best span for every question.
        doubts: how likely "no answer" is, in any unit in which more is more doubt.
        expected: the right answers, empty where there is none.
    """
    gains = sorted(
        (doubt, f1(answer, right) - f1("", right))
        for answer, doubt, right in zip(answers, doubts, expected, strict=True)
    )
    total = best = sum(f1("", right) for right in expected)
    for _, gain in gains:
        total += gain
        best = max(best, total)
    return best / len(expected)
