"""Choose, describe and free the device that a lesson runs on.

- `set_up(prefer, seed)`: the first call of a lesson: device, seed, quiet loading, the same digits on every device.
- `choose_device(prefer, minimum_gib)`: CUDA where it works, else the CPU; MPS when asked.
- `choose_dtype(device, family)`: the number format that suits a card and a model family.
- `dtype_on_card(capability, family)`: the same for a card that need not be there.
- `has_bfloat16()`: whether this machine computes in bfloat16 itself, so that training in it is faster.
- `report(folder)`: what this machine has, as a `DeviceReport`.
- `DeviceReport`: that data; its `str()` is text for people.
- `free(*things)`: give back the memory of models and pipelines.
- `shut_down_kernel()`: the last call of a lesson: frees the GPU when a person runs the notebook.
"""

import contextlib
import ctypes
import gc
import os
import platform
import re
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import huggingface_hub
import psutil
import torch
import transformers

GIB = 2**30
"""Bytes in a gibibyte. Cards and memory are counted in these."""


# Choosing --------------------------------------------------------------------------------------------------


def set_up(prefer: str | None = None, seed: int = 0) -> torch.device:
    """Prepare the notebook and choose its device.

    Afterwards random numbers are seeded, loading a model writes nothing to stderr, float32 is computed in full
    on every device (no TF32, so that CPU and GPU print the same digits), and plots have the course's style.

    Args:
        prefer: "cuda", "cuda:1", "cpu" or "mps"; None takes CUDA where it works, else the CPU.
        seed: Seed for `random`, `numpy` and `torch`.

    Returns:
        The device, to be passed to `pipeline` or `model.to`.

    Raises:
        RuntimeError: The device that was asked for cannot be used.
        ValueError: `prefer` names no device that the course knows.
    """
    from extras_and_licenses import plots

    device = choose_device(prefer)
    transformers.set_seed(seed)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    huggingface_hub.logging.set_verbosity_error()
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    plots.use_style()
    return device


def choose_device(prefer: str | None = None, *, minimum_gib: float = 0.0) -> torch.device:
    """Return the device to compute on.

    Without a wish, CUDA is taken where it works and has enough free memory, else the CPU; `report().reason`
    says why. A wish is kept or refused, never replaced by another device.

    Args:
        prefer: "cuda", "cuda:1", "cpu" or "mps"; None for CUDA, else the CPU.
        minimum_gib: GPU memory that must be free, in GiB. A T4 shows about 14.6 GiB.

    Raises:
        RuntimeError: The device that was asked for cannot be used. The message says why and what to do.
        ValueError: `prefer` names no device that the course knows.
    """
    if prefer is None:
        device, _ = _best_device(minimum_gib)
        return device
    try:
        device = torch.device(prefer)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cuda", "cpu", "mps"):
        raise ValueError(
            f'There is no device {prefer!r}. Use "cuda", "cpu" or "mps", or None to let the course choose.'
        )
    if device.type == "cuda":
        device = torch.device("cuda", device.index or 0)
        problem = _cuda_problem(device, minimum_gib)
    elif device.type == "mps" and not torch.backends.mps.is_available():
        problem = 'This torch finds no MPS device, which needs an Apple GPU and macOS 14 or later: use device "cpu".'
    else:
        problem = None
    if problem:
        raise RuntimeError(problem)
    return device


def choose_dtype(device: torch.device | str, family: str) -> torch.dtype:
    """Return the number format that suits a device and a model family.

    | device                                 | T5 family | other families |
    | -------------------------------------- | --------- | -------------- |
    | CPU, MPS                               | float32   | float32        |
    | CUDA, compute capability 8.0 or higher | bfloat16  | bfloat16       |
    | CUDA, 5.3 to 7.5 (P100, V100, T4)      | float32   | float16        |
    | CUDA, lower than 5.3                   | float32   | float32        |

    bfloat16 has the range of float32 in 16 bits, and cards have units for it from 8.0 on. Older cards only have
    float16, which ends at 65,504. T5 checkpoints were trained in bfloat16 and their feed-forward layers exceed
    that, which gives `inf` and then `nan`. Sources: "CUDA C++ Programming Guide", table of arithmetic
    throughput; transformers keeps the same T5 layers in float32 (`T5PreTrainedModel._keep_in_fp32_modules`).

    Args:
        device: Where the model will run.
        family: `config.model_type` of the model, such as "bert" or "t5".

    Raises:
        ValueError: `family` is empty.
    """
    if not family:
        raise ValueError(
            'The model family is empty. Give the model\'s config.model_type, such as "bert" or "t5".'
        )
    device = torch.device(device)
    if device.type != "cuda":
        return torch.float32
    return dtype_on_card(torch.cuda.get_device_capability(device), family)


