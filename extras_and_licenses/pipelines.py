"""Two pipelines that transformers 5 no longer has, under names of our own.

Importing this module registers both with the library, so that `transformers.pipeline` builds them by name:

ExtractiveQuestionAnsweringPipeline  `pipeline("extractive-question-answering")`: a span of the context as answer
Seq2SeqPipeline                      `pipeline("seq2seq")`: text in, text out, with an encoder-decoder model
best_spans                           the search for the answer's first and last token, on its own

Calls, parameters and results follow `"question-answering"` and `"text2text-generation"` (with `"translation"` and
`"summarization"`) of transformers 4.57, and on the same weights the results are the same.
"""

import copy
import math
from collections.abc import Iterable, Iterator
from types import GeneratorType
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering, AutoModelForSeq2SeqLM, Pipeline
from transformers.pipelines import PIPELINE_REGISTRY
from transformers.pipelines.base import ChunkPipeline

__all__ = ["ExtractiveQuestionAnsweringPipeline", "Seq2SeqPipeline", "best_spans"]

GENERATION_DEFAULTS = {"max_new_tokens": 256, "num_beams": 4}
"What transformers 4.57 generated with where the call did not say otherwise."

MOST_TOKENS_WITHOUT_POSITIONS = 4096
"Longest input for a model without a table of positions: beyond it attention takes gigabytes."


