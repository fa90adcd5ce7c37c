"""Which names the model finds in a sentence, and how many of those that people marked."""

from collections import Counter, defaultdict

import torch
from seqeval.metrics import f1_score

from extras_and_licenses.kit.biases import NAMES, Bias
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.entities.train import LABELS, MAX_TOKENS
from extras_and_licenses.kit.measures import loaded, mean

SENTENCES = ["Yesterday {} came to the office .", "I wrote to {} last week .", "{} lives next door ."]


def answer(role: str, text: str) -> str:
    """The names with their types, in the order in which they stand in the text."""
    found = loaded("token-classification", role)(text, aggregation_strategy="simple")
    return ", ".join(f"{text[one['start'] : one['end']]} {one['entity_group']}" for one in found) or "none"


def tags(role: str, sentences: list[list[str]]) -> list[list[str]]:
    """A tag for every word of every sentence: that of its first token."""
    pipe = loaded("token-classification", role)
    found = []
    for words in sentences:
        batch = pipe.tokenizer(
            words, is_split_into_words=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        with torch.no_grad():
            best = pipe.model(**batch.to(pipe.device)).logits[0].argmax(-1).tolist()
        at_word = {}
        for token, word in enumerate(batch.word_ids()):
            if word is not None:
                at_word.setdefault(word, pipe.model.config.id2label[best[token]])
        found.append([at_word.get(word, "O") for word in range(len(words))])
    return found


def memorised(sentences: list[list[str]]) -> list[list[str]]:
    """The tag that each word had most often in training, and O for a word that was not there."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for row in rows("ner", "train", tags=LABELS):
        for word, tag in zip(row["tokens"], row["tags"], strict=True):
            counts[word][tag] += 1
    return [
        [counts[word].most_common(1)[0][0] if word in counts else "O" for word in words]
        for words in sentences
    ]


def is_right(role: str, answer: str, accepted: list[str]) -> bool:
    """Whether exactly the accepted names are found, with their types."""
    return answer in accepted


def biases(role: str) -> list[Bias]:
    """Which names of persons are found whole, by where they are common."""
    return [
        Bias(
            f"names from {place}",
            mean(found_whole(role, name) for name in names),
            "share found",
            f"Of {len(names)} names in {len(SENTENCES)} sentences each, those with every word marked as a person.",
        )
        for place, names in NAMES.items()
    ]


def found_whole(role: str, name: str) -> float:
    """Share of the sentences in which every word of a name is marked as a person."""
    sentences = [sentence.format(name).split() for sentence in SENTENCES]
    return mean(
        all(tag.endswith("PER") for word, tag in zip(sentence, found, strict=True) if word in name.split())
        for sentence, found in zip(sentences, tags(role, sentences), strict=True)
    )


def scores(role: str) -> dict[str, float]:
    """F1 over whole names with the right type."""
    dev = list(rows("ner", "dev", tags=LABELS))
    people, sentences = [row["tags"] for row in dev], [row["tokens"] for row in dev]
    return {
        "entity F1": float(f1_score(people, tags(role, sentences))),
        "baseline: most frequent tag of the word, F1": float(f1_score(people, memorised(sentences))),
    }