def dtype_on_card(capability: tuple[int, int], family: str) -> torch.dtype:
    """The rows of `choose_dtype` for NVIDIA cards, by compute capability; a T4 has (7, 5)."""
    if capability >= (8, 0):
        return torch.bfloat16
    t5_family = "t5" in family.lower() or family == "switch_transformers"
    if t5_family or capability < (5, 3):
        return torch.float32
    return torch.float16


def has_bfloat16() -> bool:
    """Whether the device that the course chooses has units for bfloat16.

    Every device can compute in it. One without such units takes each number apart and puts it together again: on a
    processor with AVX2 alone, a step of training took 15 times as long as in float32. Source for the names of the
    units: `torch.cpu.get_capabilities`; a torch that does not have it yet says nothing, which counts as no.
    """
    device = choose_device()
    if device.type == "cuda":
        return choose_dtype(device, "bert") == torch.bfloat16
    found = getattr(torch.cpu, "get_capabilities", dict)()
    return any(found.get(unit, False) for unit in ("amx_bf16", "avx512_bf16", "sve_bf16", "bf16"))


def _best_device(minimum_gib: float) -> tuple[torch.device, str]:
    """Return CUDA where it works, else the CPU, and one sentence saying why."""
    device = torch.device("cuda", 0)
    problem = _cuda_problem(device, minimum_gib)
    if problem:
        return torch.device("cpu"), problem
    return device, f"torch can use the {torch.cuda.get_device_name(device)}."


def _cuda_problem(device: torch.device, minimum_gib: float) -> str | None:
    """Return one sentence on why a CUDA device cannot be used and the remedy, or None if it can be used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about what the sentences below say
        if not torch.cuda.is_available():
            return _why_no_cuda()
        count = torch.cuda.device_count()
        if device.index >= count:
            return f'There is no {device}, this machine has {count} GPU(s): use "cuda:{count - 1}" or lower.'
        name = torch.cuda.get_device_name(device)
        try:
            _compute_once(device)
            free, total = torch.cuda.mem_get_info(device)
        except torch.OutOfMemoryError:
            free, total = 0, torch.cuda.get_device_properties(device).total_memory
            minimum_gib = max(minimum_gib, 1.0)
        except RuntimeError as error:
            major, minor = torch.cuda.get_device_capability(device)
            return (
                f"torch {torch.__version__} cannot compute on the {name} with compute capability {major}.{minor} "
                f"({_first_line(error)}; this torch is built for {' '.join(torch.cuda.get_arch_list())}): install a "
                f'torch built for this card, or use device "cpu".'
            )
    if total < minimum_gib * GIB:
        return (
            f"The {name} has {total / GIB:.1f} GiB of memory and {minimum_gib:.1f} GiB are needed: "
            f'use a larger card, a smaller checkpoint or device "cpu".'
        )
    if free < minimum_gib * GIB:
        return (
            f"Only {free / GIB:.1f} of the {name}'s {total / GIB:.1f} GiB are free and {minimum_gib:.1f} GiB are "
            f"needed: shut down the other notebooks and programs that use it."
        )
    return None


def _compute_once(device: torch.device) -> None:
    """Compute something tiny: what torch says about a card is no proof that its build can run on it."""
    torch.ones(2, device=device).sum().item()


def _why_no_cuda() -> str:
    """Return one sentence on why `torch.cuda.is_available()` is false, with the remedy."""
    card = _nvidia_card()
    if card is None:
        return "No NVIDIA GPU was found: use the CPU, or a machine with a card (on Colab: Runtime, Change runtime type)."
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None and (visible == "" or visible.startswith("-") or visible == "NoDevFiles"):
        return f"CUDA_VISIBLE_DEVICES={visible!r} hides the {card.name}: remove that environment variable and restart."
    built_for = torch.version.cuda
    if built_for is None:
        return (
            f"torch {torch.__version__} is built without CUDA although this machine has a {card.name}: install a "
            f'CUDA build of torch, or use device "cpu".'
        )
    if (
        card.cuda and _version(card.cuda)[0] < _version(built_for)[0]
    ):  # drivers serve all of their major version
        return (
            f"The NVIDIA driver {card.driver} (CUDA {card.cuda}) is too old for torch {torch.__version__}, built for "
            f"CUDA {built_for}: update the driver, or install a torch built for CUDA {card.cuda} or lower."
        )
    try:
        torch.cuda.init()
        words = "no reason given"
    except (RuntimeError, AssertionError) as error:
        words = _first_line(error)
    return (
        f"torch {torch.__version__} cannot use the {card.name} with driver {card.driver} ({words}): restart the "
        f'kernel, then the machine, or use device "cpu".'
    )


def _first_line(error: Exception) -> str:
    """Return the first line of an error's message without its full stop."""
    return str(error).strip().partition("\n")[0].rstrip(".")


