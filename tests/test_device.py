import dataclasses
import gc
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
import warnings
import weakref
from contextlib import contextmanager
from pathlib import Path

import nbformat
import numpy
import psutil
import pytest
import torch
from jupyter_client import BlockingKernelClient
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    BertTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    pipeline,
)

from extras_and_licenses import device
from extras_and_licenses.device import (
    GIB,
    choose_device,
    choose_dtype,
    free,
    has_bfloat16,
    report,
    set_up,
    shut_down_kernel,
)

CPU = torch.device("cpu")
T4 = {"name": "Tesla T4", "capability": (7, 5), "total": 15360, "free": 15000}


# A machine with a card, or without one, whatever machine the tests run on -----------------------------------


def put_nvidia_smi(folder: Path, monkeypatch, output: str | None) -> None:
    """Make `folder` the only place with programs; it has an nvidia-smi that prints `output`, or none."""
    if output is not None:
        (folder / "answer.xml").write_text(output)
        program = folder / "nvidia-smi"
        program.write_text(f'#!/bin/sh\nexec /bin/cat "{folder / "answer.xml"}"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def driver_log(name="Tesla T4", driver="550.54.15", cuda="12.4", total="15360 MiB", free="15000 MiB") -> str:
    return f"""<?xml version="1.0" ?>
<nvidia_smi_log>
  <driver_version>{driver}</driver_version>
  <cuda_version>{cuda}</cuda_version>
  <gpu id="00000000:00:04.0">
    <product_name>{name}</product_name>
    <fb_memory_usage><total>{total}</total><reserved>300 MiB</reserved><free>{free}</free></fb_memory_usage>
  </gpu>
</nvidia_smi_log>"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give a function that makes torch and the driver look like those of another machine."""

    def pretend(card=None, torch_cuda="12.6", available=None, fails=None, count=1, log=None):
        name, capability = (card or T4)["name"], (card or T4)["capability"]
        memory = tuple((card or T4)[key] * 2**20 for key in ("free", "total"))
        put_nvidia_smi(tmp_path, monkeypatch, log or (driver_log(name) if card else None))
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        monkeypatch.setattr(torch.version, "cuda", torch_cuda)
        monkeypatch.setattr(
            torch.cuda, "is_available", lambda: card is not None if available is None else available
        )
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: name)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
        monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75", "sm_80", "sm_90"])
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: memory)

        def compute_once(_):
            if fails:
                raise fails

        monkeypatch.setattr(device, "_compute_once", compute_once)

    return pretend


# Choosing a device ------------------------------------------------------------------------------------------


def test_a_working_card_is_chosen(machine):
    machine(T4)
    assert choose_device() == torch.device("cuda", 0)
    assert choose_device("cuda") == torch.device("cuda", 0)
    assert report().device == "cuda:0"
    assert report().reason == "torch can use the Tesla T4."


def test_the_cpu_can_be_asked_for_beside_a_card(machine):
    machine(T4)
    assert choose_device("cpu") == CPU


def test_without_a_card_the_cpu_is_chosen_and_the_report_says_why(machine, capfd):
    machine(None)
    assert choose_device() == CPU
    assert report().device == "cpu"
    assert report().reason.startswith("No NVIDIA GPU was found: use the CPU")
    assert capfd.readouterr() == ("", "")


BROKEN = {
    "no card": ({"card": None}, "No NVIDIA GPU was found: use the CPU, or a machine with a card"),
    "a torch without CUDA": (
        {"card": T4, "available": False, "torch_cuda": None},
        "is built without CUDA although this machine has a Tesla T4: install a CUDA build of torch",
    ),
    "an old driver": (
        {
            "card": T4,
            "available": False,
            "torch_cuda": "13.0",
            "log": driver_log(driver="470.57", cuda="11.4"),
        },
        "driver 470.57 (CUDA 11.4) is too old for torch",
    ),
    "a card too old for torch": (
        {
            "card": {"name": "Tesla K80", "capability": (3, 7), "total": 11441, "free": 11400},
            "fails": RuntimeError(
                "CUDA error: no kernel image is available for execution on the device\nmore"
            ),
        },
        "Tesla K80 with compute capability 3.7 (CUDA error: no kernel image is available for execution on the "
        "device; this torch is built for sm_75 sm_80 sm_90): install a torch built for this card",
    ),
    "a full card": (
        {"card": {**T4, "free": 40}, "fails": torch.OutOfMemoryError("CUDA out of memory")},
        "Tesla T4's 15.0 GiB are free and 1.0 GiB are needed: shut down the other notebooks",
    ),
}


