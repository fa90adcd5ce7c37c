"""Listen to the forward calls of a model without changing what they compute.

- `ForwardListener`: stands in for the `forward` of one module and reports each call to it.
- `ForwardListener.listening`: the same for several modules, as a context manager.
- `ForwardListener.clear_all`: takes every listener off again.
- `Call`: the record of one call: its arguments, decoded input ids, cache length, output and duration.
- `Calls`: the list of those records, which can be counted, tabulated and reported.
- `Summary`: what a record keeps of one value, for example the shape of a tensor but not the tensor.
- `summarise`: makes a `Summary`.
- `timeline`: draws records over time, one row per name.
"""

from __future__ import annotations

import inspect
import threading
import time
import weakref
from collections import Counter, UserList
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import torch
from torch import nn
from transformers.cache_utils import Cache

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_ITEMS = 16
"""How many items of a tuple, list or dict are summarised one by one."""
MAX_DEPTH = 4
"""How many containers inside each other are opened."""
MAX_VALUE_CHARACTERS = 60
"""How much is kept of a number or string that is passed as an argument."""
MAX_ROWS = 4
"""How many sequences of a batch have their input ids kept."""
MAX_IDS = 128
"""How many input ids of each sequence are kept."""

_PLAIN = (bool, int, float, str)
_ABSENT = object()
_lock = threading.RLock()


class Summary(NamedTuple):
    """What is kept of a value. Never the value itself, so that no tensor outlives its forward pass."""

    kind: str
    """The name of the value's class, for example `"Tensor"` or `"DynamicCache"`."""
    shape: tuple[int, ...] | None = None
    """The shape of a tensor."""
    dtype: str = ""
    """The dtype of a tensor, for example `"float32"`."""
    device: str = ""
    """The device of a tensor, for example `"cpu"` or `"cuda:0"`."""
    length: int | None = None
    """The tokens held by a cache, or the items held by a container."""
    value: str = ""
    """How a number, a string or `None` is written in Python."""
    items: tuple[tuple[str, Summary], ...] = ()
    """The first `MAX_ITEMS` items of a container with their keys, which are empty in a tuple or list."""

    def text(self, show_device: bool = True) -> str:
        """Say it in one line.

        Args:
            show_device: Whether to say where tensors are.

        Returns:
            For example `"float32 [1, 12, 256] on cpu"` or `"DynamicCache of length 3"`.
        """
        if self.shape is not None:
            return f"{self.dtype} {list(self.shape)}" + (f" on {self.device}" if show_device else "")
        if self.value:
            return self.value
        if self.items:
            return f"{self.kind}({', '.join(self._item_texts(show_device))})"
        return self.kind if self.length is None else f"{self.kind} of length {self.length}"

    def __repr__(self) -> str:
        return f"Summary({self.text()})"

    def _item_texts(self, show_device: bool) -> Iterator[str]:
        texts = (
            f"{key}: {item.text(show_device)}" if key else item.text(show_device) for key, item in self.items
        )
        for text, equal in groupby(texts):
            count = len(list(equal))
            yield text if count == 1 else f"{count} x {text}"
        if self.length > len(self.items):
            yield f"{self.length - len(self.items)} more"

    def tensors(self) -> Iterator[Summary]:
        """Go through the tensors in it, in order."""
        if self.shape is not None:
            yield self
        for _, item in self.items:
            yield from item.tensors()


_NONE = Summary("NoneType", value="None")


@cache
def _name(of: torch.dtype | torch.device) -> str:
    # Kept because torch takes longer to write a name than the rest of a summary takes.
    return str(of).removeprefix("torch.")


