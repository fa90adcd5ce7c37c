"""The two pipelines that transformers 5 no longer has, on small models with random weights made here."""

import contextlib
import importlib.util
import itertools
import math
import warnings

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch.utils.data import Dataset
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BartForQuestionAnswering,
    BertConfig,
    BertForQuestionAnswering,
    GenerationConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForQuestionAnswering,
    T5Config,
    T5ForConditionalGeneration,
    T5ForQuestionAnswering,
    pipeline,
)
from transformers.modeling_outputs import QuestionAnsweringModelOutput
from transformers.pipelines import PIPELINE_REGISTRY

from extras_and_licenses import pipelines as ours
from extras_and_licenses.pipelines import best_spans

CONTEXT = (
    "The ferry from Tarn to Osk was built in 1931. Its captain, Ella Brandt, has crossed the strait 40,000 times. "
    "On Sundays the ferry carries the band of Osk, whose tuba once fell overboard and was found by a diver."
)
QUESTION = "Who is the captain?"
LONG = " ".join(f"Day {day}: {CONTEXT}" for day in range(12))
TEXTS = [
    CONTEXT,
    QUESTION,
    "translate English to French: ",
    "summarize: ",
    "0123456789 abcdefghijklmnopqrstuvwxyz",
]
ODD_TEXTS = {
    "no letters": "1931 ... 40,000 !? -- 12:30",
    "Japanese": "船長はエラ・ブラントです。海峡を四万回渡りました。",
    "Arabic": "القبطانة هي إيلا برانت وقد عبرت المضيق كثيرا.",
    "emoji": "⛴️ 🌊 👩‍✈️ 🎺🎺 😀",
    "unknown characters": "\U00012000 \U00012001\u0301\u0302 ☃",
    "special tokens as text": "[CLS] Osk [SEP] <s> Tarn </s>",
    "50,000 characters": ("ferry to Osk " * 4000)[:50_000],
    "50,000 characters without a space": "x" * 50_000,
}


def word_pieces() -> PreTrainedTokenizerFast:
    """A tokenizer in the manner of BERT: word pieces, `[CLS] question [SEP] context [SEP]`, token types."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=140, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def bytes_in_pairs() -> PreTrainedTokenizerFast:
    """A tokenizer in the manner of RoBERTa and BART: bytes, `<s> question </s></s> context </s>`, no token types."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        mask_token="<mask>",
        model_max_length=128,
        model_input_names=["input_ids", "attention_mask"],
    )


