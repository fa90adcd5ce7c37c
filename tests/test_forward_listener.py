"""ForwardListener: what it reports, that it changes nothing, and that it comes off exactly."""

import contextlib
import copy
import gc
import inspect
import itertools
import pickle
import threading
import weakref

import matplotlib
import pytest
import torch
from torch import nn
from transformers import (
    BertConfig,
    BertForMaskedLM,
    DynamicCache,
    EncoderDecoderCache,
    LlamaConfig,
    LlamaForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)
from transformers.modeling_outputs import BaseModelOutput

from extras_and_licenses.forward_listener import MAX_IDS, Calls, ForwardListener, summarise, timeline

IDS = torch.tensor([[5, 6, 7, 8, 1]])


class Numbers:
    """A tokenizer that writes ids as numbers."""

    def decode(self, ids):
        return " ".join(map(str, ids))


@pytest.fixture(autouse=True)
def nothing_stays_on():
    yield
    ForwardListener.clear_all()


@pytest.fixture
def t5():
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=50, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, decoder_start_token_id=0
    )
    config._attn_implementation = "eager"
    return T5ForConditionalGeneration(config).eval()


@pytest.fixture
def bert():
    torch.manual_seed(0)
    return BertForMaskedLM(
        BertConfig(
            vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
        )
    ).eval()


@pytest.fixture
def llama():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    return LlamaForCausalLM(config).eval()


def six_tokens(model, **options):
    """Always six new tokens, greedy unless told, with the scores so that results can be compared exactly."""
    defaults = {
        "attention_mask": torch.ones_like(IDS),
        "max_new_tokens": 6,
        "min_new_tokens": 6,
        "do_sample": False,
        "output_scores": True,
        "return_dict_in_generate": True,
        "pad_token_id": 0,
    }
    return model.generate(IDS, **defaults | options)


def listen(module, name="x", **options):
    module.forward = ForwardListener(module, name=name, **options)
    return module.forward


