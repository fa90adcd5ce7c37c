"""The prompt playground shows next-token probabilities, and draws from them."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from extras_and_licenses.plots import to_png
from extras_and_licenses.widgets.prompting import next_tokens, next_tokens_picture, prompt_playground


@pytest.fixture(scope="module")
def decoder():
    """A tiny untrained decoder-only model, its tokenizer of nine words, and a chat template."""
    words = ["<end>", "she", "drank", "tea", "milk", "wine", "cold", "$", "user"]
    plain = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="$"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain, eos_token="<end>", pad_token="<end>")
    tokenizer.chat_template = "{% for m in messages %}{{ m['role'] + ' ' + m['content'] + ' ' }}{% endfor %}"
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, bos_token_id=None, eos_token_id=0, pad_token_id=0, initializer_range=0.5,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval(), tokenizer


def test_next_tokens_are_the_softmax_of_the_logits_divided_by_the_temperature(decoder):
    model, tokenizer = decoder
    shown = next_tokens(model, tokenizer, "she drank", temperature=0.5, candidates=4)
    with torch.no_grad():
        logits = model(**tokenizer("she drank", return_tensors="pt")).logits[0, -1]
    best = logits.topk(4).indices
    assert [name for name, _, _ in shown.candidates] == [tokenizer.decode([i]) for i in best.tolist()]
    assert [plain for _, plain, _ in shown.candidates] == pytest.approx(logits.softmax(-1)[best].tolist())
    assert [drawn for *_, drawn in shown.candidates] == pytest.approx(
        (logits / 0.5).softmax(-1)[best].tolist()
    )
    assert (shown.prompt_tokens, shown.kept) == (2, 9)


def test_next_tokens_keep_no_more_than_top_p_needs(decoder):
    plain = [p for _, p, _ in next_tokens(*decoder, "she drank").candidates]
    shown = next_tokens(*decoder, "she drank", top_p=plain[0] + plain[1] / 2)
    kept = [drawn for *_, drawn in shown.candidates if drawn > 0]
    assert kept == pytest.approx([plain[0] / sum(plain[:2]), plain[1] / sum(plain[:2])])
    assert shown.kept == 2


def test_with_one_token_left_the_text_drawn_is_that_of_greedy_search(decoder):
    model, tokenizer = decoder
    shown = next_tokens(model, tokenizer, "she drank", temperature=3.0, top_p=0.01, max_new_tokens=6)
    inputs = tokenizer("she drank", return_tensors="pt")
    ids = model.generate(**inputs, max_new_tokens=6, do_sample=False)[0, 2:]
    assert shown.continuation == tokenizer.decode(ids, skip_special_tokens=True)
    assert shown.kept == 1


def test_the_text_drawn_follows_from_the_seed_and_ends_at_the_stop_token(decoder):
    drawn = [next_tokens(*decoder, "she", temperature=3.0, seed=seed).continuation for seed in range(12)]
    again = [next_tokens(*decoder, "she", temperature=3.0, seed=seed).continuation for seed in range(12)]
    assert drawn == again
    assert len(set(drawn)) > 6
    assert max(len(text.split()) for text in drawn) <= 12
    stopped = [seed for seed in range(12) if len(drawn[seed].split()) < 12]
    assert stopped
    for seed in stopped:
        longer = next_tokens(*decoder, "she", temperature=3.0, seed=seed, max_new_tokens=24)
        assert longer.continuation == drawn[seed]


def test_a_chat_message_goes_through_the_template(decoder):
    as_chat = next_tokens(*decoder, "she drank", chat=True)
    assert as_chat == next_tokens(*decoder, "user she drank ")
    assert as_chat.prompt_tokens == 3


@pytest.mark.parametrize(
    ("prompt", "settings", "message"),
    [
        (" ", {}, "prompt is empty. Type a text"),
        ("she", {"temperature": 0.0}, "temperature is 0.0. Choose one above 0"),
        ("she", {"top_p": 0.0}, "top_p is 0.0. Choose a total"),
        ("she", {"top_p": 1.5}, "top_p is 1.5. Choose a total"),
        ("she " * 301, {}, "has 301 tokens and may have 300 here. Shorten"),
    ],
)
def test_next_tokens_say_what_is_wrong(decoder, prompt, settings, message):
    with pytest.raises(ValueError, match=message):
        next_tokens(*decoder, prompt, **settings)


def test_next_tokens_say_that_a_tokenizer_has_no_chat_template(decoder):
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=decoder[1].backend_tokenizer, eos_token="<end>")
    with pytest.raises(ValueError, match=r"no chat template\. Untick"):
        next_tokens(decoder[0], tokenizer, "she", chat=True)


def test_next_tokens_picture_has_two_bars_a_candidate_and_says_them_in_words(decoder):
    shown = next_tokens(*decoder, "she drank", temperature=0.5, top_p=0.8)
    figure, alt = next_tokens_picture(shown)
    plain, drawn = figure.axes[0].containers
    assert [bar.get_width() for bar in plain] == [p for _, p, _ in shown.candidates]
    assert [bar.get_width() for bar in drawn] == [p for *_, p in shown.candidates]
    assert plain[0].get_hatch() != drawn[0].get_hatch()
    name, before, after = shown.candidates[0]
    assert f"{name!r} {before:.3f} to {after:.3f}" in alt
    assert alt.endswith(f"{shown.kept} tokens may be drawn. Drawn: {shown.continuation!r}.")
    to_png(figure)


def test_prompt_playground_follows_its_controls_and_answers_bad_input_with_a_sentence(decoder):
    playground = prompt_playground(*decoder, "she drank")
    first = playground.alt
    assert first.startswith("2 tokens read.")
    playground.controls["temperature"].value = 0.1
    assert playground.alt != first
    playground.controls["chat"].value = True
    assert playground.alt.startswith("3 tokens read.")
    playground.controls["prompt"].value = ""
    assert "The prompt is empty" in playground.answer.value
    assert playground.picture is None
    playground.controls["prompt"].value = "she"
    assert playground.answer.value.startswith("<img")