def _version(text: str) -> tuple[int, ...]:
    """Return "12.4" as (12, 4), which compares as versions do."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


# Describing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeviceReport:
    """What this machine has. `str()` gives text for people, `dataclasses.asdict()` gives data.

    Sizes are in bytes. A field is None where the machine has nothing of the kind or does not say.
    """

    python: str
    """Version of Python."""
    torch: str
    """Version of torch, with its build, such as "2.13.0+cpu"."""
    transformers: str
    """Version of transformers."""
    device: str
    """The device that `choose_device()` takes here."""
    reason: str
    """One sentence: why this device, and what to do for a better one."""
    gpu: str | None
    """Name of the graphics card, also where torch cannot use it."""
    gpu_capability: str | None
    """Compute capability of the card, such as "7.5"; known only where torch can use the card."""
    gpu_total: int | None
    """Memory of the card."""
    gpu_free: int | None
    """Memory of the card that no program uses."""
    driver: str | None
    """Version of the NVIDIA driver."""
    driver_cuda: str | None
    """Highest CUDA version that the driver supports."""
    torch_cuda: str | None
    """CUDA version that torch is built for."""
    ram_total: int
    """Main memory."""
    ram_free: int
    """Main memory that programs can still take."""
    disk_total: int
    """Size of the disk with the folder asked about."""
    disk_free: int
    """Space left on that disk."""
    cores: int
    """Processor cores that this process may use."""

    def __str__(self) -> str:
        """The report as lines of text."""
        gpu = "none"
        if self.gpu:
            gpu = self.gpu + (f", compute capability {self.gpu_capability}" if self.gpu_capability else "")
        rows = {
            "Python": self.python,
            "torch": self.torch,
            "transformers": self.transformers,
            "Device": self.device,
            "Reason": self.reason,
            "GPU": gpu,
            "GPU memory": _free_of(self.gpu_free, self.gpu_total),
            "Driver": self.driver or "none",
            "CUDA": f"driver {self.driver_cuda or 'none'}, torch {self.torch_cuda or 'none'}",
            "RAM": _free_of(self.ram_free, self.ram_total),
            "Disk": _free_of(self.disk_free, self.disk_total),
            "Cores": str(self.cores),
        }
        return "\n".join(f"{name:<13} {value}" for name, value in rows.items())


def report(folder: str | Path = ".", *, minimum_gib: float = 0.0) -> DeviceReport:
    """Describe this machine and the device that the course takes on it.

    Args:
        folder: The disk that holds this folder is reported.
        minimum_gib: GPU memory that must be free for the GPU to be taken, in GiB.
    """
    device, reason = _best_device(minimum_gib)
    card = _nvidia_card()
    name, capability = (card.name if card else None), None
    total, free = (card.total, card.free) if card else (None, None)
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        capability = ".".join(map(str, torch.cuda.get_device_capability(device)))
        free, total = torch.cuda.mem_get_info(device)
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage(folder)
    return DeviceReport(
        python=platform.python_version(),
        torch=torch.__version__,
        transformers=transformers.__version__,
        device=str(device),
        reason=reason,
        gpu=name,
        gpu_capability=capability,
        gpu_total=total,
        gpu_free=free,
        driver=card.driver if card else None,
        driver_cuda=card.cuda if card else None,
        torch_cuda=torch.version.cuda,
        ram_total=memory.total,
        ram_free=memory.available,
        disk_total=disk.total,
        disk_free=disk.free,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )


def _free_of(free: int | None, total: int | None) -> str:
    """Return "3.1 of 14.6 GiB free", or "none"."""
    return "none" if free is None or total is None else f"{free / GIB:.1f} of {total / GIB:.1f} GiB free"


@dataclass(frozen=True)
class _NvidiaCard:
    """The first card that the NVIDIA driver lists, whether or not torch can use it. Memory is in bytes."""

    name: str
    driver: str
    cuda: str | None
    total: int | None
    free: int | None


def _nvidia_card() -> _NvidiaCard | None:
    """Ask the NVIDIA driver's own program for its first card; None where there is no card or no driver."""
    try:
        run = subprocess.run(
            ["nvidia-smi", "-q", "-x"], capture_output=True, text=True, timeout=20, check=True
        )
        log = ElementTree.fromstring(run.stdout)
    except (OSError, subprocess.SubprocessError, ElementTree.ParseError):
        return None
    gpu = log.find("gpu")
    if gpu is None:
        return None
    cuda = log.findtext("cuda_version", "")
    return _NvidiaCard(
        name=gpu.findtext("product_name", "NVIDIA GPU"),
        driver=log.findtext("driver_version", "of unknown version"),
        cuda=cuda if _version(cuda) else None,
        total=_mebibytes(gpu.findtext("fb_memory_usage/total")),
        free=_mebibytes(gpu.findtext("fb_memory_usage/free")),
    )