class TestReport:
    def test_generate_reports_each_forward_in_order(self, t5, capsys):
        t5.encoder.forward = ForwardListener(t5.encoder, name="encoder", tokenizer=Numbers())
        t5.decoder.forward = ForwardListener(t5.decoder, name="decoder", tokenizer=Numbers())
        new_ids = six_tokens(t5).sequences[0].tolist()
        reports = capsys.readouterr().out.split("\ndecoder, ")
        assert reports[0].startswith("encoder, call 1\n")
        assert (
            "  input_ids: int64 [1, 5] on cpu = '5 6 7 8 1'\n  attention_mask: int64 [1, 5] on cpu\n"
            in reports[0]
        )
        assert len(reports) == 1 + 6
        for step, report in enumerate(reports[1:]):
            assert report.startswith(f"call {step + 1}\n")
            assert f"  input_ids: int64 [1, 1] on cpu = '{new_ids[step]}'\n" in report
            assert f"  past_key_values: EncoderDecoderCache of length {step}\n" in report
            assert "  encoder_hidden_states: float32 [1, 5, 16] on cpu\n" in report

    def test_nothing_is_printed_after_clear_all(self, t5, capsys):
        listen(t5.encoder)
        ForwardListener.clear_all()
        six_tokens(t5)
        assert capsys.readouterr().out == ""

    def test_quiet_prints_nothing_but_records(self, bert, capsys):
        listener = listen(bert.bert, quiet=True)
        bert(IDS)
        assert capsys.readouterr().out == ""
        assert len(listener.calls) == 1

    def test_printed_report_is_the_report_of_the_records(self, t5, capsys):
        with ForwardListener.listening(encoder=t5.encoder, decoder=t5.decoder, tokenizer=Numbers()) as calls:
            six_tokens(t5)
        assert capsys.readouterr().out == calls.report() + "\n"

    def test_report_is_the_same_on_every_run(self, t5):
        reports = []
        for _ in range(2):
            with ForwardListener.listening(
                encoder=t5.encoder, decoder=t5.decoder, tokenizer=Numbers(), quiet=True
            ) as calls:
                six_tokens(t5)
            reports.append((calls.report(), calls.table(), repr(calls), repr(calls[0]), calls))
        assert reports[0] == reports[1]

    def test_report_can_leave_out_the_device(self, bert, capsys):
        listener = listen(bert.bert, show_device=False)
        bert(IDS, attention_mask=torch.ones_like(IDS))
        assert capsys.readouterr().out == listener.calls.report(show_device=False) + "\n"
        assert "cpu" not in listener.calls.report(show_device=False)
        assert listener.calls[0].arguments["attention_mask"].device == "cpu"

    def test_report_can_be_limited_to_some_arguments(self, bert, capsys):
        listen(bert.bert, name="body", only=["input_ids"])
        bert(IDS, attention_mask=torch.ones_like(IDS))
        assert capsys.readouterr().out == "body, call 1\n  input_ids: int64 [1, 5] on cpu\n"

    def test_report_follows_the_order_that_it_is_given(self, bert, capsys):
        listen(bert.bert, name="body", only=["attention_mask", "input_ids", "not passed"])
        bert(IDS, attention_mask=torch.ones_like(IDS))
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines] == ["body, call 1", "  attention_mask", "  input_ids"]

    def test_arguments_are_in_the_order_of_the_signature(self, bert):
        listener = listen(bert.bert, quiet=True)
        bert.bert(return_dict=True, attention_mask=torch.ones_like(IDS), input_ids=IDS)
        assert list(listener.calls[0].arguments) == ["input_ids", "attention_mask", "return_dict"]

    def test_positional_arguments_have_their_names(self, bert):
        listener = listen(bert.bert, quiet=True)
        bert.bert(IDS, torch.ones_like(IDS))
        assert list(listener.calls[0].arguments) == ["input_ids", "attention_mask"]

    def test_arguments_beyond_the_signature_are_numbered(self):
        class Sum(nn.Module):
            def forward(self, first, *others):
                return first + sum(others)

        module = Sum()
        listener = listen(module, quiet=True)
        assert module(1, 2, 3) == 6
        assert list(listener.calls[0].arguments) == ["first", "argument 2", "argument 3"]

    def test_every_sequence_of_a_batch_is_decoded(self, bert):
        listener = listen(bert.bert, tokenizer=Numbers(), quiet=True)
        bert(torch.tensor([[5, 6], [7, 8]]))
        assert listener.calls[0].texts() == ("5 6", "7 8")

    def test_long_inputs_are_cut(self, bert):
        listener = listen(bert.bert, tokenizer=Numbers(), quiet=True)
        bert(torch.full((1, 2 * MAX_IDS), 5))
        assert len(listener.calls[0].ids["input_ids"][0]) == MAX_IDS
        assert listener.calls[0].arguments["input_ids"].shape == (1, 2 * MAX_IDS)

    def test_no_tensor_is_read_without_a_tokenizer(self, bert, monkeypatch):
        listener = listen(bert.bert, quiet=True)
        monkeypatch.setattr(torch.Tensor, "tolist", lambda _: pytest.fail("a tensor was read"))
        bert(IDS)
        assert listener.calls[0].ids == {}

    def test_the_name_is_the_class_by_default(self, bert):
        assert ForwardListener(bert.bert).name == "BertModel"