def summarise(value: Any, depth: int = 0) -> Summary:
    """Describe any value without keeping it.

    Args:
        value: A tensor, a cache, a tuple, list, dict or `ModelOutput` of such, `None`, a number or a string.
            Anything else is described by the name of its class.
        depth: How many containers the value is inside of.

    Returns:
        The summary. It never fails: a value that cannot be looked into is described by the name of its class.
    """
    if value is None:
        return _NONE
    kind = type(value).__name__
    try:
        if isinstance(value, torch.Tensor):
            return Summary(kind, tuple(value.shape), _name(value.dtype), _name(value.device))
        if isinstance(value, _PLAIN):
            return Summary(kind, value=repr(value)[:MAX_VALUE_CHARACTERS])
        if isinstance(value, Cache):
            return Summary(kind, length=int(value.get_seq_length()))
        if isinstance(value, (tuple, list)):
            pairs = [("", item) for item in value[:MAX_ITEMS]]
        elif isinstance(value, (dict, Mapping)):
            pairs = [(str(key), item) for key, item in islice(value.items(), MAX_ITEMS)]
        else:
            return Summary(kind)
        if depth == MAX_DEPTH:
            return Summary(kind, length=len(value))
        items = tuple([(key, summarise(item, depth + 1)) for key, item in pairs])
        return Summary(kind, length=len(value), items=items)
    except Exception:  # A value that refuses to be described must not break the forward pass it belongs to.
        return Summary(kind)


def _read_ids(value: Any) -> tuple[tuple[int, ...], ...]:
    """Copy the first input ids of a tensor `[tokens]` or `[batch, tokens]`. Anything else has none."""
    if not isinstance(value, torch.Tensor) or value.dtype.is_floating_point or value.ndim not in (1, 2):
        return ()
    if value.ndim == 1:
        value = value[None]
    if value.shape[0] > MAX_ROWS or value.shape[1] > MAX_IDS:
        value = value[:MAX_ROWS, :MAX_IDS]
    try:
        return tuple(map(tuple, value.tolist()))
    except RuntimeError:  # A tensor without data, as on the meta device.
        return ()


@dataclass(slots=True)
class Call:
    """The record of one call to one forward. It holds numbers and strings, no tensors."""

    number: int
    """Its place among all calls of the same list, from 1, in the order in which they began."""
    name: str
    """The name of the listener."""
    call: int
    """Its place among the calls of this listener, from 1."""
    arguments: dict[str, Summary]
    """The arguments that were passed, by name: first those of the signature, in its order, then others."""
    cache_length: int | None
    """How many tokens the key-value cache held before the call. `None` where no cache was passed."""
    ids: dict[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    """The first ids of each sequence in the arguments called `...input_ids`, if there is a tokenizer."""
    output: Summary | None = None
    """What forward returned. `None` while it runs and after an exception."""
    error: str | None = None
    """The class of the exception that forward raised."""
    started: float = field(default=0.0, repr=False, compare=False)
    """When it began, in seconds of `time.perf_counter`."""
    seconds: float | None = field(default=None, repr=False, compare=False)
    """How long forward took. On a GPU it may return before the GPU has finished the work."""
    tokenizer: Any = field(default=None, repr=False, compare=False)
    """What decodes the ids when their text is asked for."""

    def texts(self, argument: str = "input_ids") -> tuple[str, ...]:
        """Decode the ids kept of one argument.

        Args:
            argument: The name of the argument.

        Returns:
            One text per sequence, at most `MAX_ROWS`; empty where no ids were kept. A sequence with more than
            `MAX_IDS` ids is cut there.
        """
        texts = []
        for row in self.ids.get(argument, ()):
            try:
                texts.append(self.tokenizer.decode(list(row)))
            except Exception:  # Ids outside the vocabulary must not break the forward pass they belong to.
                texts.append("cannot be decoded")
        return tuple(texts)

    def report(self, show_device: bool = True, only: Sequence[str] | None = None) -> str:
        """Describe the call: its name, its number, and a line for each argument that is not `None`.

        Args:
            show_device: Whether to say where tensors are.
            only: The names of the arguments to describe, in this order. All of them by default.

        Returns:
            Several lines without a line break at the end. The same on every run: no times, no addresses.
        """
        lines = [f"{self.name}, call {self.call}"]
        for name in self.arguments if only is None else only:
            summary = self.arguments.get(name)
            if summary is None or summary.value == "None":
                continue
            texts = ", ".join(map(repr, self.texts(name)))
            lines.append(f"  {name}: {summary.text(show_device)}" + (f" = {texts}" if texts else ""))
        return "\n".join(lines)

    def row(self) -> dict[str, Any]:
        """Give what a table shows of the call, by column."""
        inputs = sorted(self.arguments.items(), key=lambda item: not item[0].endswith("input_ids"))
        shapes = [tensor.shape for _, summary in inputs for tensor in summary.tensors()]
        outputs = [tensor.shape for tensor in self.output.tensors()] if self.output else []
        return {
            "number": self.number,
            "name": self.name,
            "call": self.call,
            "input": list(shapes[0]) if shapes else None,
            "cache": self.cache_length,
            "output": f"raised {self.error}" if self.error else list(outputs[0]) if outputs else None,
            "text": " | ".join(text for argument in self.ids for text in self.texts(argument)),
        }


class Calls(UserList[Call]):
    """The records of several calls in the order in which they began. A slice of it is a `Calls` again."""

    def __repr__(self) -> str:
        return f"Calls({', '.join(f'{name}: {count}' for name, count in self.counts().items())})"

    def named(self, name: str) -> Calls:
        """Give the calls of the listeners with this name."""
        return Calls(call for call in self if call.name == name)

    def counts(self) -> dict[str, int]:
        """Count the calls of each name, in the order in which the names first appear."""
        return dict(Counter(call.name for call in self))

    def report(self, show_device: bool = True, only: Sequence[str] | None = None) -> str:
        """Describe every call as `Call.report` does."""
        return "\n".join(call.report(show_device, only) for call in self)

    def rows(self) -> list[dict[str, Any]]:
        """Give one dict per call, for example for `pandas.DataFrame`."""
        return [call.row() for call in self]

    def table(self, text_width: int = 40) -> str:
        """Write one line per call in aligned columns.

        The column `input` is the shape of the input ids, or else of the first tensor argument, `output` that of
        the first tensor returned, `cache` the number of tokens in the key-value cache before the call.

        Args:
            text_width: How many characters of the decoded input ids are shown.

        Returns:
            Several lines without a line break at the end. The same on every run.
        """
        columns = ("number", "name", "call", "input", "cache", "output", "text")
        lines = [columns]
        for row in self.rows():
            text = row["text"].replace("\n", " ")
            row["text"] = text if len(text) <= text_width else text[: text_width - 1] + "…"
            lines.append(tuple("-" if row[column] is None else str(row[column]) for column in columns))
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )


