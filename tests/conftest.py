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


def pytest_runtest_setup(item):
    if item.get_closest_marker("cuda"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs an NVIDIA card that torch can use")
