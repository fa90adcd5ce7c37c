"""The plan of GPU memory for the profile `hub`: what each lesson takes on a T4, worked out from configurations.

- `CONFIGURATIONS`: the `config.json` of every checkpoint of the hub, by role, as far as sizes and names depend on it.
- `WORK`: the largest forwards of every lesson, as upper bounds.
- `loads(notebook)`: the models that a lesson loads, read from its calls of `checkpoint("role")`.
- `plan(path)`: parameters, weights, activations and key-value cache of a lesson, as a `Plan`.
- `table()`: the plans of all lessons, as a Markdown table; `python -m extras_and_licenses.memory` puts it into the README.
"""

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import transformers
from nbformat import NotebookNode
from transformers import AutoConfig, PretrainedConfig

from extras_and_licenses import lessons
from extras_and_licenses.checkpoints import HUB
from extras_and_licenses.device import dtype_on_card
from extras_and_licenses.kit.evaluate import rewrite

CONFIGURATIONS: dict[str, dict] = json.loads(
    (Path(__file__).parent / "hub_configurations.json").read_text(encoding="utf-8")
)
T4 = (7, 5)
"Its compute capability."

LIMIT = 10 * 10**9
"Bytes that no lesson may pass: a T4 has 15.8 GB, of which the driver keeps some and fragmentation wastes some."

CONTEXT = 5 * 10**8
"Bytes that CUDA and its libraries may take on a card before the first tensor is there; an allowance, not a measurement."


@dataclass(frozen=True)
class Work:
    """A forward of a lesson, as an upper bound."""

    rows: int
    "Sequences in the batch, with beams."
    tokens: int
    "Tokens in each sequence."
    cached: int = 0
    "Positions that the key-value cache holds for each sequence; those of cross-attention count too."
    kept: bool = False
    "Whether what every layer computes is kept, to be looked at or for a backward pass."
    trained: bool = False
    "Whether a copy of the model is trained, with gradients and the two moments that Adam keeps of each."


WORK: dict[str, dict[str, tuple[Work, ...]]] = {
    "00": {"fill-mask": (Work(1, 32),)},
    "01": {"fill-mask": (Work(16, 32, kept=True),)},
    "02": {"question-answering": (Work(1, 512),)},
    "03": {
        "emotions": (Work(1, 64, kept=True),),
        "entities": (Work(1, 64, kept=True),),
        "embeddings": (Work(80, 32, kept=True, trained=True),),
        "fill-mask": (Work(8, 32),),
    },
    "04": {"entailment": (Work(32, 64, cached=128),), "embeddings": (Work(64, 32),)},
    "05": {
        "seq2seq": (Work(4, 64, cached=384, kept=True), Work(400, 1, cached=32)),
        "fill-mask": (Work(1, 32),),
    },
    "06": {"instruct": (Work(16, 256, cached=288),), "causal-lm": (Work(1, 32, cached=64),)},
    "08": {
        "fill-mask": (Work(4, 64, kept=True),),
        "embeddings": (Work(32, 64),),
        "causal-lm": (Work(4, 32, cached=40),),
    },
    "99": {
        role: (Work(1, 32),)
        for role in HUB
        if role not in ("seq2seq", "seq2seq-large", "causal-lm", "instruct")
    }
    | {role: (Work(4, 32, cached=320),) for role in ("seq2seq", "seq2seq-large")}
    | {role: (Work(1, 64, cached=96),) for role in ("causal-lm", "instruct")},
}


@dataclass(frozen=True)
class Load:
    """A model that a lesson loads."""

    role: str
    dtype: torch.dtype
    "The dtype on a T4."


@dataclass(frozen=True)
class Plan:
    """What a lesson takes on a T4, in bytes but for `parameters`; nothing is taken as freed before the end."""

    loads: tuple[Load, ...]
    parameters: int
    weights: int
    largest: str
    "Role and batch of the forward with the largest activations."
    activations: int
    cache: int

    @property
    def total(self) -> int:
        """All together, with what CUDA takes for itself."""
        return CONTEXT * bool(self.loads) + self.weights + self.activations + self.cache


# Reading a lesson ------------------------------------------------------------------------------------------


def loads(notebook: NotebookNode) -> tuple[Load, ...]:
    """The models that a lesson loads, one for each call that loads one, in the order of the cells.

    A call loads a model if `checkpoint("role")` stands in its arguments and it is no call of `AutoTokenizer` or
    `AutoConfig`. Where the role is a parameter of a function of the lesson, the calls of that function count.
    """
    tree = ast.parse("\n".join(cell.source for cell in lessons.code_cells(notebook)))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    by_name = {}
    for function in functions:
        for call, role in _loading_calls(function):
            names = [argument.arg for argument in function.args.args]
            if isinstance(role, ast.Name) and role.id in names:
                by_name[function.name] = (names.index(role.id), call)
    found = []
    for node in _in_order(tree):
        if not isinstance(node, ast.Call) or id(node) in inside:
            continue
        if isinstance(node.func, ast.Name) and node.func.id in by_name:
            place, call = by_name[node.func.id]
            found.append(_load(ast.literal_eval(node.args[place]), call))
        found += [_load(role.value, call) for call, role in _loading_calls(node) if call is node]
    return tuple(found)