class TestRecords:
    @pytest.mark.parametrize("use_cache", [True, False])
    def test_t5_encoder_runs_once_and_decoder_once_per_token(self, t5, use_cache):
        with ForwardListener.listening(encoder=t5.encoder, decoder=t5.decoder, quiet=True) as calls:
            six_tokens(t5, use_cache=use_cache)
        assert calls.counts() == {"encoder": 1, "decoder": 6}
        assert [call.number for call in calls] == [1, 2, 3, 4, 5, 6, 7]
        decoder = calls.named("decoder")
        assert [call.call for call in decoder] == [1, 2, 3, 4, 5, 6]
        lengths = [call.arguments["input_ids"].shape[1] for call in decoder]
        assert lengths == ([1] * 6 if use_cache else [1, 2, 3, 4, 5, 6])
        assert [call.cache_length for call in decoder] == (list(range(6)) if use_cache else [None] * 6)

    @pytest.mark.parametrize("use_cache", [True, False])
    def test_causal_lm_reads_the_prompt_first(self, llama, use_cache):
        with ForwardListener.listening(body=llama.model, quiet=True) as calls:
            six_tokens(llama, use_cache=use_cache)
        lengths = [call.arguments["input_ids"].shape[1] for call in calls]
        assert lengths == ([5, 1, 1, 1, 1, 1] if use_cache else [5, 6, 7, 8, 9, 10])
        caches = [call.cache_length for call in calls]
        assert caches == ([0, 5, 6, 7, 8, 9] if use_cache else [None] * 6)

    def test_outer_module_comes_before_the_modules_inside_it(self, bert):
        layers = {f"layer.{i}": layer for i, layer in enumerate(bert.bert.encoder.layer)}
        with ForwardListener.listening(layers, body=bert.bert, quiet=True) as calls:
            bert(IDS)
        assert [call.name for call in calls] == ["body", "layer.0", "layer.1"]

    def test_table_has_a_row_per_call(self, t5):
        with ForwardListener.listening(
            encoder=t5.encoder, decoder=t5.decoder, tokenizer=Numbers(), quiet=True
        ) as calls:
            new_ids = six_tokens(t5).sequences[0].tolist()
        lines = calls.table().splitlines()
        assert lines[:3] == [
            "number  name     call  input   cache  output      text",
            "1       encoder  1     [1, 5]  -      [1, 5, 16]  5 6 7 8 1",
            "2       decoder  1     [1, 1]  0      [1, 1, 16]  0",
        ]
        assert lines[3].split()[-1] == str(new_ids[1])
        assert len(lines) == 1 + 7

    def test_long_text_is_cut_in_the_table(self, bert):
        listener = listen(bert.bert, tokenizer=Numbers(), quiet=True)
        bert(IDS)
        assert listener.calls.table(text_width=5).endswith("  5 6 …")

    def test_rows_hold_plain_values(self, bert):
        listener = listen(bert.bert, quiet=True)
        bert(IDS)
        expected = {"number": 1, "name": "x", "call": 1, "input": [1, 5], "cache": None, "output": [1, 5, 16]}
        assert listener.calls.rows() == [expected | {"text": ""}]

    def test_table_shows_the_input_ids_before_other_tensors(self, t5):
        with ForwardListener.listening(model=t5, quiet=True) as calls:
            six_tokens(t5)
        assert "attention_mask" in calls[0].arguments
        assert [row["input"] for row in calls.rows()] == [[1, 1]] * 6

    def test_a_slice_can_be_tabulated(self, t5):
        with ForwardListener.listening(encoder=t5.encoder, decoder=t5.decoder, quiet=True) as calls:
            six_tokens(t5)
        assert repr(calls[:3]) == "Calls(encoder: 1, decoder: 2)"
        assert len(calls[:3].table().splitlines()) == 4

    def test_listeners_can_share_one_list(self, t5):
        calls = Calls()
        listen(t5.encoder, "encoder", quiet=True, calls=calls)
        listen(t5.decoder, "decoder", quiet=True, calls=calls)
        six_tokens(t5)
        assert calls.counts() == {"encoder": 1, "decoder": 6}

    def test_timeline_has_a_row_per_name_and_a_bar_per_call(self, t5):
        matplotlib.use("Agg")
        with ForwardListener.listening(encoder=t5.encoder, decoder=t5.decoder, quiet=True) as calls:
            six_tokens(t5)
        ax = timeline(calls)
        assert [label.get_text() for label in ax.get_yticklabels()] == ["encoder", "decoder"]
        bars = [[path.get_extents() for path in row.get_paths()] for row in ax.collections]
        assert [len(row) for row in bars] == [1, 6]
        assert bars[0][0].x0 == 0
        for call, bar in zip(calls.named("decoder"), bars[1], strict=True):
            assert bar.width == pytest.approx(call.seconds * 1e3)
            assert bar.x0 == pytest.approx((call.started - calls[0].started) * 1e3)
        matplotlib.pyplot.close(ax.figure)

    def test_timeline_draws_where_it_is_told(self, bert):
        matplotlib.use("Agg")
        listener = listen(bert.bert, quiet=True)
        bert(IDS)
        figure, ax = matplotlib.pyplot.subplots()
        assert timeline(listener.calls, ax) is ax
        matplotlib.pyplot.close(figure)

    def test_timeline_without_calls_says_what_to_do(self):
        with pytest.raises(ValueError, match=r"no calls to draw. Run the model"):
            timeline(Calls())