def sentence_pieces() -> PreTrainedTokenizerFast:
    """A tokenizer in the manner of T5: unigrams, `</s>` at the end, no token that stands for no answer."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=128,
        model_input_names=["input_ids", "attention_mask"],
    )


BERT_LIKE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
BART_LIKE = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
}
BART_LIKE |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
T5_LIKE = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}
TASKS = {
    "translation_en_to_fr": {"prefix": "translate English to French: ", "num_beams": 2, "max_length": 9},
    "summarization": {"prefix": "summarize: ", "no_repeat_ngram_size": 3},
    "plain": {"num_beams": 1},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, str]:
    """Checkpoint folders of all families, with weights large enough for logits that differ."""
    torch.manual_seed(0)
    pieces, pairs, sentences = word_pieces(), bytes_in_pairs(), sentence_pieces()
    bart_ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    bart = BartConfig(vocab_size=len(pairs), max_position_embeddings=128, **BART_LIKE, **bart_ids)
    t5 = T5Config(vocab_size=len(sentences), decoder_start_token_id=0, task_specific_params=TASKS, **T5_LIKE)
    bert = BertConfig(vocab_size=len(pieces), max_position_embeddings=128, initializer_range=0.6, **BERT_LIKE)
    roberta = RobertaConfig(
        vocab_size=len(pairs), max_position_embeddings=130, initializer_range=0.6, **BERT_LIKE, pad_token_id=1
    )
    made = {
        "bert": (BertForQuestionAnswering(bert), pieces),
        "roberta": (RobertaForQuestionAnswering(roberta), pairs),
        "bart-qa": (BartForQuestionAnswering(bart), pairs),
        "t5-qa": (T5ForQuestionAnswering(t5), sentences),
        "t5": (T5ForConditionalGeneration(t5), sentences),
        "bart": (BartForConditionalGeneration(bart), pairs),
    }
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, (model, tokenizer) in made.items():
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    return {name: str(folder / name) for name in made}


@pytest.fixture(scope="module")
def build(folders):
    """A function that builds a pipeline for a family of models on the CPU."""

    def pipe_for(family: str, **parameters):
        task = "seq2seq" if family in ("t5", "bart") else "extractive-question-answering"
        parameters = {"device": "cpu", "dtype": torch.float32} | parameters
        return pipeline(task, model=folders[family], **parameters)

    return pipe_for


@pytest.fixture(params=["bert", "roberta", "bart-qa", "t5-qa"])
def ask(request, build):
    """A question answering pipeline of each family."""
    return build(request.param)


@pytest.fixture
def bert(build):
    return build("bert")


@pytest.fixture
def t5(build):
    return build("t5")


def prefer(pipe, text: str) -> None:
    """Make the model prefer answers that are exactly the tokens of `text`."""
    ids = torch.tensor(pipe.tokenizer(text, add_special_tokens=False)["input_ids"])

    def forward(input_ids, **_):
        starts, ends = torch.zeros(2, *input_ids.shape)
        if input_ids.shape[1] >= len(ids):
            found = (input_ids.unfold(1, len(ids), 1) == ids).all(dim=-1)
            starts[:, : found.shape[1]][found] = 10.0
            ends[:, len(ids) - 1 :][found] = 10.0
        return QuestionAnsweringModelOutput(start_logits=starts, end_logits=ends)

    pipe.model.forward = forward


def call_without_weights(pipe, monkeypatch) -> dict:
    """Make `generate` keep its arguments in the dict that is returned, and generate one end-of-sequence token."""
    seen = {}

    def generate(**arguments):
        seen.clear()
        seen.update(arguments)
        return torch.full((len(arguments["input_ids"]), 1), pipe.tokenizer.eos_token_id)

    monkeypatch.setattr(pipe.model, "generate", generate)
    return seen


def same(one, other) -> bool:
    """Whether answers are equal, with scores to five places."""
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return {**one, "score": 0} == {**other, "score": 0} and math.isclose(
        one["score"], other["score"], abs_tol=1e-5
    )


# The library


def test_importing_again_registers_both_names_in_silence(monkeypatch, capfd):
    tasks = PIPELINE_REGISTRY.supported_tasks
    for name in ("seq2seq", "extractive-question-answering"):
        monkeypatch.setitem(tasks, name, tasks[name])  # puts the entry of today back after the test
    specification = importlib.util.spec_from_file_location("imported_again", ours.__file__)
    again = importlib.util.module_from_spec(specification)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        specification.loader.exec_module(again)
    assert tasks["seq2seq"]["impl"] is again.Seq2SeqPipeline
    assert tasks["extractive-question-answering"]["impl"] is again.ExtractiveQuestionAnsweringPipeline
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_calls_print_nothing_and_warn_of_nothing(family, build, capfd):
    pipe = build(family)
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if family == "bert":
            pipe(question=QUESTION, context=LONG, batch_size=2)
        else:
            pipe([CONTEXT, QUESTION], max_length=8, batch_size=2)
            pipe(CONTEXT, max_new_tokens=8, task_prefix="translation_en_to_fr")
            pipe(CONTEXT, generation_config=GenerationConfig(max_new_tokens=4), num_beams=2)
    assert capfd.readouterr() == ("", "")


def test_a_pipeline_that_was_saved_is_loaded_again(bert, tmp_path):
    with contextlib.suppress(
        AttributeError
    ):  # transformers 5.3 looks for a model card after it has saved all
        bert.save_pretrained(tmp_path)
    again = pipeline("extractive-question-answering", model=str(tmp_path), device="cpu")
    assert same(again(question=QUESTION, context=CONTEXT), bert(question=QUESTION, context=CONTEXT))


# The span search


def spans_one_by_one(start, end, allowed, max_answer_len):
    """Every possible span with its score, best first."""
    found = [
        (first, last, start[first] + end[last])
        for first, last in itertools.product(range(len(start)), repeat=2)
        if allowed[first] and allowed[last] and first <= last < first + max_answer_len
    ]
    return sorted(found, key=lambda span: -span[2])


@pytest.mark.parametrize("max_answer_len", [1, 4, 100])
def test_best_spans_are_those_of_a_search_one_by_one(max_answer_len):
    numbers = torch.Generator().manual_seed(max_answer_len)
    start, end = torch.randn(2, 30, generator=numbers)
    allowed = torch.rand(30, generator=numbers) < 0.7
    expected = spans_one_by_one(start, end, allowed, max_answer_len)
    firsts, lasts, scores = best_spans(start, end, allowed, max_answer_len, top_k=12)
    assert list(zip(firsts.tolist(), lasts.tolist(), strict=True)) == [span[:2] for span in expected[:12]]
    torch.testing.assert_close(scores, torch.stack([span[2] for span in expected[:12]]))


def test_the_best_span_may_differ_from_the_best_start_and_the_best_end():
    start, end = torch.tensor([0.0, 1.0, 5.0]), torch.tensor([4.0, 3.0, 0.0])
    first, last, _ = best_spans(start, end, torch.ones(3, dtype=torch.bool))
    assert (first.item(), last.item()) == (2, 2)
    assert (start.argmax().item(), end.argmax().item()) == (2, 0)


def test_no_more_spans_come_back_than_are_possible():
    logits, allowed = torch.zeros(5), torch.tensor([False, True, True, False, False])
    assert len(best_spans(logits, logits, allowed, top_k=99)[0]) == 3
    assert len(best_spans(logits, logits, torch.zeros(5, dtype=torch.bool))[0]) == 0


# Question answering


def test_the_answer_is_the_part_of_the_context_between_start_and_end(ask):
    answers = ask(question=QUESTION, context=CONTEXT, top_k=8)
    assert len(answers) == 8
    for answer in answers:
        assert answer["answer"] == CONTEXT[answer["start"] : answer["end"]] != ""
        assert 0 < answer["score"] <= 1
    assert answers == sorted(answers, key=lambda answer: -answer["score"])


def test_the_answer_is_what_the_logits_prefer(ask):
    prefer(ask, " the band of Osk,")
    assert ask(question="Who?", context=CONTEXT)["answer"].strip(" ,") == "the band of Osk"


def test_only_tokens_of_the_context_may_be_in_an_answer(ask):
    question = "Does the ferry carry the band of Osk?"
    prefer(ask, " of Osk")
    assert ask(question=question, context=CONTEXT)["answer"].strip(" ,") == "of Osk"
    window = next(ask.preprocess({"question": question, "context": CONTEXT}))
    context_ids = ask.tokenizer(CONTEXT, add_special_tokens=False)["input_ids"]
    assert window["input_ids"][window["in_context"]].tolist() == context_ids


def test_an_answer_is_widened_to_whole_words(bert):
    pieces = bert.tokenizer.tokenize("overboard")
    inside = bert.tokenizer.convert_tokens_to_ids(pieces[1])

    def forward(input_ids, **_):
        logits = 10.0 * (input_ids == inside)
        return QuestionAnsweringModelOutput(start_logits=logits, end_logits=logits)

    bert.model.forward = forward
    inputs = {"question": "Where?", "context": "It fell overboard."}
    assert bert(**inputs)["answer"] == "overboard"
    assert bert(**inputs, align_to_words=False)["answer"] == pieces[1].removeprefix("##")


def test_spans_in_the_same_words_count_as_one_answer(bert):
    prefer(bert, "osk")
    twice = bert(question="Where?", context="Osk, or osk.", max_answer_len=1, top_k=2)
    assert (twice[0]["answer"], twice[0]["start"]) == ("Osk", 0)
    assert twice[0]["score"] == pytest.approx(0.5, abs=1e-3)


def test_an_answer_has_at_most_max_answer_len_tokens(bert):
    window = next(bert.preprocess({"question": QUESTION, "context": CONTEXT}, align_to_words=False))
    firsts, lasts = window["characters"][window["in_context"]].T.tolist()
    for length in (1, 3):
        answers = bert(
            question=QUESTION, context=CONTEXT, max_answer_len=length, top_k=50, align_to_words=False
        )
        tokens = [lasts.index(answer["end"]) - firsts.index(answer["start"]) + 1 for answer in answers]
        assert max(tokens) == length


def test_an_answer_at_the_end_of_a_long_context_is_found(ask):
    prefer(ask, " diver")
    context = LONG.replace("diver", "boat") + " The diver was paid."
    answer = ask(question="Who was paid?", context=context)
    assert context[answer["start"] : answer["end"]] == answer["answer"]
    assert (answer["answer"].strip(), context[answer["end"] :]) == ("diver", " was paid.")


def test_windows_share_doc_stride_tokens_and_cover_the_context(ask):
    example = {"question": QUESTION, "context": LONG}
    windows = list(ask.preprocess(example, max_seq_len=64, doc_stride=10, align_to_words=False))
    ids = [window["input_ids"][window["in_context"]].tolist() for window in windows]
    spans = [window["characters"][window["in_context"]].tolist() for window in windows]
    assert len(windows) > 5
    assert max(window["input_ids"].shape[1] for window in windows) == 64
    assert all(before[-10:] == after[:10] for before, after in itertools.pairwise(ids))
    covered = {position for span in spans for start, end in span for position in range(start, end)}
    assert {position for position, character in enumerate(LONG) if character != " "} <= covered


def test_batches_give_the_same_answers(ask):
    examples = [{"question": QUESTION, "context": context} for context in (LONG, CONTEXT, "Osk", LONG[:700])]
    one_by_one = ask(examples, max_seq_len=64, doc_stride=20, handle_impossible_answer=True, top_k=2)
    for batch_size in (3, 8):
        batched = ask(
            examples,
            max_seq_len=64,
            doc_stride=20,
            handle_impossible_answer=True,
            top_k=2,
            batch_size=batch_size,
        )
        assert same(one_by_one, batched)


def test_a_tokenizer_that_pads_on_the_left_gets_the_context_first(bert):
    bert.tokenizer.padding_side = "left"
    prefer(bert, "diver")
    window = next(bert.preprocess({"question": QUESTION, "context": CONTEXT}))
    first, last = window["in_context"][0].nonzero().flatten()[[0, -1]].tolist()
    assert (first, window["input_ids"].shape[1] - last > 3) == (1, True)
    examples = [{"question": QUESTION, "context": context} for context in (CONTEXT, "A diver.")]
    assert [answer["answer"] for answer in bert(examples, batch_size=2)] == ["diver", "diver"]


@pytest.mark.parametrize("family", ["bert", "roberta", "bart-qa"])
def test_the_empty_answer_competes_only_when_allowed(family, build):
    ask = build(family)
    prefer(ask, ask.tokenizer.cls_token)
    allowed = ask(question=QUESTION, context=CONTEXT, handle_impossible_answer=True)
    assert (allowed["answer"], allowed["start"], allowed["end"]) == ("", 0, 0)
    assert allowed["score"] > 0.9
    assert ask(question=QUESTION, context=CONTEXT)["answer"] != ""


def test_the_empty_answer_has_the_lowest_score_of_all_windows(bert):
    null_scores = []
    example = {"question": QUESTION, "context": LONG}
    for window in bert.preprocess(example, max_seq_len=64, doc_stride=10):
        logits = bert._forward(window)
        probabilities = []
        for name in ("start_logits", "end_logits"):
            kept = logits[name][0][window["in_context"][0] | window["is_null"][0]]
            probabilities.append(kept.softmax(-1)[0].item())
        null_scores.append(math.prod(probabilities))
    answers = bert(example, max_seq_len=64, doc_stride=10, handle_impossible_answer=True, top_k=2000)
    empty = next(answer for answer in answers if not answer["answer"])
    assert empty["score"] == pytest.approx(min(null_scores), rel=1e-4)


def test_every_way_to_call_gives_the_same_answers(bert):
    example = {"question": QUESTION, "context": CONTEXT}
    one = bert(**example)
    assert isinstance(one, dict)
    for again in (
        bert(example),
        bert(QUESTION, CONTEXT),
        bert([example]),
        bert(**{k: [v] for k, v in example.items()}),
    ):
        assert same(one, again)
    other = bert(question="Where?", context=CONTEXT)
    both = [example, example | {"question": "Where?", "id": 7}]
    for again in (
        bert(both),
        bert(tuple(both)),
        bert(question=[QUESTION, "Where?"], context=CONTEXT),
        bert(question=[QUESTION, "Where?"], context=[CONTEXT, CONTEXT]),
        list(bert(example for example in both)),
        list(bert(Examples(both), batch_size=2)),
    ):
        assert same([one, other], again)
    assert bert([]) == []
    assert len(bert(question=QUESTION, context=[CONTEXT, LONG], top_k=2)[1]) == 2


class Examples(Dataset):
    """A torch data set over a list."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return self.rows[index]


