"""The pinned packages suit every Python that the course says it runs on."""

import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from extras_and_licenses.lessons import ROOT

LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if re.match(r"[A-Za-z0-9]", line)]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = re.search(r">=\s*(\d+\.\d+)", PROJECT["requires-python"])[1] + ".0"


def test_the_pinned_packages_run_on_the_oldest_python():
    needed = {
        str(pin): metadata.metadata(pin.name).get("Requires-Python") or ""
        for pin in PINS
        if pin.marker is None or pin.marker.evaluate()
    }
    assert {pin: range for pin, range in needed.items() if not SpecifierSet(range).contains(OLDEST)} == {}