class TestResults:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"use_cache": False},
            {"num_beams": 3},
            {"do_sample": True},
            {"output_hidden_states": True, "output_attentions": True},
        ],
        ids=["greedy", "no cache", "beams", "sampling", "hidden states"],
    )
    @pytest.mark.parametrize("name", ["t5", "llama"])
    def test_generate_is_bit_equal(self, name, options, request):
        model = request.getfixturevalue(name)
        parts = {f"part {i}": module for i, module in enumerate(model.modules()) if callable(module)}
        torch.manual_seed(1)
        bare = six_tokens(model, **options)
        torch.manual_seed(1)
        with ForwardListener.listening(parts, tokenizer=Numbers(), quiet=True) as calls:
            heard = six_tokens(model, **options)
        assert len(calls) > 50
        assert_bit_equal(heard, bare)

    def test_bert_is_bit_equal(self, bert):
        def run():
            return bert(IDS, labels=IDS, output_hidden_states=True)

        bare = run()
        with ForwardListener.listening(dict(bert.named_modules()), quiet=True) as calls:
            heard = run()
        assert {"bert", "bert.encoder.layer.1.attention.self.query", "cls"} <= calls.counts().keys()
        assert_bit_equal(heard, bare)
        assert len(heard.hidden_states) == 3

    def test_gradients_are_bit_equal(self, bert):
        gradients = []
        for listened in (False, True):
            bert.zero_grad()
            if listened:
                listen(bert.bert, quiet=True)
            bert(IDS, labels=IDS).loss.backward()
            gradients.append([parameter.grad.clone() for parameter in bert.parameters()])
        assert_bit_equal(gradients[1], gradients[0])

    def test_no_grad_is_left_as_it_is(self, bert):
        listener = listen(bert.bert, quiet=True)
        with torch.no_grad():
            assert not bert(IDS).logits.requires_grad
        assert bert(IDS).logits.requires_grad
        assert len(listener.calls) == 2

    def test_output_is_the_very_object(self):
        module = nn.Identity()
        listen(module, quiet=True)
        value = torch.ones(2)
        assert module(value) is value

    def test_train_and_eval_reach_the_module(self, bert):
        listen(bert.bert, quiet=True)
        assert bert.train().bert.training
        assert not torch.equal(bert(IDS).logits, bert(IDS).logits), "dropout is on"
        assert not bert.eval().bert.training

    def test_state_dict_and_parameters_are_the_same(self, bert):
        before = list(bert.state_dict())
        listen(bert.bert, quiet=True)
        assert list(bert.state_dict()) == before
        assert not any(isinstance(value, ForwardListener) for value in bert.bert._modules.values())

    def test_hooks_still_run(self, bert):
        seen = []
        bert.bert.register_forward_hook(lambda *_: seen.append("hook"))
        listener = listen(bert.bert, quiet=True)
        bert(IDS)
        assert seen == ["hook"]
        assert len(listener.calls) == 1

    def test_signature_is_that_of_the_forward(self, t5):
        before = inspect.signature(t5.decoder.forward)
        listener = listen(t5.decoder, quiet=True)
        assert inspect.signature(t5.decoder.forward) == before
        assert inspect.unwrap(listener) == inspect.unwrap(type(t5.decoder).forward.__get__(t5.decoder))
        assert listener.__name__ == "forward"

    def test_listened_modules_can_be_asked_for_help(self):
        assert "module" in inspect.signature(ForwardListener).parameters

    def test_an_unknown_argument_is_still_refused_by_generate(self, t5):
        listen(t5, quiet=True)
        with pytest.raises(ValueError, match="colour"):
            six_tokens(t5, colour="red")

    def test_a_tokenizer_that_fails_breaks_nothing(self, bert, capsys):
        class Broken:
            def decode(self, ids):
                raise OverflowError("id out of range")

        bare = bert(IDS).logits
        listen(bert.bert, tokenizer=Broken())
        assert torch.equal(bert(IDS).logits, bare)
        assert "'cannot be decoded'" in capsys.readouterr().out

    def test_tensors_without_data_break_nothing(self):
        class Body(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(10, 4, device="meta")

            def forward(self, input_ids):
                return self.embedding(input_ids)

        ids = torch.empty(1, 3, dtype=torch.long, device="meta")
        body = Body()
        listener = listen(body, tokenizer=Numbers(), quiet=True)
        assert body(ids).shape == (1, 3, 4)
        assert listener.calls[0].texts() == ()
        assert listener.calls[0].arguments["input_ids"].device == "meta"


class TestComingOff:
    def test_no_forward_stays_where_there_was_none(self, t5):
        before = {name: list(module.__dict__) for name, module in t5.named_modules()}
        listen(t5.encoder, quiet=True)
        listen(t5.decoder, quiet=True)
        ForwardListener.clear_all()
        assert {name: list(module.__dict__) for name, module in t5.named_modules()} == before

    def test_the_forward_of_the_instance_comes_back(self):
        module = nn.Linear(2, 2)

        def patched(value):
            return value + 1

        module.forward = patched
        keys = list(module.__dict__)
        listener = listen(module, quiet=True)
        assert torch.equal(module(torch.zeros(2)), torch.ones(2))
        assert len(listener.calls) == 1
        ForwardListener.clear_all()
        assert module.__dict__["forward"] is patched
        assert list(module.__dict__) == keys

    def test_clearing_twice_does_nothing(self):
        module = nn.Linear(2, 2)
        listener = listen(module, quiet=True)
        ForwardListener.clear_all()
        module.forward = patched = lambda value: value
        ForwardListener.clear_all()
        listener.clear()
        assert module.__dict__["forward"] is patched

    def test_records_stay_after_clearing(self):
        module = nn.Linear(2, 2)
        listener = listen(module, quiet=True)
        module(torch.zeros(2))
        ForwardListener.clear_all()
        module(torch.zeros(2))
        assert len(listener.calls) == 1

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    @pytest.mark.parametrize("patched_before", [False, True])
    def test_listeners_on_one_module_come_off_in_any_order(self, order, patched_before):
        module = nn.Linear(2, 2)
        if patched_before:
            module.forward = lambda value: value
        original = module.__dict__.get("forward")
        listeners = [listen(module, name, quiet=True) for name in "abc"]
        on = {0, 1, 2}
        for index in order:
            counts = [len(listener.calls) for listener in listeners]
            module(torch.zeros(2))
            assert [
                len(listener.calls) - count for listener, count in zip(listeners, counts, strict=True)
            ] == [int(i in on) for i in range(3)]
            listeners[index].clear()
            on.remove(index)
        assert module.__dict__.get("forward") is original
        assert ("forward" in module.__dict__) is patched_before

    def test_nested_blocks_each_hear_what_runs_inside_them(self):
        module = nn.Linear(2, 2)
        with ForwardListener.listening(x=module, quiet=True) as outer:
            module(torch.zeros(2))
            with ForwardListener.listening(x=module, quiet=True) as inner:
                module(torch.zeros(2))
            module(torch.zeros(2))
        assert (len(outer), len(inner)) == (3, 1)
        assert "forward" not in module.__dict__

    def test_a_cell_run_again_reports_once(self, capsys):
        module = nn.Linear(2, 2)
        first = listen(module, "linear")
        second = listen(module, "linear")
        module(torch.zeros(2))
        assert capsys.readouterr().out == "linear, call 1\n  input: float32 [2] on cpu\n"
        assert (len(first.calls), len(second.calls)) == (1, 1)
        second.clear()
        module(torch.zeros(2))
        assert capsys.readouterr().out == "linear, call 2\n  input: float32 [2] on cpu\n"

    def test_two_names_on_one_module_both_report(self, capsys):
        module = nn.Linear(2, 2)
        listen(module, "inner")
        listen(module, "outer")
        module(torch.zeros(2))
        assert [line for line in capsys.readouterr().out.splitlines() if "call" in line] == [
            "outer, call 1",
            "inner, call 1",
        ]

    def test_a_patch_put_on_later_stays(self):
        module = nn.Linear(2, 2)
        listener = listen(module, quiet=True)
        heard = module.forward

        def patched(value):
            return heard(value) * 2

        module.forward = patched
        bare = type(module).forward(module, torch.ones(2))
        ForwardListener.clear_all()
        assert module.__dict__["forward"] is patched
        assert torch.equal(module(torch.ones(2)), bare * 2)
        assert listener.calls == []

    def test_a_cleared_listener_that_a_patch_puts_back_can_still_be_taken_off(self):
        module = nn.Linear(2, 2)
        saved = listen(module, quiet=True)
        module.forward = lambda value: saved(value)
        ForwardListener.clear_all()
        module.forward = saved
        module(torch.ones(2))
        assert saved.calls == []
        ForwardListener.clear_all()
        assert "forward" not in module.__dict__

    def test_a_cleared_listener_that_is_assigned_again_is_silent_and_comes_off(self):
        module = nn.Linear(2, 2)
        saved = listen(module, quiet=True)
        ForwardListener.clear_all()
        module.forward = saved
        module(torch.ones(2))
        assert saved.calls == []
        ForwardListener.clear_all()
        assert "forward" not in module.__dict__

    def test_an_exception_is_recorded_and_passed_on(self, bert):
        error = KeyError("broken")

        def broken(*args, **kwargs):
            raise error

        bert.bert.encoder.forward = broken
        with (
            pytest.raises(KeyError) as raised,
            ForwardListener.listening(body=bert.bert, encoder=bert.bert.encoder, quiet=True) as calls,
        ):
            bert(IDS)
        assert raised.value is error
        assert [(call.name, call.error, call.output) for call in calls] == [
            ("body", "KeyError", None),
            ("encoder", "KeyError", None),
        ]
        assert "raised KeyError" in calls.table()
        assert bert.bert.encoder.__dict__["forward"] is broken
        assert "forward" not in bert.bert.__dict__

    def test_it_goes_on_listening_after_an_exception(self):
        module = nn.Linear(2, 2)
        listener = listen(module, quiet=True)
        with pytest.raises(RuntimeError):
            module(torch.zeros(3))
        module(torch.zeros(2))
        assert [call.error for call in listener.calls] == ["RuntimeError", None]

    def test_listening_takes_off_what_it_put_on_when_one_is_not_a_module(self):
        module = nn.Linear(2, 2)
        with pytest.raises(TypeError), ForwardListener.listening(good=module, bad="linear"):
            pass
        assert "forward" not in module.__dict__


class TestMemory:
    def test_inputs_and_outputs_are_not_kept(self, bert):
        listen(bert.bert, tokenizer=Numbers(), quiet=True)
        ids = IDS.clone()
        output = bert.bert(ids)
        references = [weakref.ref(ids), weakref.ref(output), weakref.ref(output.last_hidden_state)]
        del ids, output
        assert [reference() for reference in references] == [None, None, None]

    def test_the_input_of_a_failed_call_is_not_kept(self):
        module = nn.Linear(2, 2)
        listen(module, quiet=True)
        value = torch.zeros(3)
        reference = weakref.ref(value)
        with contextlib.suppress(RuntimeError):
            module(value)
        del value
        assert reference() is None

    def test_a_deleted_model_is_freed_at_once(self):
        module = nn.Linear(2, 2)
        listener = listen(module, quiet=True)
        module(torch.zeros(2))
        reference = weakref.ref(module)
        gc.disable()
        try:
            del module
            assert reference() is None
        finally:
            gc.enable()
        ForwardListener.clear_all()
        assert len(listener.calls) == 1
        assert "deleted" in repr(listener)
        with pytest.raises(ReferenceError, match=r"has been deleted. Make a new ForwardListener"):
            listener(torch.zeros(2))

    def test_a_deleted_model_takes_its_listener_along(self):
        module = nn.Linear(2, 2)
        reference = weakref.ref(listen(module, quiet=True))
        del module
        assert reference() is None


class TestCopies:
    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
        ids=["deepcopy", "pickle"],
    )
    def test_a_copy_of_a_model_is_not_listened_to(self, bert, duplicate):
        listener = listen(bert.bert, quiet=True)
        twin = duplicate(bert)
        with torch.no_grad():
            for parameter in bert.parameters():
                parameter.zero_()
        assert twin(IDS).logits.abs().sum() > 0, "the copy runs on its own parameters"
        assert listener.calls == []
        bert(IDS)
        assert len(listener.calls) == 1

    def test_a_copy_keeps_the_forward_of_the_instance(self):
        module = nn.Linear(2, 2)
        module.forward = torch.neg
        listen(module, quiet=True)
        assert copy.deepcopy(module).forward is torch.neg

    def test_a_model_can_be_saved_while_listened_to(self, bert, tmp_path):
        listen(bert.bert, quiet=True)
        bert.save_pretrained(tmp_path)
        again = BertForMaskedLM.from_pretrained(tmp_path).eval()
        assert torch.equal(again(IDS).logits, bert(IDS).logits)

    def test_records_can_be_pickled(self, bert):
        listener = listen(bert.bert, tokenizer=Numbers(), quiet=True)
        bert(IDS)
        assert pickle.loads(pickle.dumps(listener.calls)).report() == listener.calls.report()


