"""Fixtures that several test files share: the kit's models, each loaded once."""

import pytest
from transformers import pipeline

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.device import set_up


@pytest.fixture(scope="session")
def device():
    """The device that the tests run on: CUDA where there is a card, else the CPU."""
    return set_up()


@pytest.fixture(scope="session")
def fill_mask(device):
    return pipeline("fill-mask", model=checkpoint("fill-mask"), device=device)


@pytest.fixture(scope="session")
def seq2seq(device):
    return pipeline("seq2seq", model=checkpoint("seq2seq"), device=device)


@pytest.fixture(scope="session")
def generate(device):
    return pipeline("text-generation", model=checkpoint("causal-lm"), device=device)


@pytest.fixture(scope="session")
def secret_lines():
    """What students must not see of a lesson, as a function of its master."""
    return _secret_lines


def _secret_lines(notebook) -> set[str]:
    """Lines of solutions, hidden tests, reference answers and discussions that stand nowhere else in a lesson."""
    public, secret = [], set()
    for cell in notebook.cells:
        inside = "-ex-" in cell.id and cell.id.endswith("-answer")
        for line in map(str.strip, cell.source.splitlines()):
            if any(mark in line for mark in ("END SOLUTION", "END HIDDEN TESTS", "END MARK SCHEME")):
                inside = False
            elif any(mark in line for mark in ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")):
                inside = True
            elif inside:
                secret.add(line)
            else:
                public.append(line)
        public += [output.text for output in cell.get("outputs", []) if "text" in output]
    return {line for line in secret if len(line) > 5 and line not in "\n".join(public)}


def pytest_runtest_setup(item):
    if item.get_closest_marker("cuda"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs an NVIDIA card that torch can use")
