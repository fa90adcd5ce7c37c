"""The tokenizer comparer shows one text in the tokens of several tokenizers."""

import base64

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import BertTokenizer, ByT5Tokenizer, PreTrainedTokenizerFast

from extras_and_licenses.widgets.tokenizing import compare_tokenizers, tokenizer_comparer, tokenizer_picture


@pytest.fixture(scope="module")
def two_tokenizers():
    """A lower-casing one with pieces that lacks emoji, and a byte-level one that knows nothing but bytes."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "snow", "##board", "tea"]
    pieces = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_only = Tokenizer(models.BPE({name: number for number, name in enumerate(alphabet)}, []))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_only.decoder = decoders.ByteLevel()
    return {
        "pieces": pieces,
        "bytes": PreTrainedTokenizerFast(tokenizer_object=bytes_only, unk_token="a"),
    }


def test_compare_tokenizers_gives_tokens_ids_and_pieces_of_the_text(two_tokenizers):
    pieces, single = compare_tokenizers(two_tokenizers, "Snowboard ☕")
    assert pieces.tokens == ("[CLS]", "snow", "##board", "[UNK]", "[SEP]")
    assert pieces.ids == (2, 5, 6, 1, 3)
    assert pieces.pieces == ("", "Snow", "board", "☕", "")
    assert single.name == "bytes"
    assert single.pieces[-3:] == ("☕", "☕", "☕")


def test_compare_tokenizers_finds_unknown_tokens_and_whether_the_text_comes_back(two_tokenizers):
    pieces, single = compare_tokenizers(two_tokenizers, "snow ☕")
    assert (pieces.unknown, pieces.decoded, pieces.exact) == ((2,), "snow", False)
    assert (single.unknown, single.decoded, single.exact) == ((), "snow ☕", True)
    assert compare_tokenizers(two_tokenizers, "snow tea")[0].exact


def test_compare_tokenizers_calls_a_token_that_was_typed_not_unknown(two_tokenizers):
    pieces, single = compare_tokenizers(two_tokenizers, "[UNK] a")
    assert pieces.unknown == (2,)  # "a" is not in the vocabulary
    assert single.unknown == ()  # "a" is the unknown token's name, and stands for itself


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "text is empty. Type a word or a sentence"),
        ("ab" * 101, "has 202 characters and the picture has room for 200. Shorten the text"),
    ],
)
def test_compare_tokenizers_says_what_is_wrong_with_a_text(two_tokenizers, text, message):
    with pytest.raises(ValueError, match=message):
        compare_tokenizers(two_tokenizers, text)


def test_compare_tokenizers_refuses_a_tokenizer_without_offsets():
    with pytest.raises(ValueError, match="'slow' does not know the offsets"):
        compare_tokenizers({"slow": ByT5Tokenizer()}, "snow")


def test_tokenizer_picture_shows_tokens_ids_or_pieces_and_marks_what_is_unknown(two_tokenizers):
    only = {"pieces": two_tokenizers["pieces"]}
    written = {
        "tokens": ["[CLS]", "snow", "##board", "[UNK]", "[SEP]"],
        "ids": ["2", "5", "6", "1", "3"],
        "pieces": ["[CLS]", "Snow", "board", "☕", "[SEP]"],
    }
    for show, expected in written.items():
        figure, alt = tokenizer_picture(only, "Snowboard ☕", show)
        heading, *texts = [text.get_text() for text in figure.axes[0].texts]
        assert heading == "pieces: 5 tokens, 1 unknown, does not give the text back"
        assert texts == expected
        assert [bool(box.get_hatch()) for box in figure.axes[0].patches] == [False] * 3 + [True, False]
        assert " ".join(expected) in alt


def test_tokenizer_picture_refuses_to_show_what_it_does_not_know(two_tokenizers):
    with pytest.raises(ValueError, match="Choose tokens, ids or pieces"):
        tokenizer_picture(two_tokenizers, "snow", "letters")


def test_tokenizer_comparer_follows_its_controls_and_answers_no_text_with_a_sentence(two_tokenizers):
    explorer = tokenizer_comparer(two_tokenizers, "snow")
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"].startswith("'snow' in tokens of 2 tokenizers. pieces, 3 tokens")
    first = explorer.picture
    explorer.controls["show"].value = "ids"
    assert explorer.alt.startswith("'snow' in ids")
    assert explorer.picture != first
    explorer.controls["text"].value = ""
    assert "text is empty" in explorer.answer.value
