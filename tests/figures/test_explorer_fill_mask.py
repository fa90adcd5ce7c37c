"""The fill-mask explorer shows what the pipeline answers."""

import base64

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertTokenizer, FillMaskPipeline

from extras_and_licenses.widgets.fill_mask import fill_mask_explorer, fill_mask_picture


@pytest.fixture(scope="module")
def fill_mask():
    """A fill-mask pipeline with a tiny untrained model and eleven tokens."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "she", "drank", "tea", "milk", "wine", "."]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=12,
    )  # fmt: skip
    return FillMaskPipeline(model=BertForMaskedLM(config).eval(), tokenizer=tokenizer, device="cpu")


def test_fill_mask_picture_shows_what_the_pipeline_answers(fill_mask):
    figure, alt = fill_mask_picture(fill_mask, "she drank [MASK] .", top_k=3)
    answers = fill_mask("she drank [MASK] .", top_k=3)
    assert [bar.get_width() for bar in figure.axes[0].patches] == [answer["score"] for answer in answers]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [answer["token_str"] for answer in answers]
    assert f"{answers[0]['token_str']} {answers[0]['score']:.3f}" in alt


def test_fill_mask_picture_has_a_panel_for_every_mask(fill_mask):
    figure, alt = fill_mask_picture(fill_mask, "she [MASK] [MASK] .", top_k=2)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["mask 1", "mask 2"]
    assert "mask 2: " in alt


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has 0 masks\. Write \[MASK\]"),
        ("she drank tea .", r"has 0 masks\. Write \[MASK\]"),
        ("[MASK] " * 5, "has 5 masks"),
        ("[MASK] " + "tea " * 12, "15 tokens and the model reads at most 12. Make it shorter"),
    ],
)
def test_fill_mask_picture_says_what_is_wrong_with_a_text(fill_mask, text, message):
    with pytest.raises(ValueError, match=message):
        fill_mask_picture(fill_mask, text)


def test_fill_mask_explorer_has_a_still_picture_and_follows_its_controls(fill_mask):
    explorer = fill_mask_explorer(fill_mask, "she drank [MASK] .")
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "she drank [MASK] ." in metadata["image/png"]["alt"]
    first = explorer.picture
    explorer.controls["top_k"].value = 2
    assert explorer.picture != first


def test_fill_mask_explorer_answers_a_text_without_a_mask_with_a_sentence(fill_mask):
    explorer = fill_mask_explorer(fill_mask, "she drank [MASK] .")
    explorer.controls["text"].value = "she drank tea ."
    assert "Write [MASK] where a word is missing" in explorer.answer.value
    assert explorer.picture is None
    explorer.controls["text"].value = "she drank [MASK] ."
    assert explorer.answer.value.startswith("<img")


def test_fill_mask_explorer_starts_with_a_sentence_of_its_own(fill_mask):
    assert "[MASK]" in fill_mask_explorer(fill_mask).controls["text"].value
