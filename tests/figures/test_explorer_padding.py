"""The padding viewer shows the batch that the tokenizer makes."""

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertTokenizer, PreTrainedTokenizerFast

from extras_and_licenses.widgets.padding import padded_batch, padding_picture, padding_viewer


@pytest.fixture(scope="module")
def tokenizer():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "she", "drank", "tea", "."]
    return BertTokenizer(vocab={word: number for number, word in enumerate(words)})


SHORT_AND_LONG = "tea .\n\nshe drank tea .\n"


def test_padded_batch_is_what_the_tokenizer_makes_of_the_lines(tokenizer):
    batch = padded_batch(tokenizer, SHORT_AND_LONG)
    assert batch.tokens == (
        ("[CLS]", "tea", ".", "[SEP]", "[PAD]", "[PAD]"),
        ("[CLS]", "she", "drank", "tea", ".", "[SEP]"),
    )
    assert batch.mask == ((1, 1, 1, 1, 0, 0), (1, 1, 1, 1, 1, 1))
    assert (batch.padding, batch.positions, batch.cut) == (2, 12, 0)


def test_padded_batch_pads_on_the_side_and_to_the_length_asked_for(tokenizer):
    left = padded_batch(tokenizer, SHORT_AND_LONG, side="left")
    assert left.mask == ((0, 0, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1))
    wide = padded_batch(tokenizer, SHORT_AND_LONG, padding="max_length", max_length=9)
    assert (wide.positions, wide.padding) == (18, 8)


def test_padded_batch_counts_the_tokens_it_cuts(tokenizer):
    batch = padded_batch(tokenizer, SHORT_AND_LONG, max_length=4)
    assert batch.tokens[1] == ("[CLS]", "she", "drank", "[SEP]")
    assert (batch.cut, batch.padding) == (2, 0)


def test_padded_batch_leaves_the_tokenizer_as_it_was(tokenizer):
    before = tokenizer.padding_side
    padded_batch(tokenizer, SHORT_AND_LONG, side="left")
    assert tokenizer.padding_side == before


@pytest.mark.parametrize(
    ("text", "max_length", "message"),
    [
        (" \n", 16, "There are 0 sentences. Write 1 to 8"),
        ("tea\n" * 9, 16, "There are 9 sentences"),
        ("tea", 2, "maximal length is 2. Choose 3 to 20"),
        ("tea", 21, "maximal length is 21"),
    ],
)
def test_padded_batch_says_what_is_wrong(tokenizer, text, max_length, message):
    with pytest.raises(ValueError, match=message):
        padded_batch(tokenizer, text, max_length=max_length)


def test_padded_batch_says_that_a_tokenizer_cannot_pad():
    words = Tokenizer(models.WordLevel({"tea": 0, "<unk>": 1}, "<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(ValueError, match=r"Set tokenizer\.pad_token"):
        padded_batch(PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>"), "tea")


def test_padding_picture_shows_the_mask_and_counts_padding_in_words(tokenizer):
    figure, alt = padding_picture(padded_batch(tokenizer, SHORT_AND_LONG))
    assert [patch.get_hatch() for patch in figure.axes[0].patches].count("///") == 2
    assert "2 of 12 positions are padding (17%), 0 tokens are cut" in figure.axes[0].get_title(loc="left")
    assert alt.startswith("A batch of 2 rows and 6 columns: 2 of 12 positions are padding")
    assert "row 0: mask 1 1 1 1 0 0" in alt


def test_padding_viewer_follows_its_controls_and_answers_an_empty_text_with_a_sentence(tokenizer):
    viewer = padding_viewer(tokenizer, SHORT_AND_LONG)
    assert "row 0: mask 1 1 1 1 0 0" in viewer.alt
    viewer.controls["side"].value = "left"
    assert "row 0: mask 0 0 1 1 1 1" in viewer.alt
    viewer.controls["padding"].value = "max_length"
    viewer.controls["max_length"].value = 7
    assert "2 rows and 7 columns" in viewer.alt
    viewer.controls["text"].value = ""
    assert "There are 0 sentences" in viewer.answer.value


def test_padding_viewer_starts_with_sentences_of_its_own(tokenizer):
    assert padding_viewer(tokenizer).picture is not None
