"""The plan of memory for a T4 is worked out from configurations, holds against measurements, and stays under 10 GB."""

import pytest
import torch
import transformers
from nbformat.v4 import new_code_cell, new_notebook
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from extras_and_licenses import lessons, memory
from extras_and_licenses.checkpoints import HUB
from extras_and_licenses.device import dtype_on_card
from extras_and_licenses.kit.evaluate import section
from extras_and_licenses.memory import CONFIGURATIONS, WORK, Load, Work

LESSONS = pytest.mark.parametrize("path", lessons.lessons(), ids=lambda path: path.stem)
ROLES = pytest.mark.parametrize("role", HUB)
WORKS = sorted(
    {(role, work) for by_role in WORK.values() for role, many in by_role.items() for work in many}, key=str
)


class LargestLive(TorchDispatchMode):
    """Counts the bytes of what a model computes and that lives at once; on the device `meta` without taking them."""

    def __init__(self, model: torch.nn.Module):
        super().__init__()
        self.live, self.largest = {}, 0
        self.weights = {value.untyped_storage()._cdata for value in (*model.parameters(), *model.buffers())}

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()
                if storage._cdata not in self.weights:
                    self.live[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.live = {key: (ref, size) for key, (ref, size) in self.live.items() if not ref.expired()}
        self.largest = max(self.largest, sum(size for _, size in self.live.values()))
        return result


def without_values(role: str, dtype: torch.dtype):
    config = memory.config_of(role)
    with torch.device("meta"):
        model = getattr(transformers, CONFIGURATIONS[role]["architectures"][0])(config)
    model.set_attn_implementation("eager")  # takes the most memory
    # BART's head looks for the stop token in the values of the ids, which are not there.
    return (model.base_model if role == "entailment" else model).to(dtype).eval()


def inputs_of(role: str, work: Work) -> dict[str, torch.Tensor]:
    """Ids without values; models that write look into the ids where no mask is given, the others into the mask."""
    ids = torch.zeros(work.rows, work.tokens, dtype=torch.long, device="meta")
    if HUB[role].family in ("gpt2", "llama"):
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    return {"input_ids": ids} | ({"decoder_input_ids": ids} if HUB[role].family == "t5" else {})


def note(*sources: str):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


@ROLES
def test_a_configuration_gives_the_parameters_that_the_table_of_checkpoints_states(role):
    # The table counts what the file holds; that of bert-base-uncased and the entities' also holds a pooler.
    assert memory.parameters(role) / 1e6 == pytest.approx(HUB[role].parameters, abs=1.1, rel=0)
    assert CONFIGURATIONS[role]["model_type"] == HUB[role].family


def test_t5_base_has_the_number_of_parameters_that_is_known():
    assert memory.parameters("seq2seq") == 222_903_552


def test_loads_are_read_from_calls_of_checkpoint():
    source = 'p = pipeline("x", model=checkpoint("fill-mask"), dtype=dtype_for("fill-mask", device))'
    assert memory.loads(note(source)) == (Load("fill-mask", torch.float16),)
    source = (
        'm = AutoModel.from_pretrained(checkpoint("seq2seq"), dtype=dtype_for("seq2seq", device)).to(device)'
    )
    assert memory.loads(note(source, source)) == (Load("seq2seq", torch.float32),) * 2
    assert memory.loads(note('AutoModel.from_pretrained(checkpoint("embeddings"), dtype=torch.float32)')) == (
        Load("embeddings", torch.float32),
    )


def test_loads_are_read_through_a_function_of_the_lesson():
    define = "def load(kind, role):\n    return kind.from_pretrained(checkpoint(role), dtype=torch.float32)"
    assert memory.loads(note(define)) == ()
    found = memory.loads(note(define, 'a = load(A, "causal-lm") if x else load(B, "instruct")'))
    assert [load.role for load in found] == ["causal-lm", "instruct"]


def test_a_tokenizer_a_configuration_and_a_refused_profile_are_no_loads():
    sources = (
        'AutoTokenizer.from_pretrained(checkpoint("instruct"))',
        'checkpoint("seq2seq", profile="cloud")',
    )
    assert memory.loads(note(*sources, 'AutoConfig.from_pretrained(checkpoint("instruct"))')) == ()


@pytest.mark.parametrize(
    ("role", "work"),
    WORKS,
    ids=lambda value: value if isinstance(value, str) else f"{value.rows}x{value.tokens}",
)
def test_activations_are_bounded_from_above_but_not_wildly(role, work):
    # In float16 BART looks into what it computed, and there is nothing to look at; bfloat16 takes the same bytes.
    dtype = torch.float32 if HUB[role].family == "t5" else torch.bfloat16
    model, inputs = without_values(role, dtype), inputs_of(role, work)
    kept = {"output_hidden_states": True, "output_attentions": True} if work.kept else {}
    with torch.set_grad_enabled(work.trained), LargestLive(model) as measured:
        model(**inputs, **kept, use_cache=False)
    planned = memory.activation_bytes(role, work, dtype)
    assert measured.largest <= planned <= 15 * measured.largest


@pytest.mark.parametrize("role", ["causal-lm", "instruct", "seq2seq"])
def test_the_cache_takes_what_the_model_s_own_cache_takes(role):
    dtype = dtype_on_card(memory.T4, HUB[role].family)
    model = without_values(role, dtype)
    with torch.no_grad():
        cache = model(**inputs_of(role, Work(2, 8)), use_cache=True).past_key_values
    parts = [cache.self_attention_cache, cache.cross_attention_cache] if role == "seq2seq" else [cache]
    taken = sum(layer.keys.nbytes + layer.values.nbytes for part in parts for layer in part.layers)
    assert taken == memory.cache_bytes(role, Work(2, 8, cached=8 * len(parts)), dtype)


@LESSONS
def test_no_lesson_takes_more_than_the_limit(path):
    assert memory.plan(path).total <= memory.LIMIT == 10e9


@LESSONS
def test_every_load_is_in_the_plan_and_the_plan_names_no_other(path):
    assert set(WORK.get(path.stem[:2], {})) == {load.role for load in memory.loads(lessons.read(path))}


def test_what_is_trained_counts_with_its_copy_gradients_and_moments():
    found = memory.plan(next(path for path in lessons.lessons() if path.stem.startswith("03")))
    loaded = sum(memory.parameters(load.role) * load.dtype.itemsize for load in found.loads)
    assert found.weights - loaded == 4 * 4 * memory.parameters("embeddings")


def test_the_readme_shows_the_plan_of_today():
    assert section(lessons.ROOT / "README.md", "memory") == memory.table(), "run `make plan`"
