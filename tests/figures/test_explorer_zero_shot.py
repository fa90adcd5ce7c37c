"""The zero-shot playground shows the scores of the pipeline and what they are made of."""

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    ZeroShotClassificationPipeline,
)

from extras_and_licenses.widgets.zero_shot import zero_shot_answer, zero_shot_picture, zero_shot_playground


@pytest.fixture(scope="module")
def zero_shot():
    """A zero-shot pipeline with a tiny untrained entailment model; entailment is its first label, not the last."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "she", "drank", "tea", "it", "is", "drinks", "."]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    torch.manual_seed(0)
    answers = ["entailment", "neutral", "contradiction"]
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=40, initializer_range=1.0,
        id2label=dict(enumerate(answers)), label2id={answer: number for number, answer in enumerate(answers)},
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    return ZeroShotClassificationPipeline(model=model, tokenizer=tokenizer, device="cpu")


@pytest.mark.parametrize("multi_label", [False, True])
def test_zero_shot_answer_has_the_labels_and_scores_of_the_pipeline(zero_shot, multi_label):
    rows = zero_shot_answer(zero_shot, "she drank tea .", "drinks, sleep ,milk,", "it is {} .", multi_label)
    labels, options = ["drinks", "sleep", "milk"], {"multi_label": multi_label}
    expected = zero_shot("she drank tea .", labels, hypothesis_template="it is {} .", **options)
    assert [row.label for row in rows] == expected["labels"]
    assert [row.score for row in rows] == pytest.approx(expected["scores"])


def test_zero_shot_answer_keeps_what_the_model_says_of_each_pair(zero_shot):
    rows = zero_shot_answer(zero_shot, "she drank tea .", "drinks, sleep", "it is about {} .")
    for row in rows:
        assert row.hypothesis == f"it is about {row.label} ."
        inputs = zero_shot.tokenizer("she drank tea .", row.hypothesis, return_tensors="pt")
        with torch.no_grad():
            expected = zero_shot.model(**inputs).logits[0].softmax(-1).tolist()
        assert list(row.answers) == ["entailment", "contradiction", "neutral"]
        told = [row.answers[name] for name in ("entailment", "neutral", "contradiction")]
        assert told == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "labels", "template", "message"),
    [
        (" ", "tea", "{}", "The text is empty. Type a sentence"),
        ("tea", " , ", "{}", "There are 0 labels. Type 1 to 10"),
        ("tea", ",".join("abcdefghijk"), "{}", "There are 11 labels"),
        ("tea", "milk, wine,milk", "{}", "The label 'milk' is there more than once"),
        ("tea", "milk", "it is about .", "has no single place for the label. Write {} once"),
        ("tea", "milk", "{} is {}", "no single place"),
        ("tea", "milk", "it is {label} {}", "no single place"),
        ("tea " * 40, "milk", "it is {}", "have 46 tokens and the model reads at most 40. Shorten"),
    ],
)
def test_zero_shot_answer_says_what_is_wrong(zero_shot, text, labels, template, message):
    with pytest.raises(ValueError, match=message):
        zero_shot_answer(zero_shot, text, labels, template)


def test_zero_shot_picture_draws_scores_beside_pairs_and_says_them_in_words(zero_shot):
    rows = zero_shot_answer(zero_shot, "she drank tea .", "drinks, sleep, milk")
    figure, alt = zero_shot_picture(rows)
    assert [bar.get_width() for bar in figure.axes[0].patches] == [row.score for row in rows]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [row.label for row in rows]
    first_answers = [bar.get_width() for bar in figure.axes[1].patches[:3]]
    assert first_answers == [row.answers["entailment"] for row in rows]
    first = f"{rows[0].label} {rows[0].score:.2f}, for 'This example is {rows[0].label}.': entailment "
    assert alt.startswith(f"Scores of 3 labels. {first}")


def test_zero_shot_playground_follows_its_controls_and_answers_bad_input_with_a_sentence(zero_shot):
    playground = zero_shot_playground(zero_shot, "she drank tea .", "drinks, sleep", "it is about {} .")
    assert playground.alt.startswith("Scores of 2 labels.")
    playground.controls["labels"].value = "drinks, sleep, milk"
    assert playground.alt.startswith("Scores of 3 labels.")
    one = playground.alt
    playground.controls["multi_label"].value = True
    assert playground.alt != one
    playground.controls["template"].value = "no place"
    assert "Write {} once" in playground.answer.value
    assert playground.picture is None
    playground.controls["template"].value = "it is {}"
    assert playground.answer.value.startswith("<img")


def test_zero_shot_playground_starts_with_a_text_of_its_own(zero_shot):
    assert zero_shot_playground(zero_shot).alt.startswith("Scores of 4 labels.")