class TestThreads:
    def test_records_of_two_threads_are_whole_and_numbered_once(self, t5, capsys):
        expected = six_tokens(t5).sequences
        results = []

        def work():
            for _ in range(5):
                results.append(six_tokens(t5).sequences)

        with ForwardListener.listening(encoder=t5.encoder, decoder=t5.decoder, tokenizer=Numbers()) as calls:
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert all(torch.equal(result, expected) for result in results)
        assert len(results) == 10
        assert [call.number for call in calls] == list(range(1, 71))
        assert [call.call for call in calls.named("encoder")] == list(range(1, 11))
        assert [call.call for call in calls.named("decoder")] == list(range(1, 61))
        assert all(call.output is not None and call.seconds > 0 for call in calls)
        printed = capsys.readouterr().out
        for call in calls:
            assert printed.count(call.report() + "\n") == 1
        assert "forward" not in t5.encoder.__dict__


class TestSummaries:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (torch.zeros(2, 3), "float32 [2, 3] on cpu"),
            (torch.tensor(1, dtype=torch.int8), "int8 [] on cpu"),
            (nn.Parameter(torch.zeros(2, dtype=torch.bfloat16)), "bfloat16 [2] on cpu"),
            (torch.zeros(2, device="meta"), "float32 [2] on meta"),
            (None, "None"),
            (True, "True"),
            (7, "7"),
            (0.5, "0.5"),
            ("a text", "'a text'"),
            ((), "tuple of length 0"),
            ((torch.zeros(2), None), "tuple(float32 [2] on cpu, None)"),
            ([torch.zeros(2)] * 4, "list(4 x float32 [2] on cpu)"),
            (list(range(20)), f"list({', '.join(map(str, range(16)))}, 4 more)"),
            ({"a": torch.zeros(2), "b": [1]}, "dict(a: float32 [2] on cpu, b: list(1))"),
            (BaseModelOutput(torch.zeros(1)), "BaseModelOutput(last_hidden_state: float32 [1] on cpu)"),
            ([[[[[1]]]]], "list(list(list(list(list of length 1))))"),
            ({1, 2}, "set"),
            (..., "ellipsis"),
            (torch.float16, "dtype"),
        ],
        ids=repr,
    )
    def test_every_kind_of_value_has_its_text(self, value, text):
        assert summarise(value).text() == text

    def test_device_can_be_left_out_inside_containers(self):
        assert summarise({"a": (torch.zeros(2),)}).text(show_device=False) == "dict(a: tuple(float32 [2]))"

    def test_caches_say_how_many_tokens_they_hold(self):
        cache = DynamicCache()
        both = EncoderDecoderCache(DynamicCache(), DynamicCache())
        assert summarise(cache).text() == "DynamicCache of length 0"
        states = torch.zeros(1, 2, 3, 4)
        cache.update(states, states, 0)
        both.self_attention_cache.update(states, states, 0)
        assert summarise(cache).text() == "DynamicCache of length 3"
        assert summarise(both).text() == "EncoderDecoderCache of length 3"

    def test_a_list_that_contains_itself_comes_to_an_end(self):
        endless = []
        endless.append(endless)
        assert summarise(endless).text().endswith("list of length 1))))")

    @pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
    def test_a_value_that_refuses_is_described_by_its_class(self):
        class Refusing(DynamicCache):
            def get_seq_length(self, layer_idx=0):
                raise ValueError("no length")

        nested = torch.nested.nested_tensor([torch.zeros(1), torch.zeros(2)])
        assert summarise(Refusing()).text() == "Refusing"
        assert summarise(10**5000).text() == "int"
        assert summarise((nested, 1)).text() == "tuple(Tensor, 1)"


