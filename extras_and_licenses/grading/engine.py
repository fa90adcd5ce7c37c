"""Runs submissions of one lesson: a submission in, a result out.

- `Assignment`: what is trusted: the lesson's cells, the tests with their hidden parts, the names they call.
- `Engine`: a warm lesson in the sandbox; `run(cells)` gives a `Result`. It keeps nothing of what it ran.
- `Result`: the outputs of every cell, which tests passed, and sentences on what happened.

Two processes work on a submission, each behind walls of its own (see `sandbox`). One runs the student's cells. The other
never runs a student's code: it runs the tests, where each name that a solution cell defines stands for a function in the
first process, and only plain data passes between the two. This module sits between them, counts time and memory, and
hands messages on. If the student's process dies, its cells but the one that killed it are run again in a new one, so that
an exercise that kills its process costs the points of that exercise alone.
"""

import base64
import contextlib
import dataclasses
import hashlib
import json
import os
import signal
import socket as sockets
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from extras_and_licenses.checkpoints import PROFILE_VARIABLE
from extras_and_licenses.grading import messages, sandbox
from extras_and_licenses.grading.course import functions, is_exercise, prefix
from extras_and_licenses.grading.sandbox import MIB, Limits

PACKAGE = Path(__file__).parent.parent
WATCH_SECONDS = 0.05
STRIDE = 8  # cells from one stage to the next
START_SECONDS = 60
PASSED_ON = (PROFILE_VARIABLE,)


class EngineError(RuntimeError):
    """The lesson itself, or the sandbox, does not work; no submission is to blame."""


@dataclass(frozen=True)
class Assignment:
    """The trusted parts of a lesson with exercises."""

    name: str
    prefix: list[str]
    "The code cells before the exercises, as handed out."
    tests: dict[str, str]
    "The test cells with their hidden tests, by grade id."
    functions: list[str]
    "The names that the solution cells define."

    @property
    def version(self) -> str:
        """A fingerprint of all that decides the grades."""
        return hashlib.sha256(json.dumps(dataclasses.asdict(self)).encode()).hexdigest()

    @classmethod
    def from_notebook(cls, name: str, source: NotebookNode) -> "Assignment":
        """Read an assignment from its master."""
        known = [cell for cell in source.cells if is_exercise(cell) and cell.cell_type == "code"]
        solutions = [cell.source for cell in known if cell.metadata.nbgrader.solution]
        return cls(
            name,
            [cell.source for cell in prefix(source) if cell.cell_type == "code"],
            {cell.metadata.nbgrader.grade_id: cell.source for cell in known if is_test(cell)},
            sorted({name for solution in solutions for name in functions(solution)}),
        )


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell holds tests: code, with points, that students do not write."""
    data = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and data.get("grade", False) and not data.get("solution", False)


@dataclass
class Result:
    """What came of a submission."""

    outputs: list[list[dict]] = field(default_factory=list)
    "The outputs of each code cell, as nbformat has them; those of a test cell hold an error if it failed."
    passed: dict[str, bool] = field(default_factory=dict)
    "Whether each test cell passed, by grade id."
    notes: list[str] = field(default_factory=list)
    "Sentences on what happened, beside what the outputs show."


class Stopped(Exception):
    """A process of a submission came to its end before its time; the message is a sentence."""


class Process:
    """A forked process of one submission, which a thread watches."""

    def __init__(self, engine: "Engine", stage: int, what: str):
        self.limits, self.what = engine.limits, what
        self.socket, theirs = sockets.socketpair()
        with theirs:
            self.pid = engine.fork(stage, theirs)
        self.reason: str | None = None
        "Why it was killed."
        self._before = grown(self.pid)
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, daemon=True)
        self._watch.start()

    def ask(self, kind: bytes, content: bytes, deadline: float) -> tuple[bytes, bytes]:
        """Send a message and wait for the answer.

        Raises:
            Stopped: the process is at its end, or out of time, and is killed then.
        """
        try:
            messages.send(self.socket, kind, content, deadline)
            return messages.receive(self.socket, deadline)
        except messages.Late:
            self.close()  # the watch ends its round first, so it may have found a better reason meanwhile
            raise Stopped(self.reason or f"{self.what} ran longer than it may and was stopped.") from None
        except messages.Broken:
            self.close()
            raise Stopped(f"{self.what} interfered with the grader's messages and was stopped.") from None
        except messages.Gone:
            self._over.wait(4 * WATCH_SECONDS)  # for the watch to say that it was its work
            self.close()
            raise Stopped(self.reason or f"{self.what} ended the process that it ran in.") from None

    def close(self) -> None:
        """Kill the process and all that it started; wait until they are gone."""
        self._over.set()
        self._watch.join()
        self.socket.close()
        kill_inside(self.pid)

    def _memory(self, members: list[int]) -> int:
        """Bytes that the processes hold, roughly while that is far from the limit: to tell exactly takes the kernel long."""
        more = sum(max(0, grown(pid) - self._before) for pid in members)
        if more < self.limits.memory // 4 and len(members) < 8:
            return more
        return sum(map(memory_of, members))

    def _keep_watch(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            members = descendants(self.pid)
            if self._memory(members) > self.limits.memory:
                self.reason = (
                    f"{self.what} took more than {self.limits.memory // MIB} MiB of memory and was stopped."
                )
            elif len(members) > self.limits.processes * 2:
                self.reason = (
                    f"{self.what} started more than {self.limits.processes} processes and was stopped."
                )
            if self.reason:
                kill_inside(self.pid)
                self._over.set()


def grown(pid: int) -> int:
    """Bytes of memory of its own that a process has mapped, also those that it still shares with what it was forked from."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))


