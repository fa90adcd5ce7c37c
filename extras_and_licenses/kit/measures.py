"""Measures that several roles are scored with, and the pipelines they are scored through.

- `loaded(task, role)`: the pipeline of a role's model, loaded once.
- `mean(values)`.
- `rank_correlation(values, people)`: Spearman's rank correlation.
- `rouge_l(text, reference)`: F1 of the longest common subsequence of words.
- `word_overlap(first, second)`: share of words in common.
- `exact_match(answer, expected)` and `f1(answer, expected)`: as SQuAD defines them.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable
from functools import cache

from transformers import Pipeline, pipeline

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.device import choose_device
from extras_and_licenses.kit.install import KitError


@cache
def loaded(task: str, role: str) -> Pipeline:
    """The pipeline of a role's model, on the device that the lessons choose."""
    return pipeline(task, model=checkpoint(role), device=choose_device())


def mean(values: Iterable[float]) -> float:
    """The mean of one number or more.

    Raises:
        KitError: there is none.
    """
    values = list(values)
    if not values:
        raise KitError(
            "The evaluation data have no row for one of the measures. `extras_and_licenses/kit/data.py` says which "
            "rows are measured, by their columns 'split' and 'source'."
        )
    return sum(values) / len(values)


def rank_correlation(values: list[float], people: list[float]) -> float:
    """Spearman's rank correlation; 0 where all values are the same and rank nothing."""
    from scipy.stats import spearmanr

    return 0.0 if len(set(values)) == 1 else float(spearmanr(values, people).statistic)


def rouge_l(text: str, reference: str) -> float:
    """F1 of the longest common subsequence of words, letters and digits in lower case (Lin 2004), without stemming."""
    a, b = (re.findall("[a-z0-9]+", side.lower()) for side in (text, reference))
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


def word_overlap(first: str, second: str) -> float:
    """Share of words that two sentences have in common (Jaccard)."""
    a, b = set(first.lower().split()), set(second.lower().split())
    return len(a & b) / len(a | b)


def words(answer: str) -> list[str]:
    """The words of an answer, without case, punctuation and articles (Rajpurkar et al. 2016)."""
    plain = "".join(character for character in answer.lower() if character not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", plain).split()


def exact_match(answer: str, expected: str) -> float:
    """1 where an answer has the words of the expected one, in order."""
    return float(words(answer) == words(expected))


def f1(answer: str, expected: str) -> float:
    """Harmonic mean of precision and recall over words; 1 where both are empty, that is no answer."""
    given, wanted = words(answer), words(expected)
    if not given or not wanted:
        return float(given == wanted)
    common = (Counter(given) & Counter(wanted)).total()
    return 2 * common / (len(given) + len(wanted))