def _in_order(tree: ast.AST) -> list[ast.AST]:
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def _loading_calls(tree: ast.AST) -> list[tuple[ast.Call, ast.expr]]:
    """Calls that load a model, each with the expression of its role."""
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            is_checkpoint = isinstance(argument, ast.Call) and ast.unparse(argument.func) == "checkpoint"
            if is_checkpoint and not ast.unparse(call.func).startswith(("AutoTokenizer", "AutoConfig")):
                found.append((call, argument.args[0]))
    return found


def _load(role: str, call: ast.Call) -> Load:
    dtype = next(ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "dtype")
    return Load(role, torch.float32 if dtype == "torch.float32" else dtype_on_card(T4, HUB[role].family))


# Working out -----------------------------------------------------------------------------------------------


def plan(path: Path) -> Plan:
    """What a lesson takes on a T4.

    Every model counts with its weights from the first cell to the last. Only one forward runs at a time, so
    activations are those of the largest one; caches are counted in the same way.

    Raises:
        KeyError: the lesson loads a role for which `WORK` has no forward.
    """
    found = loads(lessons.read(path))
    work = WORK.get(path.stem[:2], {})
    weights = activations = cached = 0
    largest = ""
    for load in found:
        each = parameters(load.role) * load.dtype.itemsize
        weights += each
        for forward in work[load.role]:
            size = activation_bytes(load.role, forward, load.dtype)
            if size > activations:
                activations, largest = size, f"{load.role} {forward.rows} × {forward.tokens}"
            cached = max(cached, cache_bytes(load.role, forward, load.dtype))
    trained = {load.role: load for load in found if any(forward.trained for forward in work[load.role])}
    weights += sum(4 * parameters(role) * load.dtype.itemsize for role, load in trained.items())
    return Plan(found, sum(parameters(load.role) for load in found), weights, largest, activations, cached)


@cache
def config_of(role: str) -> PretrainedConfig:
    """The configuration of a role's checkpoint on the hub."""
    settings = {name: value for name, value in CONFIGURATIONS[role].items() if name != "architectures"}
    return AutoConfig.for_model(**settings)


@cache
def parameters(role: str) -> int:
    """The number of parameters of a role's checkpoint on the hub, from a model without values."""
    with torch.device("meta"):
        return getattr(transformers, CONFIGURATIONS[role]["architectures"][0])(
            config_of(role)
        ).num_parameters()


def activation_bytes(role: str, work: Work, dtype: torch.dtype) -> int:
    """Bytes of what a forward computes, as an upper bound.

    In a layer every position has about ten vectors of the hidden size (queries, keys, values, results, sums, norms)
    and three of the inner size of the feed-forward part, and every head has two square maps of attention, counted in
    float32, in which softmax computes. At the end stand the logits, in the dtype, and twice in float32. Of the layers
    one is there at a time, or all where they are kept.
    """
    config = config_of(role)
    hidden, heads = config.hidden_size, config.num_attention_heads
    positions = work.rows * work.tokens
    layer = positions * (10 * hidden + 3 * _inner_size(config)) * dtype.itemsize
    layer += 2 * 4 * heads * positions * work.tokens
    writes = CONFIGURATIONS[role]["architectures"][0].endswith(("LM", "LMHeadModel", "ConditionalGeneration"))
    logits = positions * config.vocab_size * (dtype.itemsize + 2 * 4) if writes else 0
    return layer * (_layers(config) if work.kept else 1) + logits


def cache_bytes(role: str, work: Work, dtype: torch.dtype) -> int:
    """Bytes of the key-value cache: a key and a value for every position, layer and head that has its own."""
    config = config_of(role)
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "d_kv", None) or config.hidden_size // config.num_attention_heads
    return 2 * config.num_hidden_layers * heads * width * work.rows * work.cached * dtype.itemsize


def _inner_size(config: PretrainedConfig) -> int:
    named = (
        getattr(config, name, None) for name in ("intermediate_size", "d_ff", "encoder_ffn_dim", "n_inner")
    )
    return next((size for size in named if size), 4 * config.hidden_size)


def _layers(config: PretrainedConfig) -> int:
    """Layers of encoder and decoder together."""
    return config.num_hidden_layers * (2 if config.is_encoder_decoder else 1)


# Showing ---------------------------------------------------------------------------------------------------


def table() -> str:
    """The plans of all lessons, as a Markdown table."""
    lines = [
        "| lesson | models at once | million parameters | weights, GB | largest forward | activations, GB | cache, GB | sum, GB |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: | ---: |",
    ]
    for path in lessons.lessons():
        found = plan(path)
        sizes = [f"{size / 1e9:.2f}" for size in (found.weights, found.activations, found.cache, found.total)]
        row = [path.stem[:2], _names(found.loads), f"{found.parameters / 1e6:.0f}", sizes[0]]
        lines.append(f"| {' | '.join([*row, found.largest or 'none', *sizes[1:]])} |")
    return "\n".join(lines)


def _names(found: tuple[Load, ...]) -> str:
    """The loads of a lesson by role and dtype, each kind once with its number."""
    kinds = list(dict.fromkeys(found))
    names = []
    for kind in kinds:
        times = f"{found.count(kind)} × " if found.count(kind) > 1 else ""
        names.append(f"{times}{kind.role} {str(kind.dtype).removeprefix('torch.')}")
    return ", ".join(names) or "tokenizers only"


if __name__ == "__main__":
    rewrite(lessons.ROOT / "README.md", "memory", table())