def descendants(pid: int) -> list[int]:
    """All processes below a process, by the kernel's own lists."""
    found, open_ends = [], [pid]
    while open_ends:
        try:
            for task in Path(f"/proc/{open_ends.pop()}/task").iterdir():
                children = [int(child) for child in (task / "children").read_text().split()]
                found += children
                open_ends += children
        except OSError:
            continue  # it ended meanwhile
    return found


def memory_of(pid: int) -> int:
    """Bytes that a process holds, where it shares some its share of them; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def kill_inside(pid: int) -> None:
    """Kill a submission: with the first process of its namespace all others go. `pid` waits for that one outside."""
    for member in [*descendants(pid), pid] if alive(pid) else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
    end = time.monotonic() + 10
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.002)


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:4]
    except OSError:
        return False


class Engine:
    """A lesson, run once and kept warm in the sandbox; a context manager.

    Args:
        assignment: the lesson.
        limits: what a submission may take.
        trusted: run without a sandbox, because every submission is trusted.
    """

    def __init__(self, assignment: Assignment, limits: Limits | None = None, trusted: bool = False):
        self.assignment, self.limits, self.trusted = assignment, limits or Limits(), trusted
        self.stages = [*range(0, len(assignment.prefix), STRIDE), len(assignment.prefix)]
        "How many cells were run where a process can be forked."
        self.prefix_outputs: list[list[dict]] = []
        self._lock = threading.Lock()

    def __enter__(self) -> "Engine":
        pairs = [sockets.socketpair() for _ in self.stages]
        self._controls = [ours for ours, _ in pairs]
        theirs = [their for _, their in pairs]
        numbers = [socket.fileno() for socket in theirs]
        program = [sys.executable, "-m", "extras_and_licenses.grading.warm", *map(str, numbers)]
        self._log = tempfile.TemporaryFile()
        if not self.trusted:
            program = sandbox.command(program, folders(), environment())
        self._process = subprocess.Popen(
            program,
            pass_fds=numbers,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        for socket in theirs:
            socket.close()
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        """Have the lesson run, and wait for its stages."""
        order = {
            "cells": self.assignment.prefix,
            "stages": self.stages,
            "limits": dataclasses.asdict(self.limits),
            "trusted": self.trusted,
        }
        try:
            messages.send(self._controls[0], messages.RUN, json.dumps(order).encode())
            for control in self._controls:
                seconds = self.limits.cell_seconds * STRIDE + START_SECONDS
                done = json.loads(messages.receive(control, time.monotonic() + seconds)[1])
                control.settimeout(None)
                for number, cell in enumerate(done, start=1):
                    if not cell["passed"]:
                        raise EngineError(
                            f"Code cell {number} of {self.assignment.name} itself fails: {last_error(cell['outputs'])}"
                        )
            self.prefix_outputs = [cell["outputs"] for cell in done]
        except (messages.Gone, messages.Late):
            self._log.seek(0)
            words = self._log.read().decode(errors="replace").strip().splitlines()[-3:]
            raise EngineError(
                f"{self.assignment.name} could not be started in the sandbox: {' '.join(words) or 'no reason given'}"
            ) from None

    def __exit__(self, *_) -> None:
        for control in self._controls:
            control.close()
        self._process.kill()
        self._process.wait()
        self._log.close()

    def restart(self) -> None:
        """Start the warm process again if it is gone."""
        with self._lock:
            if self._process.poll() is not None:
                self.__exit__()
                self.__enter__()

    def fork(self, stage: int, socket: sockets.socket) -> int:
        """Fork a process from a stage; it talks on the socket. Returns its process id here.

        Raises:
            EngineError: the warm process is gone.
        """
        with self._lock:
            try:
                control = self._controls[self.stages.index(stage)]
                sockets.send_fds(control, [b"f"], [socket.fileno()])
                inside = int.from_bytes(control.recv(4), "big")
            except OSError:
                inside = 0
        for pid in descendants(self._process.pid):
            with contextlib.suppress(OSError, StopIteration):
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                numbers = next(line.split()[1:] for line in lines if line.startswith("NSpid:"))
                # By its number in bubblewrap's namespace, which is the one below that of this process.
                if len(numbers) == self._depth and int(numbers[-1]) == inside:
                    return pid
        raise EngineError(f"The warm process of {self.assignment.name} is gone: start again.")

    @property
    def _depth(self) -> int:
        """How many process namespaces the warm process is in."""
        lines = Path("/proc/self/status").read_text().splitlines()
        own = next(line.split()[1:] for line in lines if line.startswith("NSpid:"))
        return len(own) + (not self.trusted)

    def run(self, cells: list[NotebookNode]) -> Result:
        """Run the cells of a submission, in order.

        Args:
            cells: as `submission.read` gives them: a test cell is known by its metadata, its source is not used.
        """
        with contextlib.closing(Run(self, [cell for cell in cells if cell.cell_type == "code"])) as run:
            return run.result()


class Run:
    """One submission on its way through an engine."""

    def __init__(self, engine: Engine, cells: list[NotebookNode]):
        self.engine, self.cells = engine, cells
        self.limits = engine.limits
        self.student: Process | None = None
        self.tests: Process | None = None
        self.notes: list[str] = []
        self.done: list[int] = []
        "Cells that the student's process has run."
        self.starts = 0
        self.end = time.monotonic() + self.limits.notebook_seconds

    def close(self) -> None:
        """End all processes of the submission."""
        for process in (self.student, self.tests):
            if process:
                process.close()

    def result(self) -> Result:
        """Run all cells."""
        result = Result(notes=self.notes)
        same = self.shared()
        self.done = list(range(same))
        for number, cell in enumerate(self.cells):
            if number < same:
                result.outputs.append(self.engine.prefix_outputs[number])
            elif is_test(cell):
                name = cell.metadata.nbgrader.grade_id
                passed, outputs = self.test(name)
                result.passed[name] = passed
                result.outputs.append(outputs)
            else:
                result.outputs.append(self.run_cell(number))
        return result

    def shared(self) -> int:
        """How many of the first cells are the lesson's own, unchanged."""
        pairs = zip(self.cells, self.engine.assignment.prefix, strict=False)
        different = (number for number, (cell, own) in enumerate(pairs) if cell.source.strip() != own.strip())
        return next(different, min(len(self.cells), len(self.engine.assignment.prefix)))

    def run_cell(self, number: int) -> list[dict]:
        """Run a cell of the student's, and return its outputs."""
        what = f"Code cell {number + 1}"
        try:
            student = self.started(what)
            outputs = self.run_in(student, number, what)
        except Stopped as stop:
            self.stop(str(stop))
            return [error_output("Stopped", str(stop))]
        self.done.append(number)
        return outputs

    def run_in(self, student: Process, number: int, what: str) -> list[dict]:
        """Have the student's process run a cell."""
        student.what = what
        kind, content = student.ask(messages.RUN, self.cells[number].source.encode(), self.deadline())
        if kind != messages.OUTPUTS:
            student.close()
            raise Stopped(f"{what} interfered with the grader's messages and was stopped.")
        return clean_outputs(content, self.limits.output)

    def started(self, what: str) -> Process:
        """The student's process, started and with all cells run that ran before if there is none.

        Raises:
            Stopped: there is no time left, or too many starts were needed, or a cell stops now that ran before.
        """
        if time.monotonic() > self.end:
            raise Stopped(
                f"{what} was not run, since the notebook ran longer than {self.limits.notebook_seconds:.0f} s."
            )
        if self.student is None:
            if self.starts > self.limits.restarts:
                raise Stopped(f"{what} was not run, since too many cells before it had to be stopped.")
            self.starts += 1
            stage = next((place for place, number in enumerate(self.done) if place != number), len(self.done))
            stage = max(place for place in self.engine.stages if place <= min(stage, self.shared()))
            self.student = Process(self.engine, stage, what)
            for number in self.done[stage:]:
                self.run_in(self.student, number, f"Code cell {number + 1}, run again,")
        self.student.what = what
        return self.student

    def stop(self, sentence: str) -> None:
        """Note that the student's process is no more."""
        if sentence not in self.notes:
            self.notes.append(sentence)
        if self.student:
            self.student.close()
        self.student = None

    def deadline(self) -> float:
        """When a cell that starts now must have ended."""
        return min(self.end, time.monotonic() + self.limits.cell_seconds)

    def test(self, name: str) -> tuple[bool, list[dict]]:
        """Run a test cell; returns whether it passed, and its outputs."""
        assignment = self.engine.assignment
        order = {"source": assignment.tests[name], "functions": assignment.functions}
        deadline = self.deadline() + 2  # the student's own limit comes first
        try:
            if self.tests is None:
                self.tests = Process(self.engine, len(assignment.prefix), f"The test {name}")
            self.tests.what = f"The test {name}"
            kind, content = self.tests.ask(messages.TEST, json.dumps(order).encode(), deadline)
            stopped: str | None = None
            while kind == messages.CALL:
                if stopped is None:
                    stopped, answer = self.call(name, content, deadline - 2)
                kind, content = self.tests.ask(*answer, deadline)
            verdict = json.loads(content)
        except Stopped as stop:
            if self.tests:
                self.tests.close()
            self.tests = None
            self.notes.append(str(stop))
            return False, [error_output("Stopped", str(stop))]
        outputs = [stream_output(verdict["text"])] if verdict["text"] else []
        if stopped:
            return False, [*outputs, error_output("Stopped", stopped)]
        return verdict["passed"], [
            *outputs,
            *([] if verdict["passed"] else [error_output(*verdict["error"])]),
        ]

    def call(self, name: str, content: bytes, deadline: float) -> tuple[str | None, tuple[bytes, bytes]]:
        """Have the student's process call a function; returns why it was stopped, if it was, and the answer."""
        what = f"A function that the test {name} calls"
        try:
            kind, answer = self.started(what).ask(messages.CALL, content, deadline)
            if kind not in (messages.RETURNED, messages.RAISED):
                raise Stopped(f"{what} interfered with the grader's messages and was stopped.")
            return None, (kind, answer)
        except Stopped as stop:
            self.stop(str(stop))
            return str(stop), (messages.RAISED, json.dumps(["Stopped", str(stop)]).encode())


