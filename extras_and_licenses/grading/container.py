"""Grading in a container, where bubblewrap cannot be used on the machine itself.

- `program()`: podman or docker, whichever answers.
- `image()`, `is_built(program)`, `build(program)`: the image that grading runs in.
- `ready()`: the engine, with the image built.
- `command(program, course, arguments, ...)`: what starts `grade` in a container.
- `run(course, arguments)`: all of these; the container takes the place of this process.

The container is no second sandbox: it supplies Linux, Python and bubblewrap, and the walls around a submission are made
inside it, as everywhere, by `sandbox`. For these the container must allow what container engines forbid by default: new
namespaces, mounts, and a /proc without covers. What it runs besides is the course's own code, without a network.

Sources: podman-run(1), docker-run(1), proc(5).
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from extras_and_licenses import lessons
from extras_and_licenses.grading.engine import PASSED_ON
from extras_and_licenses.kit.install import CACHE_VARIABLE, cache_folder

CONTAINERFILE = Path(__file__).parent / "Containerfile"
REQUIREMENTS = lessons.ROOT / "requirements.txt"
PYTHON = "/opt/venv/bin/python"
UNMASK = {"podman": "unmask=ALL", "docker": "systempaths=unconfined"}
"By engine: no covers over parts of /proc, with which the kernel would let nobody mount a /proc of its own."
ANSWER_SECONDS = 60


class ContainerError(RuntimeError):
    """No container can be had; the message says why and what to do."""


def program() -> str:
    """The container engine of this machine: `podman` or `docker`.

    Raises:
        ContainerError: none is installed, or none answers.
    """
    silent = []
    for name in UNMASK:
        if shutil.which(name):
            try:
                run = subprocess.run(
                    [name, "version"], capture_output=True, text=True, timeout=ANSWER_SECONDS
                )
                reason = (run.stderr.strip() or "no reason given").splitlines()[-1]
            except subprocess.TimeoutExpired:
                reason = f"no answer within {ANSWER_SECONDS} s"
            else:
                if run.returncode == 0:
                    return name
            silent.append(
                f"{name} is installed but does not answer ({reason}): start its service or machine."
            )
    raise ContainerError(" ".join(silent) or "A container needs podman or docker, and neither is installed.")


def image() -> str:
    """The name of the image that grading runs in: another one whenever what it is made from changes."""
    digest = hashlib.sha256(CONTAINERFILE.read_bytes() + REQUIREMENTS.read_bytes()).hexdigest()
    return f"inside-transformers-grading:{digest[:12]}"


def is_built(program: str) -> bool:
    """Whether this machine has the image."""
    return subprocess.run([program, "image", "inspect", image()], capture_output=True).returncode == 0


def build(program: str) -> None:
    """Build the image.

    Raises:
        ContainerError: it could not be built.
    """
    print("Building the image of the container: this is done once, and takes some minutes.", flush=True)
    folder = lessons.ROOT / "build" / "container"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (CONTAINERFILE, REQUIREMENTS):
        shutil.copy(path, folder)
    words = [program, "build", "--tag", image(), "--file", str(folder / CONTAINERFILE.name), str(folder)]
    if code := subprocess.run(words).returncode:
        raise ContainerError(
            f"{program} could not build the image of the container: see above (exit status {code})."
        )


def ready() -> str:
    """The container engine of this machine, with the image built.

    Raises:
        ContainerError: there is none, or the image could not be built.
    """
    name = program()
    if not is_built(name):
        build(name)
    return name


def owner(program: str) -> str | None:
    """User and group to run as, so that what is written belongs to who grades; None where the container's root is that."""
    if program == "podman" or os.getuid() == 0:
        return None  # podman's root is the user who called it
    ask = [program, "info", "--format", "{{.SecurityOptions}}"]
    rootless = "name=rootless" in subprocess.run(ask, capture_output=True, text=True).stdout
    return None if rootless else f"{os.getuid()}:{os.getgid()}"


def command(program: str, course: Path, arguments: list[str], owner: str | None, terminal: bool) -> list[str]:
    """The command that grades in a container.

    Args:
        program: `podman` or `docker`.
        course: the folder of the course, which grading writes in.
        arguments: those of `grade`, without course and sandbox.
        owner: user and group as numbers; None for the container's root.
        terminal: whether there is a terminal to show progress on.
    """
    words = [program, "run", "--rm", "--pull=never", "--network=none", "--read-only", "--tmpfs=/tmp"]
    # What bubblewrap needs; its walls are closer than those that are left out here.
    for option in ("seccomp=unconfined", "apparmor=unconfined", "label=disable", UNMASK[program]):
        words.append(f"--security-opt={option}")
    # Root keeps the capabilities that the sandbox takes from every submission; others make a user namespace.
    words += [f"--user={owner}", "--cap-drop=ALL"] if owner else ["--cap-add=ALL"]
    words += ["--interactive", "--tty"] if terminal else []
    read_only = [folder for folder in (lessons.ROOT, cache_folder()) if folder != course and folder.is_dir()]
    words += [f"--mount=type=bind,source={folder},target={folder},readonly" for folder in read_only]
    words += [f"--mount=type=bind,source={course},target={course}", f"--workdir={course}"]
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
        CACHE_VARIABLE: str(cache_folder()),
        "PYTHONPATH": str(lessons.ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
    }
    words += [f"--env={name}={value}" for name, value in variables.items()]
    grade = ["-m", "extras_and_licenses.grading.grade", "--course", str(course), "--sandbox", "bubblewrap"]
    return [*words, image(), PYTHON, *grade, *arguments]


def run(course: Path, arguments: list[str]) -> NoReturn:
    """Grade in a container, which takes the place of this process: its exit status is that of grading.

    Args:
        course: the folder of the course.
        arguments: those of `grade`, without course and sandbox.

    Raises:
        ContainerError: no container can be had.
    """
    name = ready()
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    print(f"Grading in a container of {name}.", flush=True)
    os.execvp(name, command(name, course, arguments, owner(name), terminal))
