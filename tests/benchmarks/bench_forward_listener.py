"""Measure what listening costs: a 64-token generate with the kit's seq2seq model, bare and listened to.

    python tests/benchmarks/bench_forward_listener.py

Each round runs every variant once, in random order, so that a machine that slows down or speeds up meets all of
them alike. Bare runs twice a round. What is printed is a variant's time over the mean of the two bare times of the
same round: the median of all rounds, and the quartiles as its spread. "bare, again" is the second bare time over the
first; how far it is from 1 shows how far to trust the others.

nnsight is measured where version 0.8 or newer is installed. The exit status is 1 when a median is above its limit.
"""

import argparse
import contextlib
import importlib.metadata
import importlib.util
import io
import random
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, PreTrainedModel

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.device import set_up
from extras_and_licenses.forward_listener import ForwardListener

NEW_TOKENS = 64
LIMITS = {"quiet listener": 1.02, "printing listener": 1.10}

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

Variant = Callable[[], object]


def make_variants(model: PreTrainedModel, tokenizer, inputs: dict[str, torch.Tensor]) -> dict[str, Variant]:
    """The calls to compare. Each puts on what it needs, generates, and takes it off again."""
    parts = {"encoder": model.encoder, "decoder": model.decoder}

    def generate() -> torch.Tensor:
        return model.generate(**inputs, num_beams=1, min_new_tokens=NEW_TOKENS, max_new_tokens=NEW_TOKENS)

    def with_torch_hook() -> None:
        shapes = []

        def hook(module: nn.Module, args: tuple, kwargs: dict, output: object) -> None:
            shapes.append(tuple(kwargs["input_ids"].shape))

        handles = [part.register_forward_hook(hook, with_kwargs=True) for part in parts.values()]
        generate()
        for handle in handles:
            handle.remove()
        assert len(shapes) == 1 + NEW_TOKENS

    def with_quiet_listener() -> None:
        with ForwardListener.listening(parts, tokenizer=tokenizer, quiet=True) as calls:
            generate()
        assert len(calls) == 1 + NEW_TOKENS

    def with_printing_listener() -> None:
        with (
            contextlib.redirect_stdout(io.StringIO()) as printed,
            ForwardListener.listening(parts, tokenizer=tokenizer),
        ):
            generate()
        assert printed.getvalue().count("decoder, call") == NEW_TOKENS

    return {
        "bare": generate,
        "bare, again": generate,
        "torch forward hook": with_torch_hook,
        "quiet listener": with_quiet_listener,
        "printing listener": with_printing_listener,
    }


def make_nnsight_variant(model: PreTrainedModel, inputs: dict[str, torch.Tensor]) -> Variant | None:
    """The same shapes read with nnsight, or None where it is not installed or too old."""
    if importlib.util.find_spec("nnsight") is None:
        return None
    if tuple(map(int, importlib.metadata.version("nnsight").split(".")[:2])) < (0, 8):
        return None
    from nnsight import NNsight

    sight = NNsight(model)
    options = {"num_beams": 1, "min_new_tokens": NEW_TOKENS, "max_new_tokens": NEW_TOKENS}

    def with_nnsight() -> None:
        with sight.trace(**inputs, **options, fn=model.generate) as tracer:
            shapes = list().save()
            shapes.append(tuple(sight.encoder.inputs[1]["input_ids"].shape))
            for _ in tracer.iter[:NEW_TOKENS]:
                shapes.append(tuple(sight.decoder.inputs[1]["input_ids"].shape))
        assert len(shapes) == 1 + NEW_TOKENS

    return with_nnsight


def measure(variants: dict[str, Variant], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """Time every variant once a round.

    Returns:
        Seconds of each round, by variant.
    """
    shuffler = random.Random(0)
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for variant in variants.values():
        variant()
    for _ in range(rounds):
        for name in shuffler.sample(list(variants), len(variants)):
            started = clock()
            variants[name]()
            seconds[name].append(clock() - started)
    return seconds


def main() -> int:
    """Measure, print a table, and say with the exit status whether the limits hold."""
    parser = argparse.ArgumentParser(description="Measure what ForwardListener costs.")
    parser.add_argument("--rounds", type=int, default=40, help="how often each variant runs (default: 40)")
    parser.add_argument(
        "--threads", type=int, help="how many threads torch uses (default: torch's own choice)"
    )
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="cpu counts only the time of this process, for a CPU that does other work too (default: wall)",
    )
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    device = set_up()
    folder = checkpoint("seq2seq")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = "translate English to French: The house is small, but the garden behind it is large."
    inputs = dict(tokenizer(text, return_tensors="pt").to(device))
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval().to(device)
    variants = make_variants(model, tokenizer, inputs)
    # nnsight changes the modules that it wraps, so it gets a model of its own.
    nnsight = make_nnsight_variant(AutoModelForSeq2SeqLM.from_pretrained(folder).eval().to(device), inputs)
    if nnsight is not None:
        variants["nnsight"] = nnsight

    seconds = measure(variants, arguments.rounds, CLOCKS[arguments.clock])
    parameters = sum(parameter.numel() for parameter in model.parameters())
    bases = [statistics.mean(pair) for pair in zip(seconds["bare"], seconds["bare, again"], strict=True)]
    print(
        f"{NEW_TOKENS} tokens, T5 of {parameters / 1e6:.1f} M parameters, {device}, {arguments.rounds} rounds, "
        f"bare: {statistics.median(bases) * 1e3:.0f} ms ({arguments.clock} clock)"
    )
    print(f"{'variant':<20} {'median':>7} {'quartiles':>15} {'limit':>6}")
    exceeded = False
    for name in list(variants)[1:]:
        over = seconds["bare"] if name == "bare, again" else bases
        ratios = [own / base for own, base in zip(seconds[name], over, strict=True)]
        low, median, high = statistics.quantiles(ratios, n=4)
        limit = LIMITS.get(name)
        exceeded |= limit is not None and median > limit
        limit_text = "" if limit is None else f"{limit:.2f}"
        print(f"{name:<20} {median:>7.3f} {low:>7.3f}-{high:<7.3f} {limit_text:>6}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