def test_parameters_given_when_it_is_built_hold_for_every_call(build):
    ask = build("bert", top_k=3, max_answer_len=2)
    assert len(ask(question=QUESTION, context=CONTEXT)) == 3
    assert len(ask(question=QUESTION, context=CONTEXT, top_k=4)) == 4


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_odd_contexts_and_questions_give_a_result(family, text, build):
    ask = build(family)
    answer = ask(question="What is it?", context=text, batch_size=32, doc_stride=16)
    assert answer["answer"] == text[answer["start"] : answer["end"]]
    assert math.isfinite(answer["score"])
    answer = ask(question=text[:8], context=CONTEXT)
    assert answer["answer"] == CONTEXT[answer["start"] : answer["end"]] != ""


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"question": "", "context": CONTEXT}, ValueError, "The question is empty"),
        ({"question": QUESTION, "context": ""}, ValueError, "The context is empty"),
        ({"question": QUESTION, "context": " \n\t"}, ValueError, "The context is empty"),
        (
            {"question": QUESTION, "context": "\u200b\u200b"},
            ValueError,
            "holds nothing that the tokenizer keeps",
        ),
        ({"question": 7, "context": CONTEXT}, TypeError, "The question has the type int"),
        ({"question": QUESTION, "context": b"Osk"}, TypeError, "The context has the type bytes"),
        ({"question": [QUESTION, None], "context": CONTEXT}, TypeError, "The question has the type NoneType"),
        ({"question": QUESTION}, TypeError, "does not name exactly one question and one context"),
        (
            {"question": QUESTION, "context": None},
            TypeError,
            "does not name exactly one question and one context",
        ),
        ({"question": ["a", "b"], "context": ["a"]}, ValueError, "2 questions and 1 contexts"),
        ({"question": "where " * 80, "context": LONG}, ValueError, "leaves no room to move on"),
        ({"question": "where " * 200, "context": CONTEXT}, ValueError, "leaves no room to move on"),
        ({"question": QUESTION, "context": LONG, "doc_stride": 128}, ValueError, "leaves no room to move on"),
        (
            {"question": QUESTION, "context": CONTEXT, "max_seq_len": 129},
            ValueError,
            "more than the 128 tokens",
        ),
        ({"question": QUESTION, "context": CONTEXT, "top_k": 0}, ValueError, "top_k is 0"),
        ({"question": QUESTION, "context": CONTEXT, "max_answer_len": 0}, ValueError, "max_answer_len is 0"),
        ({"question": QUESTION, "context": CONTEXT, "doc_stride": -1}, ValueError, "doc_stride is -1"),
        ({"question": QUESTION, "context": CONTEXT, "max_seq_len": "9"}, ValueError, "max_seq_len is '9'"),
        ({"question": QUESTION, "context": CONTEXT, "topk": 2}, TypeError, "topk"),
    ],
)
def test_a_bad_call_says_what_is_wrong(call, error, message, bert):
    with pytest.raises(error, match=message):
        bert(**call)


