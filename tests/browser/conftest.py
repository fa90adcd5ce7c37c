"""JupyterLab with copies of the lessons, and Chromium that uses it as a reader does."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from reader import PICTURES, SECONDS

from extras_and_licenses import lessons

SETTINGS = {
    # All cells stay in the page, also those that are scrolled out of sight.
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    # Both would ask the network.
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def _copy_course(folder: Path) -> None:
    """Copy pictures and notebooks, these without outputs and without the last cell, which would end the kernel."""
    shutil.copytree(lessons.ROOT / "imgs", folder / "imgs")
    (folder / "notebooks").mkdir()
    for path in lessons.lessons():
        notebook = lessons.read(path)
        *cells, last = lessons.code_cells(notebook)
        assert "shut_down_kernel()" in last.source, f"{path.name} ends without giving its memory back"
        notebook.cells.remove(last)
        for cell in cells:
            cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / "notebooks" / path.name)


@dataclass(frozen=True)
class Lab:
    """A JupyterLab server that runs."""

    address: str
    token: str
    course: Path
    """Its copy of the course."""

    def kernels(self) -> list[str]:
        """The ids of the kernels that run."""
        return [kernel["id"] for kernel in json.loads(self._ask("GET", "api/kernels"))]

    def end(self, kernel: str) -> None:
        """End a kernel."""
        self._ask("DELETE", f"api/kernels/{kernel}")

    def answers(self) -> bool:
        """Whether the server is up."""
        try:
            return bool(self._ask("GET", "api/status"))
        except URLError:
            return False

    def _ask(self, method: str, path: str) -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.address}/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab on the copies that only this machine reaches, with settings of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    port = _free_port()
    served = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(), home / "course")
    _copy_course(served.course)
    for name, values in SETTINGS.items():
        path = home / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": served.course,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    own = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "JUPYTER_TOKEN": served.token,
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    log = home / "log"
    with log.open("w") as written:
        server = subprocess.Popen(
            command, env=os.environ | {name: str(value) for name, value in own.items()}, stderr=written
        )
    try:
        for _ in range(120):
            assert server.poll() is None, log.read_text()
            if served.answers():
                break
            time.sleep(0.5)
        else:
            raise TimeoutError(f"JupyterLab does not answer.\n{log.read_text()}")
        yield served
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "google-chrome", "chromium-browser")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert program, "There is no Chromium. Run `make test-browser`, or name one: CHROMIUM=/path/to/chrome"
    options = (
        "--no-sandbox",  # it needs rights that root and containers have not; every page is one of ours
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_lesson(lab, browser, request):
    """A function that opens a lesson, runs all its cells and gives its page; the kernel ends with the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))

    def run(lesson: str) -> Page:
        page.goto(f"{lab.address}/lab/workspaces/{lesson}/tree/notebooks/{lesson}.ipynb?token={lab.token}")
        cells = lessons.read(lab.course / "notebooks" / f"{lesson}.ipynb").cells
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(cells), timeout=60 * SECONDS)
        ready = page.get_by_text("Python 3 (ipykernel) | Idle")  # in the status bar, once the kernel answers
        expect(ready).to_be_visible(timeout=60 * SECONDS)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        last = page.locator(".jp-CodeCell").last
        expect(last.get_by_text("[*]:")).to_be_visible()
        ended = last.get_by_text(re.compile(r"^\[\d+\]:"))
        failed = page.locator("[data-mime-type='application/vnd.jupyter.error']")
        expect(ended.or_(failed).first).to_be_visible(timeout=600 * SECONDS)
        assert failed.all_inner_texts() == []
        return page

    yield run
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{request.node.name}.png")
    tracebacks = page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
    context.close()
    for kernel in lab.kernels():
        lab.end(kernel)
    assert tracebacks == [], "a cell or an explorer showed a traceback"
    assert errors == [], "the browser's console has errors"
