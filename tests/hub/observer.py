"""Goes into the kernel of a lesson before its first cell.

- `pretend(capability)`: let the profile choose its dtypes as on a card of that compute capability, on any machine.
- `watch()`: note for every checkpoint the largest forward, the largest cache, and what is kept.
- `report()`: the notes, as one line of JSON.
"""

import json
from pathlib import Path

import torch
from transformers import PreTrainedModel

from extras_and_licenses import checkpoints, device

ROLES = {entry.name: role for role, entry in checkpoints.HUB.items()}
NOTES: dict[str, dict] = {}


def pretend(capability: tuple[int, int]) -> None:
    """Let the profile choose its dtypes as on a card of that compute capability; what computes stays the CPU."""
    torch.cuda.get_device_capability = lambda _: capability
    checkpoints.choose_dtype = lambda _, family: device.choose_dtype("cuda", family)


def watch() -> None:
    """Note what every forward of a checkpoint's model takes and gives."""
    torch.nn.modules.module.register_module_forward_hook(note, with_kwargs=True)


def note(module: torch.nn.Module, args: tuple, kwargs: dict, output) -> None:
    """Enlarge the notes on a checkpoint by one forward."""
    if not isinstance(module, PreTrainedModel):
        return
    role = role_of(module)
    notes = NOTES.setdefault(role, {"positions": 0, "square": 0, "cached": 0, "kept": False, "dtypes": []})
    given = [kwargs.get(name) for name in ("input_ids", "inputs_embeds", "decoder_input_ids")]
    for tensor in [*args, *given]:
        if isinstance(tensor, torch.Tensor) and tensor.ndim >= 2:
            rows, tokens = tensor.shape[:2]
            notes["positions"] = max(notes["positions"], rows * tokens)
            notes["square"] = max(notes["square"], rows * tokens * tokens)
    notes["cached"] = max(notes["cached"], cached_positions(getattr(output, "past_key_values", None)))
    notes["kept"] |= torch.is_grad_enabled() or bool(getattr(output, "hidden_states", None))
    notes["kept"] |= bool(getattr(output, "attentions", None) or getattr(output, "cross_attentions", None))
    notes["dtypes"] = sorted({*notes["dtypes"], str(module.dtype).removeprefix("torch.")})


def role_of(module: PreTrainedModel) -> str:
    """The role of the checkpoint that a model was loaded from, or of whose configuration it was made."""
    folder = Path(module.config._name_or_path)
    repository = folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return ROLES[repository]


def cached_positions(cache) -> int:
    """Rows times positions that a key-value cache holds, of self-attention and cross-attention together."""
    if cache is None:
        return 0
    parts = [getattr(cache, name, None) for name in ("self_attention_cache", "cross_attention_cache")]
    total = 0
    for part in parts if all(parts) else [cache]:
        keys = getattr(part.layers[0], "keys", None) if part.layers else None
        total += 0 if keys is None else keys.shape[0] * keys.shape[2]
    return total


def report() -> str:
    """The notes, as one line of JSON."""
    return json.dumps(NOTES)