@pytest.mark.parametrize(("situation", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_card_that_cannot_be_used_is_explained(machine, monkeypatch, situation, sentence):
    machine(**situation)
    total = (situation["card"] or T4)["total"] * 2**20
    properties = type("Properties", (), {"total_memory": total})
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: properties)
    assert choose_device() == CPU
    assert sentence in report().reason
    with pytest.raises(RuntimeError) as error:
        choose_device("cuda")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_card_hidden_by_the_environment_is_explained(machine, monkeypatch):
    machine(T4, available=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(
        RuntimeError, match="CUDA_VISIBLE_DEVICES='' hides the Tesla T4: remove that environment"
    ):
        choose_device("cuda")


def test_a_reason_that_only_torch_knows_is_passed_on(machine, monkeypatch):
    machine(T4, available=False)

    def init():
        raise RuntimeError("CUDA unknown error - this may be due to an incorrectly set up environment.\nmore")

    monkeypatch.setattr(torch.cuda, "init", init)
    with pytest.raises(
        RuntimeError, match=r"driver 550.54.15 \(CUDA unknown error .* set up environment\): restart"
    ):
        choose_device("cuda")


def test_what_torch_warns_of_is_said_once_in_the_reason(machine, monkeypatch, recwarn):
    machine(T4, available=False, torch_cuda="13.0")

    def is_available():
        warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old", stacklevel=2)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    assert "is too old for torch" in report().reason
    assert not recwarn.list


def test_a_card_too_small_is_explained(machine):
    machine(T4)
    assert choose_device(minimum_gib=14) == torch.device("cuda", 0)
    assert choose_device(minimum_gib=40) == CPU
    assert report(minimum_gib=40).device == "cpu"
    with pytest.raises(
        RuntimeError, match=r"Tesla T4 has 15.0 GiB of memory and 40.0 GiB are needed: use a larger"
    ):
        choose_device("cuda", minimum_gib=40)


def test_a_card_that_others_use_is_explained(machine):
    machine({**T4, "free": 2048})
    assert choose_device() == torch.device("cuda", 0)
    with pytest.raises(
        RuntimeError, match=r"Only 2.0 of the Tesla T4's 15.0 GiB are free and 8.0 GiB are needed"
    ):
        choose_device("cuda", minimum_gib=8)


def test_one_of_several_cards_can_be_chosen(machine):
    machine(T4, count=2)
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(
        RuntimeError, match=r'There is no cuda:2, this machine has 2 GPU\(s\): use "cuda:1" or lower'
    ):
        choose_device("cuda:2")


def test_mps_is_taken_only_when_asked_for(machine, monkeypatch):
    machine(None)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device() == CPU
    assert choose_device("mps") == torch.device("mps")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match=r'no MPS device, .*: use device "cpu"'):
        choose_device("mps")


@pytest.mark.parametrize("name", ["gpu", "", "meta", "cuda:first"])
def test_an_unknown_device_is_refused(name):
    with pytest.raises(ValueError, match=f'There is no device {name!r}. Use "cuda", "cpu" or "mps"'):
        choose_device(name)


@pytest.mark.cuda
def test_this_machines_card_is_chosen_and_reported():
    assert choose_device() == torch.device("cuda", 0)
    here = report()
    assert here.gpu == torch.cuda.get_device_name(0)
    assert 0 < here.gpu_free <= here.gpu_total
    assert here.torch_cuda == torch.version.cuda


# Choosing a dtype -------------------------------------------------------------------------------------------

CARDS = {
    "P100": (6, 0),
    "V100": (7, 0),
    "T4": (7, 5),
    "A100": (8, 0),
    "L4": (8, 9),
    "H100": (9, 0),
    "M2000": (5, 2),
}
DTYPES = {
    ("T4", "bert"): torch.float16,
    ("T4", "gpt2"): torch.float16,
    ("T4", "t5"): torch.float32,
    ("T4", "mt5"): torch.float32,
    ("T4", "umt5"): torch.float32,
    ("T4", "flan-T5"): torch.float32,
    ("T4", "switch_transformers"): torch.float32,
    ("V100", "roberta"): torch.float16,
    ("V100", "t5"): torch.float32,
    ("P100", "bart"): torch.float16,
    ("M2000", "bert"): torch.float32,
    ("A100", "bert"): torch.bfloat16,
    ("A100", "t5"): torch.bfloat16,
    ("L4", "llama"): torch.bfloat16,
    ("H100", "mt5"): torch.bfloat16,
}


@pytest.mark.parametrize(("card", "family"), DTYPES)
def test_the_dtype_suits_card_and_family(machine, card, family):
    machine({**T4, "name": card, "capability": CARDS[card]})
    assert choose_dtype("cuda", family) == DTYPES[card, family]


@pytest.mark.parametrize("family", ["bert", "t5", "llama"])
@pytest.mark.parametrize("name", ["cpu", "mps"])
def test_away_from_cuda_everything_is_float32(name, family):
    assert choose_dtype(torch.device(name), family) == torch.float32


@pytest.mark.parametrize("card", ["T4", "A100"])
def test_a_card_has_bfloat16_from_8_0_on(machine, card):
    machine({**T4, "name": card, "capability": CARDS[card]})
    assert has_bfloat16() == (card == "A100")


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({"avx2": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"avx2": True, "avx512_f": True}, False),
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"amx_bf16": True}, True),
        ({"neon": True, "bf16": True}, True),
    ],
)
def test_a_processor_has_bfloat16_where_it_has_units_for_it(machine, monkeypatch, units, expected):
    machine(None)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units, raising=False)
    assert has_bfloat16() == expected