class ForwardListener:
    """Stands in for the forward of a module: reports each call, then runs it unchanged.

    ::

        model.encoder.forward = ForwardListener(model.encoder, name="encoder", tokenizer=tokenizer)
        model.generate(**inputs)
        ForwardListener.clear_all()

    It keeps summaries, never tensors, and holds the module by a weak reference. Listeners on the same module
    stack: each records every call, and of those with the same name only the newest reports, so that a notebook
    cell may be run again. They come off in any order. Where something else has replaced `forward` after a
    listener was put on, that replacement stays; the cleared listener inside it records nothing more and only
    passes calls on.

    Input ids are read only when there is a tokenizer. On a GPU that waits for the work that computes them;
    `generate` waits for the same work once a token anyway. Without a tokenizer no tensor is read.

    A model that is deep-copied or pickled while listened to gives a copy that is not listened to. A shallow copy
    shares the listener, and with it the forward of the original.
    """

    _listeners: ClassVar[weakref.WeakSet[ForwardListener]] = weakref.WeakSet()

    def __init__(
        self,
        module: nn.Module,
        name: str | None = None,
        tokenizer: Any = None,
        *,
        quiet: bool = False,
        show_device: bool = True,
        only: Sequence[str] | None = None,
        calls: Calls | None = None,
    ) -> None:
        """Prepare to listen. It begins when the listener is assigned to `module.forward`.

        Args:
            module: The module whose forward is run. It must be the one that the listener is assigned to.
            name: What reports call it. The name of the module's class by default.
            tokenizer: Decodes the arguments called `...input_ids`. Anything with a method `decode(ids)`.
            quiet: Record calls without printing them.
            show_device: Whether printed reports say where tensors are. Turn it off where the printed text has to be
                the same on CPU and GPU; records have the device either way.
            only: The names of the arguments to print, in this order. All of them by default; records have all
                either way.
            calls: The list that receives the records, so that several listeners can share one. A new one by
                default.

        Raises:
            TypeError: If `module` is not a `torch.nn.Module` or `tokenizer` cannot decode.
        """
        if not isinstance(module, nn.Module):
            raise TypeError(
                f"ForwardListener listens to a torch.nn.Module, but it was given a {type(module).__name__}. "
                "Pass the module itself, for example model.encoder."
            )
        if tokenizer is not None and not callable(getattr(tokenizer, "decode", None)):
            raise TypeError(
                f"The tokenizer given to ForwardListener is a {type(tokenizer).__name__}, which has no method "
                "decode. Pass a tokenizer such as AutoTokenizer.from_pretrained gives, or leave it out."
            )
        self.name = type(module).__name__ if name is None else name
        self.tokenizer = tokenizer
        self.quiet = quiet
        self.show_device = show_device
        self.only = only
        self.calls = Calls() if calls is None else calls
        self._count = 0
        self._cleared = False
        self._module = weakref.ref(module)
        self._previous = module.__dict__.get("forward", _ABSENT)
        self._parameters = _parameter_names(self._forward())
        with _lock:
            self._listeners.add(self)

    def __repr__(self) -> str:
        module = self._module()
        where = "a deleted module" if module is None else type(module).__name__
        return f"ForwardListener(name={self.name!r}, on {where}, {self._count} calls)"

    def __getattr__(self, attribute: str) -> Any:
        # What inspect.signature and functools.wraps look for. Kept as attributes, they would hold the module.
        if attribute == "__wrapped__":
            return self._forward()
        if attribute in ("__name__", "__qualname__", "__func__", "__self__"):
            return getattr(self._forward(), attribute)
        raise AttributeError(f"ForwardListener has no attribute {attribute!r}. Its records are in .calls.")

    def __reduce__(self) -> tuple[Callable, tuple]:
        # A listener belongs to one module: its copy is the forward that the copied module would have without it.
        if self._previous is _ABSENT:
            return getattr, (self._module(), "forward")
        return _itself, (self._previous,)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Record the call, run the forward that was there before, and return what it returns."""
        forward = self._forward()
        if self._cleared:
            return forward(*args, **kwargs)
        call = self._begin(args, kwargs)
        if self._prints():
            # Written in one piece, so that the reports of two threads do not mix.
            print(call.report(self.show_device, self.only) + "\n", end="")
        call.started = time.perf_counter()
        try:
            output = forward(*args, **kwargs)
        except BaseException as error:
            call.error = type(error).__name__
            raise
        finally:
            call.seconds = time.perf_counter() - call.started
        call.output = summarise(output)
        return output

    def _forward(self) -> Callable:
        """Give the forward that the module had before this listener."""
        if self._previous is not _ABSENT:
            return self._previous
        module = self._module()
        if module is None:
            raise ReferenceError(
                f"The module that the listener {self.name!r} belongs to has been deleted. "
                "Make a new ForwardListener for the module that you want to call."
            )
        return type(module).forward.__get__(module)

    def _begin(self, args: tuple, kwargs: dict[str, Any]) -> Call:
        """Make the record of a call that is about to run and put it on the list."""
        passed = {self._parameter(index): value for index, value in enumerate(args)} | kwargs
        values = {name: passed[name] for name in self._parameters if name in passed} | passed
        arguments, ids, cache_length = {}, {}, None
        for name, value in values.items():
            arguments[name] = summarise(value)
            if isinstance(value, Cache) and cache_length is None:
                cache_length = arguments[name].length
            elif name.endswith("input_ids") and self.tokenizer is not None:
                ids[name] = _read_ids(value)
        with _lock:
            self._count += 1
            call = Call(
                number=len(self.calls.data) + 1,
                name=self.name,
                call=self._count,
                arguments=arguments,
                cache_length=cache_length,
                ids=ids,
                tokenizer=self.tokenizer,
            )
            self.calls.data.append(call)
        return call

    def _parameter(self, index: int) -> str:
        return self._parameters[index] if index < len(self._parameters) else f"argument {index + 1}"

    def _prints(self) -> bool:
        """Say whether this listener reports its calls: not if a newer one of the same name does."""
        if self.quiet:
            return False
        for listener in _listeners_on(self._module()):
            if listener is self:
                break
            if listener.name == self.name and not listener.quiet:
                return False
        return True

    def clear(self) -> None:
        """Take this listener off its module for good. The records stay. Clearing twice does nothing."""
        with _lock:
            self._cleared = True
            module = self._module()
            above = None
            for listener in _listeners_on(module):
                if listener is not self:
                    above = listener
                    continue
                if above is not None:
                    above._previous = self._previous
                elif self._previous is not _ABSENT:
                    module.__dict__["forward"] = self._previous
                else:
                    del module.__dict__["forward"]
                return

    @classmethod
    def clear_all(cls) -> None:
        """Take every listener off. Each module has the forward again that it had before."""
        with _lock:
            listeners = list(cls._listeners)
        for listener in listeners:
            listener.clear()

    @classmethod
    @contextmanager
    def listening(
        cls,
        modules: Mapping[str, nn.Module] | None = None,
        /,
        *,
        tokenizer: Any = None,
        quiet: bool = False,
        show_device: bool = True,
        only: Sequence[str] | None = None,
        **named_modules: nn.Module,
    ) -> Iterator[Calls]:
        """Listen to several modules for the length of a `with` block.

        ::

            with ForwardListener.listening(encoder=model.encoder, decoder=model.decoder, quiet=True) as calls:
                model.generate(**inputs)
            print(calls.table())

        Args:
            modules: Modules by name, for names that cannot be written as keywords, such as `"layer.0"`.
            tokenizer: As for `ForwardListener`.
            quiet: As for `ForwardListener`.
            show_device: As for `ForwardListener`.
            only: As for `ForwardListener`.
            **named_modules: Modules by name.

        Yields:
            The records of all of them in one list, which stays after the block.

        Raises:
            TypeError: If one of them is not a `torch.nn.Module` or `tokenizer` cannot decode.
            ValueError: If there is no module.
        """
        modules = {**(modules or {}), **named_modules}
        if not modules:
            raise ValueError(
                "ForwardListener.listening was given no module. Name at least one, for example "
                "encoder=model.encoder."
            )
        calls = Calls()
        with ExitStack() as stack:
            for name, module in modules.items():
                listener = cls(
                    module, name, tokenizer, quiet=quiet, show_device=show_device, only=only, calls=calls
                )
                module.forward = listener
                stack.callback(listener.clear)
            yield calls


def _itself(value: Any) -> Any:
    return value


def _parameter_names(forward: Callable) -> list[str]:
    """Name the positional parameters of a forward, without those that it collects in `*args`."""
    try:
        parameters = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):  # A callable written in C may have no signature.
        return []
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in by_position]


def _listeners_on(module: nn.Module | None) -> Iterator[ForwardListener]:
    """Go through the listeners on a module from the newest to the oldest, up to anything else put on it."""
    forward = None if module is None else module.__dict__.get("forward")
    while isinstance(forward, ForwardListener):
        yield forward
        forward = forward._previous


def timeline(calls: Collection[Call], ax: Axes | None = None) -> Axes:
    """Draw when each call ran: one row per name, in the order in which the names first appear.

    Args:
        calls: Records, for example those of `ForwardListener.listening`.
        ax: Where to draw. A new figure by default.

    Returns:
        The axes. Horizontally the time in milliseconds since the first call began.

    Raises:
        ValueError: If there are no calls.
    """
    from matplotlib import pyplot

    if not calls:
        raise ValueError("There are no calls to draw. Run the model while a ForwardListener is on it.")
    if ax is None:
        _, ax = pyplot.subplots(figsize=(8, 2.5), layout="constrained")
    names = list(dict.fromkeys(call.name for call in calls))
    first = min(call.started for call in calls)
    for row, name in enumerate(names):
        bars = [((c.started - first) * 1e3, (c.seconds or 0.0) * 1e3) for c in calls if c.name == name]
        ax.broken_barh(bars, (row - 0.4, 0.8), facecolor=f"C{row}", edgecolor="white", linewidth=0.5)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("milliseconds since the first call")
    return ax
