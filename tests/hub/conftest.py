"""What the tests of the profile `hub` share: the stand-ins, and the way to the real checkpoints where there is one."""

import pytest
import stand_ins

from extras_and_licenses import checkpoints


@pytest.fixture(scope="session")
def stand_in_cache(tmp_path_factory):
    """A folder laid out as the hub's cache, with a stand-in for every checkpoint of the profile."""
    folder = tmp_path_factory.mktemp("hub")
    stand_ins.build(folder)
    return folder


@pytest.fixture
def on_stand_ins(stand_in_cache, monkeypatch):
    """The profile `hub`, without a network, with the stand-ins in its cache; for this process and those it starts."""
    monkeypatch.setenv("HF_HUB_CACHE", str(stand_in_cache))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv(checkpoints.PROFILE_VARIABLE, "hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(stand_in_cache))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return stand_in_cache


@pytest.fixture(scope="session")
def hub():
    """Skips what needs the real checkpoints where they are neither on disk nor to be had."""
    if checkpoints.profile_in_use() != "hub":
        pytest.skip("needs the real checkpoints of the hub: run `make test-hub` where the hub can be reached")
    if all(row.on_disk for row in checkpoints.table("hub")):
        return
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(checkpoints.HUB["fill-mask"].name, timeout=20)
    except Exception as error:  # what the hub's client raises without a network differs by version
        pytest.skip(
            f"the hub cannot be reached ({type(error).__name__}) and its checkpoints are not on this disk"
        )