def test_a_torch_that_cannot_say_what_the_processor_has_counts_as_no(machine, monkeypatch):
    machine(None)
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not has_bfloat16()


def test_a_model_family_must_be_named():
    with pytest.raises(ValueError, match=r"The model family is empty. Give the model's config.model_type"):
        choose_dtype("cpu", "")


# Describing -------------------------------------------------------------------------------------------------


def test_the_report_has_data_and_text(machine):
    machine(T4)
    here = report()
    data = dataclasses.asdict(here)
    assert json.loads(json.dumps(data)) == data
    assert data["torch"] == torch.__version__
    assert (data["gpu"], data["gpu_capability"]) == ("Tesla T4", "7.5")
    assert (data["gpu_total"], data["gpu_free"]) == (15360 * 2**20, 15000 * 2**20)
    assert (data["driver"], data["driver_cuda"], data["torch_cuda"]) == ("550.54.15", "12.4", "12.6")
    assert data["ram_total"] > data["ram_free"] > 0
    assert data["disk_total"] > data["disk_free"] > 0
    assert data["cores"] >= 1
    lines = str(here).splitlines()
    assert "GPU           Tesla T4, compute capability 7.5" in lines
    assert "GPU memory    14.6 of 15.0 GiB free" in lines
    assert "CUDA          driver 12.4, torch 12.6" in lines
    assert f"RAM           {here.ram_free / GIB:.1f} of {here.ram_total / GIB:.1f} GiB free" in lines


def test_a_card_that_torch_cannot_use_is_still_reported(machine):
    machine(T4, available=False, torch_cuda=None)
    here = report()
    assert (here.device, here.gpu, here.gpu_capability) == ("cpu", "Tesla T4", None)
    assert here.gpu_free == 15000 * 2**20


@pytest.mark.parametrize(
    "log", ["", "not xml", "<nvidia_smi_log><driver_version>1</driver_version></nvidia_smi_log>"]
)
def test_a_driver_program_that_says_nothing_useful_means_no_card(machine, log):
    machine(None)
    machine(None, log=log or " ")
    assert report().gpu is None
    assert "GPU           none" in str(report())


def test_a_driver_program_that_hangs_means_no_card(machine, monkeypatch):
    machine(None)

    def hang(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    assert report().gpu is None


def test_memory_that_the_driver_does_not_tell_is_left_open(machine):
    machine(T4, available=False, log=driver_log(total="N/A", free="[Insufficient Permissions]", cuda="N/A"))
    here = report()
    assert (here.gpu, here.gpu_total, here.gpu_free, here.driver_cuda) == ("Tesla T4", None, None, None)


# Setting up -------------------------------------------------------------------------------------------------


def test_set_up_seeds_everything(machine):
    machine(None)

    def draw():
        return random.random(), numpy.random.rand(), torch.rand(1).item()

    assert set_up(seed=3) == CPU
    first = draw()
    set_up(seed=3)
    assert draw() == first
    set_up(seed=4)
    assert all(ours != theirs for ours, theirs in zip(draw(), first, strict=True))


def test_set_up_computes_float32_in_full(machine, monkeypatch):
    machine(None)
    torch.set_float32_matmul_precision("medium")
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    set_up()
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32


def test_after_set_up_loading_writes_nothing(tmp_path):
    # A checkpoint without a head, whose load report is long and whose loading shows a progress bar.
    BertModel(BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2)).save_pretrained(
        tmp_path
    )
    load = f"from transformers import BertForMaskedLM as Model; Model.from_pretrained({str(tmp_path)!r})"
    quieten = "import sys; print('SET UP', file=sys.stderr); from extras_and_licenses.device import set_up; set_up('cpu')"
    done = subprocess.run(
        [sys.executable, "-c", f"{load}; {quieten}; {load}"], capture_output=True, text=True
    )
    loud, quiet = done.stderr.split("SET UP\n")
    assert "LOAD REPORT" in loud
    assert (done.stdout, quiet, done.returncode) == ("", "", 0)