class TestErrors:
    def test_what_is_not_a_module_is_refused(self):
        with pytest.raises(
            TypeError, match=r"torch.nn.Module, but it was given a str. Pass the module itself"
        ):
            ForwardListener("encoder")

    def test_a_tokenizer_that_cannot_decode_is_refused(self, bert):
        with pytest.raises(TypeError, match=r"is a int, which has no method decode. Pass a tokenizer"):
            ForwardListener(bert, tokenizer=3)

    def test_listening_to_nothing_is_refused(self):
        with pytest.raises(ValueError, match=r"no module. Name at least one"), ForwardListener.listening():
            pass

    def test_a_wrong_attribute_says_where_the_records_are(self, bert):
        with pytest.raises(AttributeError, match=r"no attribute 'records'. Its records are in .calls"):
            _ = ForwardListener(bert).records


class TestKitModels:
    def test_seq2seq(self, seq2seq):
        model, tokenizer = seq2seq.model, seq2seq.tokenizer
        inputs = tokenizer("translate English to French: The house is small.", return_tensors="pt")
        inputs = inputs.to(model.device)
        bare = model.generate(**inputs, max_new_tokens=8, num_beams=1)
        with ForwardListener.listening(
            encoder=model.encoder, decoder=model.decoder, tokenizer=tokenizer, quiet=True
        ) as calls:
            heard = model.generate(**inputs, max_new_tokens=8, num_beams=1)
        assert torch.equal(heard, bare)
        new_tokens = len(bare[0]) - 1
        assert calls.counts() == {"encoder": 1, "decoder": new_tokens}
        assert calls[0].texts() == (tokenizer.decode(inputs["input_ids"][0]),)
        assert [call.cache_length for call in calls.named("decoder")] == list(range(new_tokens))

    def test_fill_mask(self, fill_mask):
        model, tokenizer = fill_mask.model, fill_mask.tokenizer
        inputs = tokenizer("Say [MASK]!", return_tensors="pt").to(model.device)
        bare = model(**inputs).logits
        parts = {"embeddings": model.bert.embeddings, "encoder": model.bert.encoder, "head": model.cls}
        with ForwardListener.listening(parts, tokenizer=tokenizer, quiet=True) as calls:
            heard = model(**inputs).logits
        assert torch.equal(heard, bare)
        assert [call.name for call in calls] == ["embeddings", "encoder", "head"]
        assert calls[0].texts() == (tokenizer.decode(inputs["input_ids"][0]),)
        assert calls[2].output.shape == bare.shape

    @pytest.mark.parametrize("use_cache", [True, False])
    def test_causal_lm(self, generate, use_cache):
        model, tokenizer = generate.model, generate.tokenizer
        inputs = tokenizer("The capital of France", return_tensors="pt").to(model.device)
        length = inputs["input_ids"].shape[1]
        options = {"max_new_tokens": 3, "min_new_tokens": 3, "do_sample": False, "use_cache": use_cache}
        bare = model.generate(**inputs, **options)
        with ForwardListener.listening(body=model.model, tokenizer=tokenizer, quiet=True) as calls:
            heard = model.generate(**inputs, **options)
        assert torch.equal(heard, bare)
        lengths = [call.arguments["input_ids"].shape[1] for call in calls]
        assert lengths == ([length, 1, 1] if use_cache else [length, length + 1, length + 2])
        assert calls[0].texts() == ("The capital of France",)

    @pytest.mark.cuda
    def test_the_card_is_named(self, fill_mask, capsys):
        inputs = fill_mask.tokenizer("Say [MASK]!", return_tensors="pt").to(fill_mask.model.device)
        listen(fill_mask.model.bert, tokenizer=fill_mask.tokenizer)
        fill_mask.model(**inputs)
        assert "  input_ids: int64 [1, 5] on cuda:0 = " in capsys.readouterr().out


def assert_bit_equal(value, expected):
    """Compare nested outputs tensor by tensor, to the last bit."""
    assert type(value) is type(expected)
    if isinstance(expected, torch.Tensor):
        assert torch.equal(value, expected)
    elif isinstance(expected, dict):
        assert list(value) == list(expected)
        assert_bit_equal(list(value.values()), list(expected.values()))
    elif isinstance(expected, list | tuple):
        assert len(value) == len(expected)
        for item, expected_item in zip(value, expected, strict=True):
            assert_bit_equal(item, expected_item)
    elif isinstance(expected, EncoderDecoderCache | DynamicCache):
        assert value.get_seq_length() == expected.get_seq_length()
    else:
        assert value == expected