@pytest.mark.parametrize("inputs", ["Who?", 5, None, ["Who?"], [{"question": "Who?"}], [[QUESTION, CONTEXT]]])
def test_examples_that_are_no_dicts_with_question_and_context_are_refused(inputs, bert):
    with pytest.raises(TypeError, match="dict with the keys 'question' and 'context'"):
        bert(inputs)


def test_a_model_without_a_span_head_is_refused(build, bert):
    bert.model.forward = lambda **_: {"logits": torch.zeros(1, 5, 2)}
    with pytest.raises(ValueError, match="no logits for the start and the end"):
        bert(question=QUESTION, context=CONTEXT)


def test_a_tokenizer_without_character_positions_is_refused(bert):
    class Slow:
        is_fast = False

    with pytest.raises(ValueError, match="The tokenizer Slow does not report which characters"):
        type(bert)(model=bert.model, tokenizer=Slow(), device="cpu")


def test_half_precision_gives_nearly_the_same_scores(build):
    example = {"question": QUESTION, "context": CONTEXT}
    full, half = build("bert"), build("bert", dtype=torch.float16)
    assert half(example)["score"] == pytest.approx(full(example)["score"], abs=0.02)
    logits = half.forward(next(half.preprocess(example)))["start_logits"]
    assert logits.dtype == torch.float32  # so that the probabilities lose nothing more


