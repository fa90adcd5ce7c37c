"""The span explorer shows the logits and the answers of the pipeline."""

import copy

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer, pipeline

from extras_and_licenses.pipelines import ExtractiveQuestionAnsweringPipeline
from extras_and_licenses.widgets.spans import SpanSearch, search_spans, span_explorer, span_picture


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
    assert figure.get_suptitle() == "'a b' 3.0\n'a' 1.5\nno answer -4.0"
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