def best_spans(
    start_logits: torch.Tensor,
    end_logits: torch.Tensor,
    allowed: torch.Tensor,
    max_answer_len: int = 15,
    top_k: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Find the spans with the highest sum of start logit and end logit.

    A span may be chosen when it starts and ends on allowed tokens, does not end before it starts, and has at most
    `max_answer_len` tokens. All pairs of tokens are scored at once, as one matrix. With log-probabilities in place
    of logits the sum is the logarithm of the span's probability, and the order is the same.

    Args:
        start_logits: `[tokens]`.
        end_logits: `[tokens]`.
        allowed: `[tokens]`, boolean, true where an answer may start and end.
        max_answer_len: most tokens in a span.
        top_k: most spans to return.

    Returns:
        First tokens, last tokens and scores, each `[spans]`, best first. Fewer than `top_k` spans come back when
        fewer are possible, none when no token is allowed.
    """
    tokens = len(start_logits)
    scores = start_logits[:, None] + end_logits[None, :]  # [tokens, tokens]: row = start, column = end
    fits = torch.ones_like(scores, dtype=torch.bool).triu().tril(max_answer_len - 1)
    possible = fits & allowed[:, None] & allowed[None, :]
    scores = scores.masked_fill(~possible, -torch.inf)
    best = scores.flatten().topk(min(top_k, int(possible.sum())))
    return best.indices // tokens, best.indices % tokens, best.values


class ExtractiveQuestionAnsweringPipeline(ChunkPipeline):
    """Answer a question with a span of the context.

        ask = pipeline("extractive-question-answering", model=folder)
        ask(question="Who wrote it?", context="The book was written by Ada.")

    gives `{"score": ..., "start": 24, "end": 27, "answer": "Ada"}`, where `context[start:end] == answer` and
    `score` is the probability that the model gives to the span. A context that is too long for one pass is read in
    windows that overlap, and the best answer of all windows is returned.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_feature_extractor = False
    _load_image_processor = False
    _load_video_processor = False

    def __init__(self, *args, **kwargs):
        """Take what `Pipeline` takes, and parameters of a call as defaults for every call.

        Raises:
            ValueError: when the tokenizer cannot tell which characters a token stands for.
        """
        super().__init__(*args, **kwargs)
        if not getattr(self.tokenizer, "is_fast", False):
            raise ValueError(
                f"The tokenizer {type(self.tokenizer).__name__} does not report which characters a token stands for. "
                "Load the checkpoint's fast tokenizer with AutoTokenizer.from_pretrained and pass it as tokenizer=."
            )

    def _sanitize_parameters(
        self,
        top_k: int | None = None,
        doc_stride: int | None = None,
        max_answer_len: int | None = None,
        max_seq_len: int | None = None,
        handle_impossible_answer: bool | None = None,
        align_to_words: bool | None = None,
    ):
        _check_at_least(1, top_k=top_k, max_answer_len=max_answer_len, max_seq_len=max_seq_len)
        _check_at_least(0, doc_stride=doc_stride)
        preprocess = {"doc_stride": doc_stride, "max_seq_len": max_seq_len, "align_to_words": align_to_words}
        postprocess = {
            "top_k": top_k,
            "max_answer_len": max_answer_len,
            "handle_impossible_answer": handle_impossible_answer,
            "align_to_words": align_to_words,
        }
        return _given(preprocess), {}, _given(postprocess)

    def __call__(self, *inputs, question=None, context=None, **parameters):
        """Answer one question or several.

        Args:
            *inputs: one dict with the keys `question` and `context`, a list, generator or data set of such dicts, or
                a question and a context.
            question: a string or a list of strings.
            context: a string for all questions, or a list with one context for each.
            top_k: number of answers to return, 1 by default.
            doc_stride: number of tokens that two windows share, by default 128 or half a window if that is less.
            max_answer_len: most tokens in an answer, 15 by default.
            max_seq_len: most tokens in a window, question and special tokens included, by default 384 or what the
                model can read if that is less.
            handle_impossible_answer: whether the empty answer competes, scored by the probability of the `[CLS]`
                token (the lowest of all windows). False by default.
            align_to_words: whether an answer is widened to whole words. True by default.
            **parameters: `batch_size`, the number of windows in one forward pass (1 by default), and what else every
                pipeline takes.

        Returns:
            A dict with `score`, `start`, `end` and `answer`, a list of dicts for `top_k` above 1, and a list of
            those for several questions. Answers that differ only in case count as one, with their scores added.
            A generator or torch data set gives an iterator where the library does.

        Raises:
            TypeError: for a question or context that is not a string.
            ValueError: for one with nothing in it, and for a number that does not fit the others.
        """
        examples = self._examples(inputs, question, context)
        if isinstance(examples, list) and len(examples) < 2:
            return super().__call__(examples[0], **parameters) if examples else []
        return super().__call__(examples, **parameters)

    @staticmethod
    def _examples(inputs: tuple, question: Any, context: Any) -> Any:
        """Bring every way to call the pipeline to a dict, or a list or stream of dicts."""
        if len(inputs) == 2 and question is None and context is None:
            question, context = inputs
        elif len(inputs) == 1 and question is None and context is None:
            return _listed(inputs[0])
        elif inputs or question is None or context is None:
            raise TypeError(
                "The call does not name exactly one question and one context for it. "
                'Pass question=... and context=..., or dicts {"question": ..., "context": ...}.'
            )
        if not isinstance(question, list | tuple) and not isinstance(context, list | tuple):
            return {"question": question, "context": context}
        questions = question if isinstance(question, list | tuple) else [question] * len(context)
        contexts = context if isinstance(context, list | tuple) else [context] * len(questions)
        if len(questions) != len(contexts):
            raise ValueError(
                f"There are {len(questions)} questions and {len(contexts)} contexts. "
                "Pass one context for each question, or a single context for all of them."
            )
        return [{"question": q, "context": c} for q, c in zip(questions, contexts, strict=True)]

    def preprocess(
        self,
        example: dict[str, str],
        doc_stride: int | None = None,
        max_seq_len: int | None = None,
        align_to_words: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Tokenize a question with its context, as many windows as that takes.

        Yields:
            For each window the model's inputs, `[1, tokens]`, and what `postprocess` needs: `in_context` and
            `is_null`, `[1, tokens]`, true on the context's tokens and on the `[CLS]` token, and `characters`,
            `[1, tokens, 2]`, where in the context the token (or the word it belongs to) starts and ends.
        """
        question, context = _question_and_context(example)
        limit = _most_tokens(self)
        max_seq_len = min(limit, 384) if max_seq_len is None else max_seq_len
        if max_seq_len > limit:
            raise ValueError(
                f"max_seq_len={max_seq_len} is more than the {limit} tokens that this model can read. "
                f"Pass max_seq_len={limit} or less: a longer context is read in several windows."
            )
        doc_stride = min(max_seq_len // 2, 128) if doc_stride is None else doc_stride
        self._check_room(question, context, max_seq_len, doc_stride)

        # Tokenizers that pad on the left belong to models that were trained with the context first.
        question_first = self.tokenizer.padding_side == "right"
        windows = self.tokenizer(
            *((question, context) if question_first else (context, question)),
            truncation="only_second" if question_first else "only_first",
            max_length=max_seq_len,
            stride=doc_stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        context_number = 1 if question_first else 0
        count = len(windows["input_ids"])
        for index in range(count):
            sequences = windows.sequence_ids(index)
            in_context = [sequence == context_number for sequence in sequences]
            if not any(in_context):
                raise ValueError(
                    f"The context {context[:40]!r} holds nothing that the tokenizer keeps. "
                    "Pass a context with the text in which the answer is to be found."
                )
            ids = windows["input_ids"][index]
            is_null = [
                token == self.tokenizer.cls_token_id and sequence is None
                for token, sequence in zip(ids, sequences, strict=True)
            ]
            characters = windows["offset_mapping"][index]
            if align_to_words:
                characters = _widened_to_words(characters, windows.word_ids(index), in_context)
            model_inputs = {name: windows[name][index] for name in self.tokenizer.model_input_names}
            tensors = model_inputs | {"in_context": in_context, "is_null": is_null, "characters": characters}
            yield {name: torch.tensor([values]) for name, values in tensors.items()} | {
                "context": context,
                "is_last": index == count - 1,
            }

    def _check_room(self, question: str, context: str, max_seq_len: int, doc_stride: int) -> None:
        """Refuse windows that have no room for new tokens of the context beside the question and the overlap."""
        special_tokens = self.tokenizer.num_special_tokens_to_add(pair=True)
        taken = self._count_tokens(question) + special_tokens
        if doc_stride < max_seq_len - taken or self._count_tokens(context) <= max_seq_len - taken:
            return
        raise ValueError(
            f"Question and special tokens take {taken} of the {max_seq_len} tokens of a window, and doc_stride="
            f"{doc_stride} repeats tokens of the window before, which leaves no room to move on in the context. "
            "Shorten the question, pass a smaller doc_stride, or a larger max_seq_len."
        )

    def _count_tokens(self, text: str) -> int:
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _forward(self, window: dict[str, Any]) -> dict[str, Any]:
        """Run the model on a window, or on several that were collated to one batch."""
        outputs = self.model(**{name: window[name] for name in self.tokenizer.model_input_names})
        if "start_logits" not in outputs:
            raise ValueError(
                f"The model {type(self.model).__name__} gives no logits for the start and the end of an answer. "
                "Pass a checkpoint with a question-answering head."
            )
        return {
            "start_logits": outputs["start_logits"].float(),
            "end_logits": outputs["end_logits"].float(),
            **{name: window[name] for name in ("in_context", "is_null", "characters", "context", "is_last")},
        }

    def postprocess(
        self,
        windows: list[dict[str, Any]],
        top_k: int = 1,
        max_answer_len: int = 15,
        handle_impossible_answer: bool = False,
        align_to_words: bool = True,
    ) -> dict[str, Any] | list[dict[str, Any]]:
        """Turn the logits of all windows of one context into answers."""
        # Spans within the same words become the same answer, so look at more spans than there are answers to give.
        spans_to_keep = 2 * top_k + 10 if align_to_words else top_k
        answers: dict[str, dict[str, Any]] = {}
        null_scores = []
        for window in windows:
            in_context, is_null, characters = (
                window[name][0] for name in ("in_context", "is_null", "characters")
            )
            outside = ~(in_context | is_null)
            start = window["start_logits"][0].masked_fill(outside, -torch.inf).log_softmax(dim=-1)
            end = window["end_logits"][0].masked_fill(outside, -torch.inf).log_softmax(dim=-1)
            null_scores.append((start + end)[is_null].exp().sum().item())
            spans = best_spans(start, end, in_context, max_answer_len, spans_to_keep)
            for first, last, log_probability in zip(*(values.tolist() for values in spans), strict=True):
                begin, stop = int(characters[first, 0]), int(characters[last, 1])
                text = window["context"][begin:stop]
                answer = answers.setdefault(
                    text.lower(), {"score": 0.0, "start": begin, "end": stop, "answer": text}
                )
                answer["score"] += math.exp(log_probability)
        found = list(answers.values())
        if handle_impossible_answer:
            found.append({"score": min(null_scores), "start": 0, "end": 0, "answer": ""})
        found = sorted(found, key=lambda answer: answer["score"], reverse=True)[:top_k]
        return found[0] if top_k == 1 else found


class Seq2SeqPipeline(Pipeline):
    """Generate text from text with an encoder-decoder model.

        translate = pipeline("seq2seq", model=folder, task_prefix="translation_en_to_fr")
        translate("How are you?")

    gives `[{"generated_text": "Comment allez-vous ?"}]`. Arguments of `model.generate` are passed on. Where the
    call does not say otherwise, the decoder runs a beam search with 4 beams and stops after 256 new tokens. As in
    transformers 4.57, these two rank above the model's generation config, except that a `max_length` there replaces
    the 256.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_feature_extractor = False
    _load_image_processor = False
    _load_video_processor = False

    def __init__(self, *args, **kwargs):
        """Take what `Pipeline` takes, and parameters of a call as defaults for every call.

        Raises:
            ValueError: when the model is no encoder-decoder model.
        """
        super().__init__(*args, **kwargs)
        if not self.model.config.is_encoder_decoder:
            raise ValueError(
                f"The model {type(self.model).__name__} has no encoder and decoder. "
                "Pass a sequence-to-sequence checkpoint, such as a T5 or a BART."
            )

    def _sanitize_parameters(
        self,
        prefix: str | None = None,
        task_prefix: str | None = None,
        truncation: bool | str | None = None,
        return_tensors: bool | None = None,
        clean_up_tokenization_spaces: bool | None = None,
        **generate_arguments,
    ):
        preprocess = {"prefix": prefix, "truncation": truncation}
        forward = dict(generate_arguments)
        if prefix is not None and task_prefix is not None:
            raise ValueError(
                f"Both prefix={prefix!r} and task_prefix={task_prefix!r} were given. "
                "Pass prefix= for a text of your own, or task_prefix= for one that the model's config holds."
            )
        if prefix is not None:
            _check_string("prefix", prefix)
            forward["task_arguments"] = {}
        if task_prefix is not None:
            forward["task_arguments"] = self._task_parameters(task_prefix)
            preprocess["prefix"] = forward["task_arguments"].pop("prefix", self._config_prefix())
        postprocess = {
            "return_tensors": return_tensors,
            "clean_up_tokenization_spaces": clean_up_tokenization_spaces,
        }
        return _given(preprocess), forward, _given(postprocess)

    def _task_parameters(self, task: str) -> dict[str, Any]:
        """Look up the prefix and the generate arguments that the model's config holds for a task."""
        _check_string("task_prefix", task)
        tasks = getattr(self.model.config, "task_specific_params", None) or {}
        if task not in tasks:
            available = ", ".join(repr(name) for name in sorted(tasks)) or "none"
            raise ValueError(
                f"The model's config has no task {task!r} in task_specific_params (it has: {available}). "
                "Pass one of these as task_prefix=, or pass the text itself as prefix=."
            )
        return dict(tasks[task])

    def _config_prefix(self) -> str:
        return getattr(self.model.config, "prefix", None) or ""

    def __call__(self, inputs, **parameters):
        """Generate a text for each input.

        Args:
            inputs: a string, or a list, generator or data set of strings.
            prefix: text put before each input. By default the config's `prefix`, which most models do not have.
            task_prefix: name of a task in the config's `task_specific_params`, such as `"translation_en_to_fr"`: its
                prefix is put before each input and its generate arguments become the defaults, except for a
                `max_length`, which loses against the 256 new tokens here as it did in transformers 4.57.
            truncation: whether an input that is longer than the model can read is cut. False by default: such an
                input raises an error.
            return_tensors: whether to return token ids, as `generated_token_ids`, in place of text.
            clean_up_tokenization_spaces: whether spaces before punctuation are removed. False by default.
            batch_size: number of inputs in one forward pass, 1 by default.
            **parameters: arguments for `model.generate`. A `generation_config` replaces all defaults of the
                pipeline. A `max_length` replaces its limit of new tokens.

        Returns:
            For a string `[{"generated_text": ...}]`, with one dict for each of `num_return_sequences`. For a list a
            list of such dicts, or of lists of them when there are several for an input. A generator or torch data
            set gives an iterator over lists where the library does.

        Raises:
            TypeError: for an input that is not a string.
            ValueError: for an input with too many tokens or none, and for a task that the config does not have.
        """
        inputs = _listed(inputs)
        if isinstance(inputs, list) and not inputs:
            return []
        results = super().__call__(inputs, **parameters)
        if isinstance(inputs, list) and all(len(result) == 1 for result in results):
            return [result[0] for result in results]
        return results

    def preprocess(
        self, text: str, prefix: str | None = None, truncation: bool | str = False
    ) -> dict[str, torch.Tensor]:
        """Put the prefix before the text and tokenize both: `input_ids` and `attention_mask`, `[1, tokens]`."""
        _check_string("input", text)
        prefix = self._config_prefix() if prefix is None else prefix
        limit = _most_tokens(self)
        encoded = self.tokenizer(
            prefix + text,
            return_tensors="pt",
            truncation=truncation,
            max_length=min(limit, self.tokenizer.model_max_length) if truncation else None,
            verbose=False,
        )
        tokens = encoded["input_ids"].shape[-1]
        if tokens > limit:
            raise ValueError(
                f"The input has {tokens} tokens and this pipeline reads at most {limit} with this model. "
                "Pass truncation=True to use only the beginning, or split the text."
            )
        if tokens == 0:
            raise ValueError(
                "The input holds nothing that the tokenizer keeps. Pass a text with some content."
            )
        return {name: encoded[name] for name in ("input_ids", "attention_mask")}

    def _forward(
        self, model_inputs: dict[str, torch.Tensor], task_arguments: dict[str, Any] | None = None, **given
    ) -> dict[str, torch.Tensor]:
        """Generate: `output_ids`, `[batch, sequences, tokens]`."""
        arguments = self._generate_arguments(task_arguments or {}, given)
        generated = self.model.generate(**model_inputs, **arguments)
        output_ids = getattr(generated, "sequences", generated)  # [batch * sequences, tokens]
        batch = len(model_inputs["input_ids"])
        return {"output_ids": output_ids.reshape(batch, -1, output_ids.shape[-1])}

    def _generate_arguments(self, task_arguments: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """Merge arguments by rank: the call's own, the task's, the pipeline's, and by default the model's."""
        if given.get("generation_config") is not None:
            config = copy.deepcopy(given["generation_config"])
            others = {name: value for name, value in given.items() if name != "generation_config"}
            return {"generation_config": config, **config.update(**others)}
        in_config = self.model.generation_config.to_diff_dict()
        defaults = dict(GENERATION_DEFAULTS)
        if "max_length" in in_config:
            defaults.pop("max_new_tokens")
        if "pad_token_id" not in in_config:
            defaults["pad_token_id"] = self.tokenizer.pad_token_id
        task_arguments = {name: value for name, value in task_arguments.items() if name != "max_length"}
        arguments = defaults | task_arguments | given
        if "max_length" in given and "max_new_tokens" not in given:
            arguments["max_new_tokens"] = None
        return arguments

    def postprocess(
        self,
        model_outputs: dict[str, torch.Tensor],
        return_tensors: bool = False,
        clean_up_tokenization_spaces: bool = False,
    ) -> list[dict[str, Any]]:
        """Decode the generated ids of one input, without special tokens."""
        sequences = model_outputs["output_ids"][0]  # [sequences, tokens]
        if return_tensors:
            return [{"generated_token_ids": ids} for ids in sequences]
        return [
            {
                "generated_text": self.tokenizer.decode(
                    ids, skip_special_tokens=True, clean_up_tokenization_spaces=clean_up_tokenization_spaces
                )
            }
            for ids in sequences
        ]


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    """Keep the parameters that the caller set: the others have their defaults in the stage that uses them."""
    return {name: value for name, value in parameters.items() if value is not None}


def _listed(inputs: Any) -> Any:
    """Turn finite collections into a list. Single inputs, generators and torch data sets are left as they are."""
    as_they_are = (str, bytes, dict, GeneratorType, torch.utils.data.Dataset)
    return list(inputs) if isinstance(inputs, Iterable) and not isinstance(inputs, as_they_are) else inputs


def _question_and_context(example: Any) -> tuple[str, str]:
    """Check that an example is a dict with a question and a context that are not empty."""
    if not isinstance(example, dict) or not {"question", "context"} <= example.keys():
        found = (
            f"the keys {sorted(map(str, example))}" if isinstance(example, dict) else type(example).__name__
        )
        raise TypeError(
            f"An example has to be a dict with the keys 'question' and 'context', not {found}. "
            "Pass question=... and context=..., or a list of such dicts."
        )
    for name in ("question", "context"):
        _check_string(name, example[name])
        if not example[name].strip():
            raise ValueError(f"The {name} is empty. Pass a {name} with at least one word.")
    return example["question"], example["context"]


def _check_string(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(
            f"The {name} has the type {type(value).__name__}. Pass a string, or a list of strings for several."
        )


def _check_at_least(least: int, **numbers: int | None) -> None:
    for name, number in numbers.items():
        if number is not None and (not isinstance(number, int) or number < least):
            raise ValueError(f"{name} is {number!r}. Pass a whole number of at least {least}.")


def _most_tokens(pipe: Pipeline) -> int:
    """Count the tokens that the model can read at once.

    A model with a table of positions cannot read more tokens than it has rows, nor more than its tokenizer states.
    One with relative positions, such as T5, has no such limit, but attention needs memory that grows with the square
    of the length.
    """
    rows = getattr(pipe.model.config, "max_position_embeddings", None)
    return MOST_TOKENS_WITHOUT_POSITIONS if rows is None else min(rows, pipe.tokenizer.model_max_length)


def _widened_to_words(
    characters: list[tuple[int, int]], words: list[int | None], in_context: list[bool]
) -> list[tuple[int, int]]:
    """Give each token of the context the characters of its whole word, as far as the window shows it."""
    spans: dict[int, tuple[int, int]] = {}
    for (start, end), word, inside in zip(characters, words, in_context, strict=True):
        if inside and word is not None:
            spans[word] = (spans.get(word, (start, end))[0], end)
    return [
        spans.get(word, own) if inside else own
        for own, word, inside in zip(characters, words, in_context, strict=True)
    ]


def _register() -> None:
    """Enter both pipelines in the library's registry, in place of what an earlier import of this module left there."""
    for task, pipeline_class, model_class in (
        ("extractive-question-answering", ExtractiveQuestionAnsweringPipeline, AutoModelForQuestionAnswering),
        ("seq2seq", Seq2SeqPipeline, AutoModelForSeq2SeqLM),
    ):
        PIPELINE_REGISTRY.supported_tasks.pop(task, None)
        PIPELINE_REGISTRY.register_pipeline(
            task, pipeline_class=pipeline_class, pt_model=model_class, type="text"
        )
        # With this entry, save_pretrained would write the pipeline's code beside the model, and the folder could only
        # be loaded by who trusts code from it. Here the code comes from this package.
        del pipeline_class._registered_impl


_register()
