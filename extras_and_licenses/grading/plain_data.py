"""Plain data as bytes and back: all that passes between a student's process and the tests.

- `encode(value)`: bytes that hold a value; what is not plain data is refused.
- `decode(data)`: the value; what no `encode` has written is refused.
- `NotPlainData`: raised by both, with a sentence.

Plain data is None, bool, int, float, str, bytes, list, tuple, dict, set, frozenset, NumPy arrays and their numbers, and
torch tensors and their shapes, which arrive as tuples, nested as one likes. The bytes are JSON in which every value that JSON does not have carries a tag. They
are never pickled: reading them cannot run code, and no class of a student's own, with comparisons of its own, can get
across.
"""

import base64
import collections
import json
import math
from typing import Any

import numpy
import torch

LARGEST = 32 * 2**20  # bytes of an encoded value
DEEPEST = 60  # containers in containers
DIGITS = 4000  # of an int; Python itself refuses to read more than 4300

CONTAINERS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
MAPPINGS = (dict, collections.OrderedDict, collections.Counter, collections.defaultdict)
ARRAY_KINDS = "biufcU"  # bool, int, unsigned, float, complex, text
TENSOR_TYPES = {
    str(kind).removeprefix("torch."): kind
    for kind in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.complex64,
        torch.complex128,
    )
}


class NotPlainData(ValueError):
    """A value that does not pass between the two processes."""


def encode(value: Any) -> bytes:
    """Write a value as bytes.

    Raises:
        NotPlainData: it is, or holds, something that is not plain data, or it is too large or too deep.
    """
    data = json.dumps(_tagged(value, 0), allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(data) > LARGEST:
        raise NotPlainData(f"a value of {len(data) / 2**20:.0f} MiB, more than {LARGEST >> 20}")
    return data


def decode(data: bytes) -> Any:
    """Read a value from bytes that may come from anyone.

    Raises:
        NotPlainData: they are not what `encode` writes.
    """
    if len(data) > LARGEST:
        raise NotPlainData(f"a value of {len(data) / 2**20:.0f} MiB, more than {LARGEST >> 20}")
    try:
        return _untagged(json.loads(data), 0)
    except (ValueError, TypeError, LookupError, OverflowError, RuntimeError) as error:
        if isinstance(error, NotPlainData):
            raise
        raise NotPlainData("something that could not be read") from error


def _tagged(value: Any, depth: int) -> Any:
    """The value in terms of JSON: text, numbers that JSON has and None as they are, others as [tag, ...]."""
    if depth > DEEPEST:
        raise NotPlainData(f"a value with more than {DEEPEST} containers in one another")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if value.bit_length() > DIGITS * 3:
            raise NotPlainData(f"an int of more than {DIGITS} digits")
        return ["int", str(value)]
    if kind is float:
        return ["float", value.hex() if math.isfinite(value) else str(value)]
    if kind is bytes:
        return ["bytes", _text(value)]
    if kind is torch.Size:
        kind = tuple
    if kind in CONTAINERS.values():
        return [kind.__name__, *(_tagged(item, depth + 1) for item in value)]
    if kind in MAPPINGS:
        pairs = dict.items(value)
        return ["dict", *([_tagged(key, depth + 1), _tagged(item, depth + 1)] for key, item in pairs)]
    if kind is numpy.ndarray or isinstance(value, numpy.generic):
        return _tagged_array(value)
    if kind in (torch.Tensor, torch.nn.Parameter) and value.layout is torch.strided:
        return _tagged_tensor(value.detach())
    raise NotPlainData(f"an object of type {kind.__name__}, which is not plain data")


def _tagged_array(value: numpy.ndarray | numpy.generic) -> list:
    """A NumPy array of any shape, or one of its numbers."""
    if value.dtype.kind not in ARRAY_KINDS:
        raise NotPlainData(f"a NumPy array of dtype {value.dtype}, which is not plain data")
    tag = "array" if isinstance(value, numpy.ndarray) else "number"
    return [tag, value.dtype.str, list(value.shape), _text(value.tobytes())]


def _tagged_tensor(value: torch.Tensor) -> list:
    """A dense tensor of any shape and device."""
    name = str(value.dtype).removeprefix("torch.")
    if name not in TENSOR_TYPES:
        raise NotPlainData(f"a tensor of dtype {name}, which is not plain data")
    raw = value.cpu().contiguous().resolve_conj().resolve_neg().flatten().view(torch.uint8).numpy().tobytes()
    return ["tensor", name, list(value.shape), _text(raw)]


def _untagged(value: Any, depth: int) -> Any:
    """The value that `_tagged` wrote; anything else raises."""
    if depth > DEEPEST:
        raise NotPlainData(f"a value with more than {DEEPEST} containers in one another")
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is not list:
        raise NotPlainData("something that could not be read")
    tag, *parts = value
    if tag == "int":
        return int(parts[0])
    if tag == "float":
        return float.fromhex(parts[0])  # also "nan" and "inf"
    if tag == "bytes":
        return _bytes(parts[0])
    if tag in CONTAINERS:
        return CONTAINERS[tag]([_untagged(item, depth + 1) for item in parts])
    if tag == "dict":
        return {_untagged(key, depth + 1): _untagged(item, depth + 1) for key, item in parts}
    if tag in ("array", "number"):
        return _untagged_array(tag, *parts)
    if tag == "tensor":
        return _untagged_tensor(*parts)
    raise NotPlainData("something that could not be read")


def _untagged_array(tag: str, dtype: str, shape: list[int], text: str) -> numpy.ndarray | numpy.generic:
    kind = numpy.dtype(str(dtype))
    if kind.kind not in ARRAY_KINDS or kind.hasobject:
        raise NotPlainData("something that could not be read")
    array = numpy.frombuffer(_bytes(text), dtype=kind).reshape(_shape(shape)).copy()
    return array if tag == "array" else array[()]


def _untagged_tensor(dtype: str, shape: list[int], text: str) -> torch.Tensor:
    raw, kind, shape = bytearray(_bytes(text)), TENSOR_TYPES[dtype], _shape(shape)
    if len(raw) != math.prod(shape) * kind.itemsize:
        raise NotPlainData("something that could not be read")
    if not raw:
        return torch.empty(shape, dtype=kind)
    return torch.frombuffer(raw, dtype=kind).reshape(shape)


def _shape(shape: list[int]) -> list[int]:
    """A shape with no size that NumPy and torch would work out by themselves."""
    if len(shape) > 32 or not all(type(size) is int and size >= 0 for size in shape):
        raise NotPlainData("something that could not be read")
    return shape


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