def clean_outputs(content: bytes, largest: int) -> list[dict]:
    """The outputs that a student's process tells of, as nbformat has them: text and pictures, nothing else."""
    try:
        told = json.loads(content)
        outputs, left = [], largest
        for output in told if isinstance(told, list) else []:
            if output["output_type"] == "stream":
                clean = stream_output(
                    str(output["text"]), "stderr" if output["name"] == "stderr" else "stdout"
                )
                size = len(clean["text"])
            elif output["output_type"] == "error":
                lines = [str(line) for line in output["traceback"]]
                clean = error_output(str(output["ename"]), str(output["evalue"]), lines)
                size = sum(map(len, lines))
            else:
                data = {"text/plain": str(output["data"].get("text/plain", ""))}
                for kind in ("image/png", "image/jpeg"):
                    if kind in output["data"]:
                        raw = base64.b64decode(output["data"][kind])
                        data[kind] = base64.b64encode(raw).decode()
                clean = {"output_type": "display_data", "data": data, "metadata": {}}
                size = sum(map(len, data.values()))
            left -= size
            if left < -1000:
                break
            outputs.append(clean)
        return outputs
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [stream_output("The outputs of this cell could not be read.\n")]


def stream_output(text: str, name: str = "stdout") -> dict:
    """Printed text as an output."""
    return {"output_type": "stream", "name": name, "text": printable(text)}


