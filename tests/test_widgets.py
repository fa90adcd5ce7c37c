"""The explorers answer their controls with a picture, and bad input with a sentence."""

import base64
import copy

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertTokenizer,
    ByT5Tokenizer,
    FillMaskPipeline,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    TextClassificationPipeline,
    TokenClassificationPipeline,
    ZeroShotClassificationPipeline,
    pipeline,
)
from transformers.modeling_outputs import SequenceClassifierOutput, TokenClassifierOutput

from extras_and_licenses import widgets
from extras_and_licenses.pipelines import ExtractiveQuestionAnsweringPipeline
from extras_and_licenses.plots import to_png
from extras_and_licenses.widgets import (
    LabelledText,
    Progress,
    SpanSearch,
    compare_tokenizers,
    decoding_step,
    decoding_stepper,
    emotion_entity_explorer,
    fill_mask_explorer,
    fill_mask_picture,
    label_text,
    next_tokens,
    next_tokens_picture,
    padded_batch,
    padding_picture,
    padding_viewer,
    prompt_playground,
    search_spans,
    span_explorer,
    span_picture,
    tokenizer_comparer,
    tokenizer_picture,
    zero_shot_answer,
    zero_shot_picture,
    zero_shot_playground,
)

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


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


SHORT_AND_LONG = "tea .\n\nshe drank tea .\n"


def test_padded_batch_is_what_the_tokenizer_makes_of_the_lines(fill_mask):
    batch = padded_batch(fill_mask.tokenizer, SHORT_AND_LONG)
    assert batch.tokens == (
        ("[CLS]", "tea", ".", "[SEP]", "[PAD]", "[PAD]"),
        ("[CLS]", "she", "drank", "tea", ".", "[SEP]"),
    )
    assert batch.mask == ((1, 1, 1, 1, 0, 0), (1, 1, 1, 1, 1, 1))
    assert (batch.padding, batch.positions, batch.cut) == (2, 12, 0)


def test_padded_batch_pads_on_the_side_and_to_the_length_asked_for(fill_mask):
    left = padded_batch(fill_mask.tokenizer, SHORT_AND_LONG, side="left")
    assert left.mask == ((0, 0, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1))
    wide = padded_batch(fill_mask.tokenizer, SHORT_AND_LONG, padding="max_length", max_length=9)
    assert (wide.positions, wide.padding) == (18, 8)


def test_padded_batch_counts_the_tokens_it_cuts(fill_mask):
    batch = padded_batch(fill_mask.tokenizer, SHORT_AND_LONG, max_length=4)
    assert batch.tokens[1] == ("[CLS]", "she", "drank", "[SEP]")
    assert (batch.cut, batch.padding) == (2, 0)


def test_padded_batch_leaves_the_tokenizer_as_it_was(fill_mask):
    before = fill_mask.tokenizer.padding_side
    padded_batch(fill_mask.tokenizer, SHORT_AND_LONG, side="left")
    assert fill_mask.tokenizer.padding_side == before


@pytest.mark.parametrize(
    ("text", "max_length", "message"),
    [
        (" \n", 16, "There are 0 sentences. Write 1 to 8"),
        ("tea\n" * 9, 16, "There are 9 sentences"),
        ("tea", 2, "maximal length is 2. Choose 3 to 20"),
        ("tea", 21, "maximal length is 21"),
    ],
)
def test_padded_batch_says_what_is_wrong(fill_mask, text, max_length, message):
    with pytest.raises(ValueError, match=message):
        padded_batch(fill_mask.tokenizer, text, max_length=max_length)