# Text to text


def test_the_text_is_what_generate_and_decode_give(build):
    for family in ("t5", "bart"):
        pipe = build(family)
        encoded = pipe.tokenizer(QUESTION, return_tensors="pt")
        ids = pipe.model.generate(**encoded, num_beams=3, max_new_tokens=9)
        expected = pipe.tokenizer.decode(ids[0], skip_special_tokens=True)
        assert pipe(QUESTION, num_beams=3, max_new_tokens=9) == [{"generated_text": expected}]


def test_results_have_the_shape_of_their_inputs(t5):
    few = {"max_new_tokens": 4, "num_beams": 2}
    one, two = t5("ferry", **few), t5("captain", **few)
    assert t5(["ferry"], **few) == one
    assert t5(["ferry", "captain"], **few) == t5(("ferry", "captain"), **few) == one + two
    assert list(t5((text for text in ["ferry", "captain"]), **few)) == [one, two]
    assert list(t5(Examples(["ferry", "captain"]), **few)) == [one, two]
    assert len(t5("ferry", **few, num_return_sequences=2)) == 2
    several = t5(["ferry", "captain"], **few, num_return_sequences=2)
    assert [len(texts) for texts in several] == [2, 2]
    assert t5([]) == []


@pytest.mark.parametrize("family", ["t5", "bart"])
def test_batches_give_the_same_texts(family, build):
    pipe = build(family)
    texts = [CONTEXT, "Osk", QUESTION]
    few = {"max_new_tokens": 6, "num_return_sequences": 2, "num_beams": 2}
    assert pipe(texts, **few) == pipe(texts, **few, batch_size=2) == pipe(texts, **few, batch_size=3)