def error_output(name: str, message: str, traceback: list[str] | None = None) -> dict:
    """An error as an output."""
    lines = traceback if traceback is not None else [f"{name}: {message}"]
    return {
        "output_type": "error",
        "ename": printable(name),
        "evalue": printable(message),
        "traceback": [printable(line) for line in lines],
    }


def printable(text: str) -> str:
    """Text that can be written to a file: without halves of surrogate pairs."""
    return text.encode(errors="replace").decode()


def last_error(outputs: list[dict]) -> str:
    """The last error among outputs, as a line."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    return f"{errors[-1]['ename']}: {errors[-1]['evalue']}" if errors else "no reason given"


def environment() -> dict[str, str]:
    """All environment variables of the sandbox."""
    from extras_and_licenses.kit.install import cache_folder

    own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return own | {
        "PATH": "/usr/bin:/bin",
        "HOME": sandbox.SCRATCH,
        "TMPDIR": sandbox.SCRATCH,
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(search_path()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "INSIDE_TRANSFORMERS_CACHE": str(cache_folder()),
    }


def search_path() -> list[str]:
    """Where Python finds packages in the sandbox: the course's root, and what was added here."""
    packages = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    return [str(PACKAGE.parent), *packages]


def folders() -> list[Path]:
    """What a lesson reads: the course's package, and the kit's models."""
    from extras_and_licenses.kit.install import cache_folder

    return [folder for folder in (PACKAGE, cache_folder()) if folder.is_dir()]