def test_padded_batch_says_that_a_tokenizer_cannot_pad():
    words = Tokenizer(models.WordLevel({"tea": 0, "<unk>": 1}, "<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(ValueError, match=r"Set tokenizer\.pad_token"):
        padded_batch(PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>"), "tea")


def test_padding_picture_shows_the_mask_and_counts_padding_in_words(fill_mask):
    figure, alt = padding_picture(padded_batch(fill_mask.tokenizer, SHORT_AND_LONG))
    assert [patch.get_hatch() for patch in figure.axes[0].patches].count("///") == 2
    assert "2 of 12 positions are padding (17%), 0 tokens are cut" in figure.axes[0].get_title(loc="left")
    assert alt.startswith("A batch of 2 rows and 6 columns: 2 of 12 positions are padding")
    assert "row 0: mask 1 1 1 1 0 0" in alt


def test_padding_viewer_follows_its_controls_and_answers_an_empty_text_with_a_sentence(fill_mask):
    viewer = padding_viewer(fill_mask.tokenizer, SHORT_AND_LONG)
    assert "row 0: mask 1 1 1 1 0 0" in viewer.alt
    viewer.controls["side"].value = "left"
    assert "row 0: mask 0 0 1 1 1 1" in viewer.alt
    viewer.controls["padding"].value = "max_length"
    viewer.controls["max_length"].value = 7
    assert "2 rows and 7 columns" in viewer.alt
    viewer.controls["text"].value = ""
    assert "There are 0 sentences" in viewer.answer.value


def test_padding_viewer_starts_with_sentences_of_its_own(fill_mask):
    assert padding_viewer(fill_mask.tokenizer).picture is not None


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


@pytest.fixture(scope="module")
def find_span():
    """A question-answering pipeline with a tiny untrained model."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "built", "it", "was", "by", "ada", "and", "bob", "?"]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)}, model_max_length=100)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=100, initializer_range=1.0,
    )  # fmt: skip
    return pipeline(
        "extractive-question-answering",
        model=BertForQuestionAnswering(config).eval(),
        tokenizer=tokenizer,
        device="cpu",
    )


QUESTION, CONTEXT = "Who built it?", "It was built by Ada and Bob"


def test_search_spans_finds_the_answers_of_the_pipeline_in_their_order(find_span):
    search = search_spans(find_span, QUESTION, CONTEXT, max_answer_len=3, top_k=4)
    expected = find_span(question=QUESTION, context=CONTEXT, max_answer_len=3, top_k=4, align_to_words=False)
    assert [text for text, _ in search.answers] == [found["answer"] for found in expected]
    assert search.tokens == tuple(CONTEXT.split())
    for (first, last), (text, score) in zip(search.spans, search.answers, strict=True):
        assert text == " ".join(CONTEXT.split()[first : last + 1])
        assert score == pytest.approx(search.start[first] + search.end[last], abs=1e-5)


def test_search_spans_gives_the_logits_of_the_context_and_the_null_score_of_the_first_token(find_span):
    search = search_spans(find_span, QUESTION, CONTEXT)
    with torch.no_grad():
        outputs = find_span.model(**find_span.tokenizer(QUESTION, CONTEXT, return_tensors="pt"))
    start, end = outputs.start_logits[0], outputs.end_logits[0]
    assert search.start == pytest.approx(start[6:13].tolist(), abs=1e-5)
    assert search.end == pytest.approx(end[6:13].tolist(), abs=1e-5)
    assert search.null == pytest.approx((start[0] + end[0]).item(), abs=1e-5)


def test_search_spans_keeps_to_the_longest_answer_that_is_allowed(find_span):
    for length in (1, 2):
        search = search_spans(find_span, QUESTION, CONTEXT, max_answer_len=length, top_k=20)
        assert max(last - first + 1 for first, last in search.spans) == length


@pytest.mark.parametrize(
    ("question", "context", "message"),
    [
        (" ", CONTEXT, "question is empty. Pass a question"),
        (QUESTION, "", "context is empty. Pass a context"),
        (QUESTION, "ada " * 73, "has 73 tokens and the picture has room for 72. Shorten"),
        (QUESTION, "ada " * 200, "room for 72. Shorten the context"),
        ("who " * 99, CONTEXT, "Shorten the question"),
    ],
)
def test_search_spans_says_what_is_wrong(find_span, question, context, message):
    with pytest.raises(ValueError, match=message):
        search_spans(find_span, question, context)


def test_search_spans_needs_a_token_for_the_empty_answer(find_span):
    tokenizer = copy.deepcopy(find_span.tokenizer)
    tokenizer.cls_token = None
    without = ExtractiveQuestionAnsweringPipeline(model=find_span.model, tokenizer=tokenizer, device="cpu")
    with pytest.raises(ValueError, match=r"no \[CLS\] token"):
        search_spans(without, QUESTION, CONTEXT)


def test_span_picture_says_the_answers_and_the_null_score_in_words():
    search = SpanSearch(
        ("a", "b"), (1.0, 0.0), (0.5, 2.0), ((0, 1), (0, 0)), (("a b", 3.0), ("a", 1.5)), -4.0
    )
    figure, alt = span_picture(search)
    assert "'a b' 3.0, 'a' 1.5" in alt
    assert alt.endswith("No answer: -4.0.")
    assert [bool(bar.get_hatch()) for bar in figure.axes[1].patches] == [False, True]


def test_span_explorer_answers_anew_and_turns_bad_input_into_a_sentence(find_span):
    explorer = span_explorer(find_span, QUESTION, CONTEXT)
    assert explorer.alt.startswith("Start and end logits of 7 tokens.")
    first = explorer.picture
    explorer.controls["max_answer_len"].value = 1
    assert explorer.picture != first
    explorer.controls["question"].value = ""
    assert explorer.picture is None
    assert "The question is empty" in explorer.answer.value
    explorer.controls["question"].value = QUESTION
    assert explorer.picture is not None


@pytest.fixture
def classifiers():
    """Two pipelines whose models answer from a table: thanks and joy with every text, maria and lisbon are names."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "thanks", "maria", "##nne", "in", "lisbon"]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    said = {"id2label": {0: "joy", 1: "fear", 2: "grief"}, "thresholds": {"joy": 0.9, "fear": 0.1}}
    kind = "multi_label_classification"
    feelings = BertForSequenceClassification(
        BertConfig(vocab_size=len(words), problem_type=kind, **sizes, **said)
    )
    logits = torch.tensor([[2.0, -1.0, -3.0]])
    feelings.forward = lambda input_ids, **_: SequenceClassifierOutput(logits=logits)
    labels = ["O", "B-PER", "I-PER", "B-LOC"]
    names = BertForTokenClassification(
        BertConfig(vocab_size=len(words), **sizes, id2label=dict(enumerate(labels)))
    )
    table = torch.zeros(len(words), len(labels))
    for word, label in {"maria": "B-PER", "##nne": "I-PER", "lisbon": "B-LOC"}.items():
        table[words.index(word), labels.index(label)] = 4.0
    table[[words.index("thanks"), words.index("in")], 0] = 4.0
    names.forward = lambda input_ids, **_: TokenClassifierOutput(logits=table[input_ids])
    return (
        TextClassificationPipeline(model=feelings, tokenizer=tokenizer, device="cpu"),
        TokenClassificationPipeline(model=names, tokenizer=tokenizer, device="cpu"),
    )


def test_label_text_gives_emotions_with_thresholds_and_a_label_for_every_token(classifiers):
    labelled = label_text(*classifiers, "Thanks Marianne in Lisbon")
    assert [(label, threshold) for label, _, threshold in labelled.emotions] == [
        ("joy", 0.9), ("fear", 0.1), ("grief", 0.5)
    ]  # fmt: skip
    sigmoid = torch.tensor([2.0, -1.0, -3.0]).sigmoid().tolist()
    assert [probability for _, probability, _ in labelled.emotions] == pytest.approx(sigmoid)
    assert [(token, label) for token, label, _ in labelled.tokens] == [
        ("thanks", "O"), ("maria", "B-PER"), ("##nne", "I-PER"), ("in", "O"), ("lisbon", "B-LOC")
    ]  # fmt: skip
    softmax = torch.tensor([4.0, 0.0, 0.0, 0.0]).softmax(-1)[0].item()
    assert [probability for _, _, probability in labelled.tokens] == pytest.approx([softmax] * 5)
    assert labelled.names == (("Marianne", "PER"), ("Lisbon", "LOC"))


def test_label_text_takes_a_half_where_the_model_has_no_thresholds(classifiers):
    emotions, entities = classifiers
    del emotions.model.config.thresholds
    assert {threshold for _, _, threshold in label_text(emotions, entities, "thanks").emotions} == {0.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "text is empty. Type a sentence"),
        ("thanks " * 25, "has 25 tokens and the picture has room for 24"),
    ],
)
def test_label_text_says_what_is_wrong_with_a_text(classifiers, text, message):
    with pytest.raises(ValueError, match=message):
        label_text(*classifiers, text)


def test_emotion_entity_explorer_marks_what_is_over_its_threshold_and_what_is_a_name(
    classifiers, monkeypatch
):
    drawn = []
    draw = widgets._draw_labelled_text

    def keep(labelled, shown):
        drawn.append(draw(labelled, shown)[0])
        return draw(labelled, shown)

    monkeypatch.setattr(widgets, "_draw_labelled_text", keep)
    explorer = emotion_entity_explorer(*classifiers, "thanks maria")
    assert explorer.alt == "Emotions over their thresholds: fear 0.27. Names: maria (PER)."
    above, below = drawn[-1].axes
    assert [bar.get_width() for bar in above.patches] == pytest.approx([0.881, 0.269, 0.047], abs=1e-3)
    assert [bar.get_hatch() for bar in above.patches] == [None, "//", None]
    assert [mark.get_xdata()[0] for mark in above.lines] == [0.9, 0.1, 0.5]
    assert [bar.get_hatch() for bar in below.patches] == [None, "//"]
    assert [text.get_text() for text in below.texts] == ["O", "B-PER"]
    explorer.controls["shown"].value = 2
    assert len(drawn[-1].axes[0].patches) == 2
    explorer.controls["text"].value = "thanks " * 30
    assert "Shorten it" in explorer.answer.value


def test_emotion_entity_explorer_says_none_where_there_is_nothing():
    nothing = LabelledText(emotions=(("joy", 0.2, 0.5),), tokens=(("thanks", "O", 0.9),), names=())
    _, alt = widgets._draw_labelled_text(nothing, 5)
    assert alt == "Emotions over their thresholds: none. Names: none."


def test_progress_counts_its_steps_and_is_stored_without_them():
    progress = Progress(3, "epochs")
    progress.advance("loss 1.50")
    assert (progress.bar.value, progress.bar.max) == (1, 3)
    assert progress.note.value == "1 of 3 epochs, loss 1.50"
    progress.advance()
    assert progress.note.value == "2 of 3 epochs"
    assert progress._repr_mimebundle_()["text/plain"] == "3 epochs (a progress bar in Jupyter)"


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
        ("ab" * 101, "has 202 characters and the picture has room for 200. Shorten it"),
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