def _mebibytes(text: str | None) -> int | None:
    """Return "15360 MiB" in bytes, or None for anything else, such as "N/A"."""
    match = re.fullmatch(r"(\d+) MiB", text or "")
    return int(match[1]) * 2**20 if match else None


# Freeing ---------------------------------------------------------------------------------------------------


def free(*things: torch.nn.Module | transformers.Pipeline) -> int:
    """Give back the memory of models and pipelines, also where a name still refers to them.

    Parameters, buffers and gradients are emptied in place, so it does not matter who else holds the model, one
    of its modules or its parameters. A model that shares modules with a freed one is emptied with it. Calling a
    freed model raises a RuntimeError that says so. Freeing twice does nothing.

    Args:
        things: Models, or pipelines, whose model is freed.

    Returns:
        The bytes that the parameters and buffers took.

    Raises:
        TypeError: One of the things is neither a model nor a pipeline. Then nothing is freed.
    """
    models = [thing.model if isinstance(thing, transformers.Pipeline) else thing for thing in things]
    for model in models:
        if not isinstance(model, torch.nn.Module):
            raise TypeError(f"free() cannot free {type(model).__name__!r}. Pass it models or pipelines.")
    freed = sum(_empty(model) for model in models)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    with contextlib.suppress(OSError, AttributeError):  # only glibc keeps freed memory and has this call
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return freed


def _empty(model: torch.nn.Module) -> int:
    """Take the values out of a model and make every call of it fail; return the bytes that they took."""
    tensors = [*model.parameters(), *model.buffers()]
    taken = sum(tensor.nbytes for tensor in tensors)
    for tensor in tensors:
        tensor.grad = None
        tensor.data = tensor.new_empty(0)
    kind = type(model).__name__

    def refuse(module: torch.nn.Module, args: tuple) -> None:
        raise RuntimeError(f"This {kind} was freed, its parameters are gone. Load it again to use it.")

    for module in model.modules():
        for hooks in (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks):
            hooks.clear()
        module.register_forward_pre_hook(refuse)
    return taken


def shut_down_kernel() -> None:
    """End this notebook's kernel, and with it everything that it holds on the GPU, if a person runs the notebook.

    The kernel ends after the cell. Jupyter and Colab then start a fresh, empty one. Under nbclient, nbconvert,
    nbval or nbgrader, and outside notebooks, nothing happens, so that an automated run ends normally.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if not hasattr(shell, "kernel") or not _person_runs_notebook():
        return
    print("The kernel shuts down and frees its memory. Jupyter may report that it died and starts a new one.")
    shell.kernel.do_shutdown(restart=False)


def _person_runs_notebook() -> bool:
    """Tell a kernel that Jupyter or Colab opened for a notebook from one that an automated run started.

    Jupyter's server names the notebook in JPY_SESSION_NAME; programs that execute notebooks do not. Whatever a
    notebook starts inherits the variables, so a kernel whose launcher was itself started by a kernel is taken
    as automated.
    """
    if "JPY_SESSION_NAME" not in os.environ and "google.colab" not in sys.modules:
        return False
    try:
        launcher = psutil.Process(int(os.environ["JPY_PARENT_PID"]))
        return "JPY_PARENT_PID" not in launcher.environ()
    except (KeyError, ValueError, psutil.Error):
        return True