def test_token_ids_are_returned_on_request(t5):
    ids = t5("ferry", max_new_tokens=3, return_tensors=True)[0]["generated_token_ids"]
    assert ids[0] == t5.model.config.decoder_start_token_id
    assert (
        t5.tokenizer.decode(ids, skip_special_tokens=True)
        == t5("ferry", max_new_tokens=3)[0]["generated_text"]
    )


def test_results_with_details_are_reduced_to_texts(t5):
    few = {"max_new_tokens": 3}
    assert t5("ferry", **few, return_dict_in_generate=True, output_scores=True) == t5("ferry", **few)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({}, {"max_new_tokens": 256, "num_beams": 4}),
        ({"num_beams": 1}, {"max_new_tokens": 256, "num_beams": 1}),
        ({"max_length": 7}, {"max_new_tokens": None, "max_length": 7, "num_beams": 4}),
        (
            {"do_sample": True, "top_p": 0.9},
            {"max_new_tokens": 256, "num_beams": 4, "do_sample": True, "top_p": 0.9},
        ),
        ({"task_prefix": "translation_en_to_fr"}, {"max_new_tokens": 256, "num_beams": 2}),
        ({"task_prefix": "translation_en_to_fr", "num_beams": 5}, {"max_new_tokens": 256, "num_beams": 5}),
        (
            {"task_prefix": "summarization"},
            {"max_new_tokens": 256, "num_beams": 4, "no_repeat_ngram_size": 3},
        ),
    ],
)
def test_generate_gets_the_calls_arguments_then_the_tasks_then_the_defaults(call, expected, t5, monkeypatch):
    seen = call_without_weights(t5, monkeypatch)
    t5("ferry", **call)
    assert {
        name: value for name, value in seen.items() if name not in ("input_ids", "attention_mask")
    } == expected