# Freeing ----------------------------------------------------------------------------------------------------


def resident() -> int:
    """Bytes of main memory that this process takes."""
    gc.collect()
    return psutil.Process().memory_info().rss


def bert_of_90_megabytes() -> BertForMaskedLM:
    sizes = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    return BertForMaskedLM(BertConfig(vocab_size=30522, **sizes))


@pytest.fixture
def bert() -> BertForMaskedLM:
    config = BertConfig(vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
    return BertForMaskedLM(config).eval()


def test_freeing_returns_memory_while_names_still_hold_the_model():
    free(bert_of_90_megabytes())  # what loading any model leaves behind is there before we measure
    before = resident()
    model = bert_of_90_megabytes()
    body, weights = model.bert, [*model.parameters(), *model.buffers()]
    size = sum(weight.nbytes for weight in weights)
    assert resident() - before > 0.9 * size
    assert free(model) == size
    assert resident() - before < 0.1 * size
    assert all(weight.numel() == 0 for weight in (*weights, *body.parameters()))


def test_freeing_returns_the_memory_of_a_loaded_checkpoint(tmp_path):
    bert_of_90_megabytes().save_pretrained(tmp_path)
    free(BertForMaskedLM.from_pretrained(tmp_path))
    before = resident()
    model = BertForMaskedLM.from_pretrained(tmp_path)
    size = sum(parameter.nbytes for parameter in model.parameters())
    assert sum(parameter.sum() for parameter in model.parameters()).isfinite()  # reads all of the mapped file
    assert resident() - before > 0.9 * size
    free(model)
    assert resident() - before < 0.1 * size


def test_freeing_returns_gradients_and_what_an_optimizer_refers_to(bert):
    optimizer = torch.optim.SGD(bert.parameters(), lr=0.1)
    bert(input_ids=torch.tensor([[1, 2]])).logits.sum().backward()
    free(bert)
    held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    assert held
    assert all(parameter.numel() == 0 and parameter.grad is None for parameter in held)


def test_using_a_freed_model_says_that_it_was_freed(bert):
    body = bert.bert
    free(bert)
    for call in (bert, bert.forward, body):
        with pytest.raises(
            RuntimeError, match=r"This BertForMaskedLM was freed, its parameters are gone. Load it again"
        ):
            call(input_ids=torch.tensor([[1, 2]]))


def test_generating_with_a_freed_model_says_that_it_was_freed():
    sizes = {"vocab_size": 20, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2}
    model = T5ForConditionalGeneration(T5Config(**sizes, decoder_start_token_id=0))
    free(model)
    with pytest.raises(RuntimeError, match="This T5ForConditionalGeneration was freed"):
        model.generate(torch.tensor([[1, 2]]), max_new_tokens=2)


def test_freeing_returns_memory_between_things_that_stay():
    before = resident()
    layers, staying = torch.nn.ModuleList(), []
    for _ in range(1000):  # in turn, so that no large piece of the heap is free as a whole
        layers.append(torch.nn.Linear(160, 160, bias=False))
        staying.append(torch.zeros(16))
    size = sum(parameter.nbytes for parameter in layers.parameters())
    assert resident() - before > 0.9 * size
    free(layers)
    assert resident() - before < 0.2 * size


class Recorder:
    """A hook that keeps what it saw, and is kept alive by a cycle."""

    def __init__(self):
        self.outputs = []
        self.itself = self

    def __call__(self, module, args, output):
        self.outputs.append(output)


def test_freeing_takes_hooks_off_and_returns_what_they_kept(bert):
    recorder = Recorder()
    bert.bert.register_forward_hook(recorder)
    bert.bert.register_forward_pre_hook(lambda module, args: None)
    bert(input_ids=torch.tensor([[1, 2]]))
    recorder = weakref.ref(recorder)
    free(bert)
    assert not bert.bert._forward_hooks
    assert len(bert.bert._forward_pre_hooks) == 1
    assert recorder() is None


def test_a_pipeline_and_several_models_can_be_freed(bert, tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast.from_pretrained(tmp_path)
    fill_mask = pipeline("fill-mask", model=bert, tokenizer=tokenizer, device="cpu")
    assert fill_mask("a [MASK]")
    other = torch.nn.Linear(3, 4)
    assert free(fill_mask, other) > 16 * 4
    with pytest.raises(RuntimeError, match="This BertForMaskedLM was freed"):
        fill_mask("a [MASK]")
    with pytest.raises(RuntimeError, match="This Linear was freed"):
        other(torch.zeros(3))


def test_freeing_twice_does_nothing(bert):
    assert free(bert) > 0
    assert free(bert) == 0


def test_only_models_and_pipelines_are_freed(bert):
    with pytest.raises(TypeError, match=r"free\(\) cannot free 'str'. Pass it models or pipelines."):
        free(bert, "bert")
    assert bert(input_ids=torch.tensor([[1]])).logits.numel() == 20


@pytest.mark.cuda
def test_freeing_returns_the_memory_of_the_card():
    gc.collect()
    before = torch.cuda.memory_allocated()
    model = bert_of_90_megabytes().to("cuda")
    body, size = model.bert, sum(parameter.nbytes for parameter in model.parameters())
    assert torch.cuda.memory_allocated() - before >= size
    free(model)
    assert torch.cuda.memory_allocated() == before
    assert next(body.parameters()).numel() == 0


# Shutting the kernel down -----------------------------------------------------------------------------------

LAST_CELL = "from extras_and_licenses.device import shut_down_kernel\nshut_down_kernel()"


def test_outside_notebooks_nothing_happens(capfd):
    shut_down_kernel()
    assert capfd.readouterr() == ("", "")


def small_notebook(folder: Path) -> Path:
    """Write a notebook that shuts its kernel down and then goes on in the same kernel."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    for count, source in enumerate(["x = 5", LAST_CELL, "x"], start=1):
        notebook.cells.append(nbformat.v4.new_code_cell(source, execution_count=count))
    data = {"text/plain": "5"}
    notebook.cells[-1].outputs = [nbformat.v4.new_output("execute_result", data, execution_count=3)]
    nbformat.write(notebook, folder / "small.ipynb")
    return folder / "small.ipynb"


@pytest.mark.parametrize("started_from_a_notebook", [False, True])
def test_an_automated_run_goes_on_to_its_end(tmp_path, started_from_a_notebook):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JPY_")}
    if started_from_a_notebook:  # then Jupyter's variables are inherited
        environment |= {"JPY_SESSION_NAME": "lesson.ipynb", "JPY_PARENT_PID": str(os.getpid())}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", small_notebook(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


@contextmanager
def jupyter_server(folder: Path):
    """Run a Jupyter server as `make lab` does; give a function for its REST calls."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JPY_")}
    environment |= {
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    options = [
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}",
    ]
    command = [sys.executable, "-m", "jupyter_server", *options, "--ServerApp.disable_check_xsrf=True"]
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def call(path: str, data: dict | None = None):
        description = next((folder / "runtime").glob("jpserver-*.json"))
        url = json.loads(description.read_text())["url"] + path
        with urllib.request.urlopen(url, json.dumps(data).encode() if data else None, timeout=30) as answer:
            return json.load(answer)

    def answers() -> bool:
        try:
            return bool(call("api"))
        except (StopIteration, OSError, ValueError):
            return False

    try:
        wait_until(answers)
        yield call
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def connect(kernel_file: Path) -> BlockingKernelClient:
    """Connect to a kernel, again and again while it starts: its file may still hold the ports of the last one."""
    end = time.monotonic() + 120
    while True:
        client = BlockingKernelClient()
        client.load_connection_file(str(kernel_file))
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            return client
        except RuntimeError:
            client.stop_channels()
            if time.monotonic() > end:
                raise


def execute(kernel_file: Path, code: str) -> str:
    """Run code in a kernel and return what it printed."""
    printed = []
    client = connect(kernel_file)
    try:
        reply = client.execute_interactive(
            code, timeout=60, output_hook=lambda message: printed.append(message["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(printed)


def test_a_person_in_jupyter_gets_a_fresh_kernel(tmp_path):
    with jupyter_server(tmp_path) as call:
        kernel = {"name": "python3"}
        session = call(
            "api/sessions", {"path": "lesson.ipynb", "type": "notebook", "name": "", "kernel": kernel}
        )
        kernel_file = tmp_path / "runtime" / f"kernel-{session['kernel']['id']}.json"
        wait_until(kernel_file.exists)
        process = psutil.Process(int(execute(kernel_file, "import os; x = 5; print(os.getpid())")))
        printed = execute(kernel_file, LAST_CELL)
        assert printed.startswith("The kernel shuts down and frees its memory.")
        wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
        assert execute(kernel_file, "print('x' in globals())") == "False\n"
