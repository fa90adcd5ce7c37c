"""The decoding stepper shows what one call of the decoder does."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from extras_and_licenses.widgets.decoding import decoding_step, decoding_stepper


@pytest.fixture(scope="module")
def translator():
    """A tiny untrained T5 that shows its attention, and a tokenizer with nine words; it never stops by itself."""
    words = ["<pad>", "</s>", "<unk>", "the", "cat", "sleeps", "le", "chat", "dort"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(words), d_model=16, d_kv=8, d_ff=16, num_layers=2, num_heads=2, eos_token_id=1,
        pad_token_id=0, decoder_start_token_id=0, attn_implementation="eager",
    )  # fmt: skip
    model = T5ForConditionalGeneration(config).eval()
    model.generation_config.suppress_tokens = [0, 1]
    return model, PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>")


def test_decoding_step_agrees_with_one_forward_over_the_text_so_far(translator):
    model, tokenizer = translator
    shown = decoding_step(model, tokenizer, "the cat sleeps", 3, candidates=2, max_steps=5)
    source = tokenizer("the cat sleeps", return_tensors="pt")
    ids = model.generate(**source, max_new_tokens=5)
    with torch.no_grad():
        whole = model(**source, decoder_input_ids=ids[:, :3], output_attentions=True)
    best = whole.logits[0, -1].softmax(-1).topk(2)
    assert [token for token, _ in shown.candidates] == tokenizer.convert_ids_to_tokens(best.indices.tolist())
    assert [p for _, p in shown.candidates] == pytest.approx(best.values.tolist(), abs=1e-5)
    last_row = torch.stack(whole.cross_attentions)[:, 0, :, -1].mean(dim=(0, 1))
    assert [token for token, _ in shown.attention] == ["the", "cat", "sleeps"]
    assert [weight for _, weight in shown.attention] == pytest.approx(last_row.tolist(), abs=1e-5)


def test_decoding_step_says_what_goes_in_and_what_was_written(translator):
    model, tokenizer = translator
    ids = model.generate(**tokenizer("the cat", return_tensors="pt"), max_new_tokens=4)[0].tolist()
    first = decoding_step(model, tokenizer, "the cat", 1, max_steps=4)
    third = decoding_step(model, tokenizer, "the cat", 3, max_steps=4)
    assert (first.fed, first.written, first.cache_length) == ("<pad>", "", 0)
    assert (third.fed, third.cache_length) == (tokenizer.convert_ids_to_tokens(ids[2]), 2)
    assert third.written == tokenizer.decode(ids[1:3])
    assert first.steps == third.steps == 4


@pytest.mark.parametrize(
    ("source", "step", "message"),
    [
        ("  ", 1, "source text is empty. Type a sentence"),
        ("cat " * 65, 1, "has 65 tokens and the picture has room for 64"),
        ("the cat", 5, "takes 4 decoder calls and has no call 5. Choose 1 to 4"),
        ("the cat", 0, "has no call 0"),
    ],
)
def test_decoding_step_says_what_is_wrong(translator, source, step, message):
    with pytest.raises(ValueError, match=message):
        decoding_step(*translator, source, step, max_steps=4)


def test_decoding_step_asks_for_attention_weights_where_the_model_does_not_show_them(translator):
    model, tokenizer = translator
    silent = T5ForConditionalGeneration(model.config)
    generate = silent.generate

    def without_weights(**arguments):
        output = generate(**arguments)
        output.cross_attentions = ((None, None),) * len(output.logits)
        return output

    silent.generate = without_weights
    with pytest.raises(ValueError, match="set_attn_implementation"):
        decoding_step(silent, tokenizer, "the cat", 1, max_steps=2)


def test_decoding_stepper_moves_from_call_to_call_and_ends_with_a_sentence(translator):
    explorer = decoding_stepper(*translator, "the cat", max_steps=4)
    assert explorer.alt.startswith("Decoder call 1 of 4. In goes <pad>.")
    first = explorer.picture
    explorer.controls["step"].value = 2
    assert explorer.alt.startswith("Decoder call 2 of 4.")
    assert explorer.picture != first
    explorer.controls["source"].value = ""
    assert "source text is empty" in explorer.answer.value
