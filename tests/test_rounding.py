"""`make test-rounding` moves the weights of models in the tests' process and in kernels, by what it says."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import torch

HERE = Path(__file__).parent
LOAD = """
import torch
from transformers import AutoModel
from extras_and_licenses.checkpoints import checkpoint
model = AutoModel.from_pretrained(checkpoint("embeddings"), dtype="float32")
weights = model.embeddings.word_embeddings.weight.data
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """The word embeddings as they are, as the tests' process loads them with the plugin, and as a kernel does."""
    folder = tmp_path_factory.mktemp("rounding")
    (folder / "test_load.py").write_text(LOAD + "def test():\n    torch.save(weights, 'process.pt')\n")
    cell = nbformat.v4.new_code_cell(LOAD + "torch.save(weights, 'kernel.pt')", execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "load.ipynb")
    command = [sys.executable, "-m", "pytest", "-p", "rounding", "--nbval-lax", "--nbval-current-env"]
    environment = {**os.environ, "PYTHONPATH": str(HERE), "SEED": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    here = {}
    exec(LOAD, here)
    return here["weights"], *(torch.load(folder / name) for name in ("process.pt", "kernel.pt"))


def test_weights_move_by_three_millionths(weights):
    plain, in_process, _ = weights
    moved = (in_process / plain - 1)[plain != 0]
    assert moved.abs().max() < 3e-5
    assert moved.std().item() == pytest.approx(3e-6, rel=0.05)


def test_a_kernel_moves_them_as_the_process_does(weights):
    _, in_process, in_kernel = weights
    assert torch.equal(in_process, in_kernel)