def test_of_the_models_generation_config_only_a_length_ranks_above_the_defaults(t5, monkeypatch):
    t5.model.generation_config = GenerationConfig(num_beams=3, max_length=50, pad_token_id=0)
    seen = call_without_weights(t5, monkeypatch)
    t5("ferry")
    assert {name: seen[name] for name in seen if name not in ("input_ids", "attention_mask")} == {
        "num_beams": 4
    }
    t5("ferry", max_new_tokens=5)
    assert seen["max_new_tokens"] == 5


def test_padding_is_known_to_a_model_that_does_not_say_it(t5, monkeypatch):
    t5.model.generation_config = GenerationConfig()
    seen = call_without_weights(t5, monkeypatch)
    t5("ferry")
    assert seen["pad_token_id"] == t5.tokenizer.pad_token_id


def test_a_generation_config_replaces_all_defaults_and_stays_as_it_is(t5, monkeypatch):
    seen = call_without_weights(t5, monkeypatch)
    mine = GenerationConfig(max_new_tokens=5)
    t5("ferry", generation_config=mine, num_beams=2)
    assert (seen["generation_config"].max_new_tokens, seen["generation_config"].num_beams) == (5, 2)
    assert "max_new_tokens" not in seen
    assert mine.num_beams != 2


def test_the_prefix_is_put_before_every_input(t5, monkeypatch):
    seen = call_without_weights(t5, monkeypatch)

    def read(**call) -> str:
        t5("ferry", **call)
        return t5.tokenizer.decode(seen["input_ids"][0], skip_special_tokens=True)

    assert read() == "ferry"
    assert read(prefix="summarize: ") == read(task_prefix="summarization") == "summarize: ferry"
    assert read(task_prefix="plain") == "ferry"
    t5.model.config.prefix = "captain "
    assert read() == read(task_prefix="plain") == "captain ferry"
    assert read(prefix="") == "ferry"


def test_a_prefix_in_the_call_replaces_the_task_of_the_pipeline(build, monkeypatch):
    pipe = build("t5", task_prefix="translation_en_to_fr")
    seen = call_without_weights(pipe, monkeypatch)
    pipe("ferry")
    assert (pipe.tokenizer.decode(seen["input_ids"][0][:-1]), seen["num_beams"]) == (TEXTS[2] + "ferry", 2)
    pipe("ferry", prefix="summarize: ")
    assert (pipe.tokenizer.decode(seen["input_ids"][0][:-1]), seen["num_beams"]) == ("summarize: ferry", 4)
    assert pipe.model.config.task_specific_params == TASKS


