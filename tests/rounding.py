"""Pytest plugin: every model is loaded with weights moved by more than rounding, and says the same as without.

A card adds numbers in another order than a processor, and one processor in another order than the next, so results
differ in their last digits. Here every weight is multiplied by 1 + 3e-6 times a normal random number, in the tests'
own process and in the notebooks' kernels. That moves the kit's logits four to seventeen times as far from their exact
values (those of float64) as the rounding of float32 does. An output that changes with it hangs on a tie, and may
differ on the next machine. `make test-rounding` compares what is printed; SEED=1 draws other numbers.
"""

import os
import tempfile
from pathlib import Path

AMOUNT = 3e-6
IN_KERNEL = f"import runpy; runpy.run_path({str(Path(__file__).resolve())!r})['disturb'](); del runpy\n"


def disturb() -> None:
    """Make `from_pretrained` of every model move the weights that it has loaded."""
    import torch
    from transformers import PreTrainedModel

    load = PreTrainedModel.from_pretrained.__func__

    def load_disturbed(cls, *args, **options):
        loaded = load(cls, *args, **options)
        model = loaded[0] if isinstance(loaded, tuple) else loaded  # a tuple with output_loading_info
        generator = torch.Generator().manual_seed(int(os.environ.get("SEED", "0")))
        with torch.no_grad():
            for weight in model.parameters():
                noise = torch.randn(weight.shape, generator=generator)
                weight.mul_(1 + AMOUNT * noise.to(weight.device))
        return loaded

    PreTrainedModel.from_pretrained = classmethod(load_disturbed)


def pytest_configure(config):
    folder = tempfile.TemporaryDirectory(prefix="rounding-")
    config.add_cleanup(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "rounding.py").write_text(IN_KERNEL, encoding="utf-8")
    os.environ["IPYTHONDIR"] = folder.name
    disturb()
