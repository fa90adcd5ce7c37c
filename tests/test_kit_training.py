"""The recipes' own parts: losses, examples, and adapters of any size."""

import random

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

from extras_and_licenses.kit.adapters import ALL_WEIGHTS, body_under_head
from extras_and_licenses.kit.fill_mask import train as fill_mask
from extras_and_licenses.kit.fill_mask.train import MaskedPositionsTrainer
from extras_and_licenses.kit.seq2seq.train import damaged
from extras_and_licenses.kit.training import training_arguments

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
STILL = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


@pytest.fixture
def trainer(tmp_path):
    """The trainer of the fill-mask recipe with a small model."""
    model = BertForMaskedLM(BertConfig(vocab_size=50, **SMALL, **STILL))
    return MaskedPositionsTrainer(model=model, args=training_arguments(tmp_path))


def test_only_masked_positions_have_logits_and_they_are_computed_in_half_precision(trainer):
    ids = torch.arange(12).reshape(2, 6)
    labels = ids.masked_fill(ids % 3 > 0, -100)
    loss, outputs = trainer.compute_loss(trainer.model, {"input_ids": ids, "labels": labels}, True)
    assert outputs["logits"].shape == (4, 50) and outputs["logits"].dtype == torch.bfloat16
    whole = trainer.model.float()(input_ids=ids, labels=labels).loss
    torch.testing.assert_close(loss, whole, atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("begun", "expected"),
    [([], ["short", "work"]), (["short"], ["short", "work"]), (["checkpoint-500"], ["work"])],
)
def test_fill_mask_has_two_phases_and_one_that_is_done_is_not_trained_again(
    tmp_path, monkeypatch, begun, expected
):
    work, phases = tmp_path / "work", []
    for name in begun:
        (work / name).mkdir(parents=True)
    monkeypatch.setattr(fill_mask, "encyclopaedic", lambda: ["a long paragraph"])
    monkeypatch.setattr(fill_mask, "everyday", lambda: ["one.", "two."])

    def phase(folder, start, texts, max_tokens, settings):
        phases.append((folder.name, max_tokens, settings["max_steps"]))
        assert folder.name == "short" or start == work / "short" / "model"
        return folder / "model"

    monkeypatch.setattr(fill_mask, "phase", phase)
    assert fill_mask.run(work, max_steps=7) == work / "model"
    assert [name for name, *_ in phases] == expected
    assert phases[-1] == ("work", fill_mask.LONG_TOKENS, 7)


def test_everyday_sentences_are_joined_each_once_and_always_alike():
    sentences = [f"Sentence {number}." for number in range(200)]
    texts = fill_mask.joined(sentences)
    assert texts == fill_mask.joined(sentences)
    counts = [text.count(".") for text in texts]
    assert min(counts) >= 1 and max(counts) <= fill_mask.MOST_JOINED and len(set(counts)) > 5
    found = [f"{sentence.strip()}." for text in texts for sentence in text.split(".") if sentence]
    assert sorted(found) == sorted(sentences) and found != sentences


def test_a_damaged_sentence_has_one_word_too_few_one_too_many_or_two_swapped():
    sentence, dice = "we saw three small birds", random.Random(0)
    broken = {damaged(sentence, dice) for _ in range(200)}
    words = sentence.split()
    assert sentence not in broken and len(broken) == 3 * (len(words) - 1)
    assert {len(one.split()) - len(words) for one in broken} == {-1, 0, 1}
    assert {word for one in broken for word in one.split()} == set(words)


def test_a_damaged_sentence_with_a_verb_may_have_its_other_form():
    dice = random.Random(0)
    broken = {damaged("the shops are open", dice) for _ in range(200)}
    assert "the shops is open" in broken and "the shops are open" not in broken
    assert {damaged("there was", dice) for _ in range(200)} >= {"there were", "was there"}


def test_a_rank_says_how_many_weights_are_trained():
    def trained(rank):
        model = body_under_head(BertForSequenceClassification, "classifier", ["no", "yes"], rank=rank)
        return sum(weights.numel() for weights in model.parameters() if weights.requires_grad)

    head = 384 * 2 + 2
    assert (trained(8) - head) == 2 * (trained(4) - head)
    assert trained(ALL_WEIGHTS) > 22_000_000