@pytest.mark.parametrize(
    ("inputs", "call", "error", "message"),
    [
        (
            QUESTION,
            {"prefix": "a", "task_prefix": "summarization"},
            ValueError,
            "Both prefix='a' and task_prefix=",
        ),
        (
            QUESTION,
            {"task_prefix": "song"},
            ValueError,
            "no task 'song'.*'plain', 'summarization', 'translation",
        ),
        (QUESTION, {"task_prefix": ["song"]}, TypeError, "The task_prefix has the type list"),
        (QUESTION, {"prefix": 3}, TypeError, "The prefix has the type int"),
        (None, {}, TypeError, "The input has the type NoneType"),
        (b"ferry", {}, TypeError, "The input has the type bytes"),
        ({"text": "ferry"}, {}, TypeError, "The input has the type dict"),
        ([QUESTION, 4], {}, TypeError, "The input has the type int"),
        ([[QUESTION]], {}, TypeError, "The input has the type list"),
    ],
)
def test_a_bad_input_or_prefix_says_what_is_wrong(inputs, call, error, message, t5):
    with pytest.raises(error, match=message):
        t5(inputs, max_new_tokens=2, **call)


def test_a_model_without_tasks_says_so(build):
    with pytest.raises(ValueError, match=r"no task 'summarization' in task_specific_params \(it has: none\)"):
        build("bart")(QUESTION, task_prefix="summarization")


def test_an_encoder_alone_is_refused(folders):
    with pytest.raises(ValueError, match="BertForQuestionAnswering has no encoder and decoder"):
        pipeline(
            "seq2seq",
            model=BertForQuestionAnswering.from_pretrained(folders["bert"]),
            tokenizer=word_pieces(),
        )


@pytest.mark.parametrize("family", ["t5", "bart"])
@pytest.mark.parametrize("text", ["", " ", *ODD_TEXTS.values()], ids=["empty", "space", *ODD_TEXTS])
def test_odd_texts_give_a_result_or_a_clear_error(text, family, build):
    pipe = build(family)
    few = {"max_new_tokens": 3, "num_beams": 1}
    if len(text) == 50_000 and (family == "bart" or " " in text):
        with pytest.raises(
            ValueError, match=r"reads at most (128|4096) with this model\. Pass truncation=True"
        ):
            pipe(text, **few)
    assert isinstance(pipe(text, **few, truncation=True)[0]["generated_text"], str)


def test_truncation_keeps_what_the_tokenizer_allows(t5, monkeypatch):
    seen = call_without_weights(t5, monkeypatch)
    t5(LONG)
    assert seen["input_ids"].shape[1] > 128
    t5(LONG, truncation=True)
    assert seen["input_ids"].shape[1] == 128


def test_a_text_without_tokens_is_refused(t5, monkeypatch):
    empty = {"input_ids": torch.zeros(1, 0), "attention_mask": torch.zeros(1, 0)}
    monkeypatch.setattr(t5, "tokenizer", lambda *_, **__: empty)
    with pytest.raises(ValueError, match="holds nothing that the tokenizer keeps"):
        t5("")


# Other devices


@pytest.mark.cuda
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_gpu_gives_the_same_results(dtype, build):
    on_gpu = {"device": "cuda", "dtype": dtype}
    examples = [{"question": QUESTION, "context": context} for context in (CONTEXT, LONG)]
    here, there = build("bert")(examples), build("bert", **on_gpu)(examples, batch_size=4)
    for one, other in zip(here, there, strict=True):
        assert one["score"] == pytest.approx(other["score"], abs=1e-3 if dtype == torch.float32 else 0.02)
    text = build("t5", **on_gpu)([QUESTION, "ferry"], batch_size=2, max_new_tokens=5)
    assert all(isinstance(result["generated_text"], str) for result in text)
