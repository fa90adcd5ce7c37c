"""The program in the sandbox: runs a lesson once, and forks a process for every submission from where it needs one.

- `main()`: started by `engine` inside bubblewrap, with sockets for its stages.

Before the first cell of the lesson, before every eighth, and after the last the program forks: one process stays there as
a stage, which forks again for whoever asks, the other goes on. So a submission whose first twenty cells are the lesson's
own starts after sixteen of them, with everything imported and loaded. A fork enters the sandbox (`sandbox.enter`) before it reads anything of a submission; then it does
what it is told: runs cells, calls a function, or, in a process that no student's code ever runs in, runs a test cell,
whose calls of the student's functions go out as messages. No stage holds a submission, a test or a solution.
"""

import contextlib
import gc
import json
import os
import signal
import socket as sockets
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import torch
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from extras_and_licenses.grading import messages, plain_data, sandbox

TYPES = ("text/plain", "image/png", "image/jpeg")  # of outputs that feedback can show safely
FRAMES = 60  # lines of a traceback
# Exceptions that a test may expect of a student's function, by name.
BUILT_IN = {
    kind.__name__: kind
    for kind in (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        RuntimeError,
        ZeroDivisionError,
        NotImplementedError,
    )
}


class Outputs(list):
    """The outputs of the running cell as nbformat writes them, up to a number of characters."""

    def __init__(self, largest: int):
        super().__init__()
        self.largest = self.left = largest

    def start(self) -> None:
        """Forget the outputs of the cell before."""
        self.clear()
        self.left = self.largest

    def add(self, size: int, **output) -> None:
        """Add an output of so many characters, if there is room."""
        if self.left < size:
            if self.left >= 0:
                self.append({"output_type": "stream", "name": "stdout", "text": "\n… output cut here …\n"})
            self.left = -1
            return
        self.left -= size
        same = self and output["output_type"] == "stream" and self[-1].get("name") == output["name"]
        if same:
            self[-1]["text"] += output["text"]
        else:
            self.append(output)


class Stream:
    """Stands for stdout or stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs):
        self.name, self.outputs = name, outputs

    def write(self, text: str) -> int:
        """Add text to the outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self.outputs.add(len(text), output_type="stream", name=self.name, text=text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """A notebook is no terminal."""
        return False

    def writable(self) -> bool:
        """It takes text."""
        return True


class Hook(DisplayHook):
    """Puts the value of a cell's last line into the outputs."""

    def write_output_prompt(self) -> None:
        """A notebook shows the number beside the cell."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        """Add the value."""
        data = _kept(format_dict)
        self.shell.outputs.add(
            _size(data), output_type="execute_result", data=data, metadata={}, execution_count=None
        )

    def finish_displayhook(self) -> None:
        """Nothing is held back."""


class Publisher(DisplayPublisher):
    """Puts what a cell displays into the outputs."""

    def publish(self, data: dict, metadata: dict | None = None, **_) -> None:
        """Add what is displayed."""
        data = _kept(data)
        self.shell.outputs.add(_size(data), output_type="display_data", data=data, metadata={})

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown."""
        self.shell.outputs.clear()


class Shell(InteractiveShell):
    """IPython without terminal, kernel and history: a cell's outputs are collected in `outputs`.

    `streams` stand for stdout and stderr while they are. They are kept: a thread that goes on printing makes Python 3.11
    crash when the stream that it prints to is deleted.
    """

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)

    def run(self, source: str) -> list[dict]:
        """Run a cell and return its outputs."""
        with self.collecting():
            self.succeeded = self.run_cell(source, store_history=False).success
        return list(self.outputs)

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        """Forget the outputs of before, and collect what is printed."""
        self.outputs.start()
        stdout, stderr = self.streams
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            yield

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        lines = [line[:2000] for line in stb]
        if len(lines) > FRAMES:
            lines = [*lines[: FRAMES // 2], "…", *lines[-FRAMES // 2 :]]
        try:
            message = str(evalue)[:2000]
        except Exception:
            message = ""
        self.outputs.add(
            sum(map(len, lines)), output_type="error", ename=etype.__name__, evalue=message, traceback=lines
        )


def _kept(data: dict) -> dict:
    """What is kept of a value's forms."""
    return {kind: content for kind, content in data.items() if kind in TYPES and isinstance(content, str)}


def _size(data: dict) -> int:
    return sum(map(len, data.values()))


def make_shell(limits: sandbox.Limits) -> Shell:
    """The shell that the lesson runs in."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "NoColor"
    shell = Shell.instance(config=config)
    shell.outputs = Outputs(limits.output)
    shell.streams = Stream("stdout", shell.outputs), Stream("stderr", shell.outputs)
    return shell


# A process for one submission -------------------------------------------------------------------------------


class StudentError(Exception):
    """What a student's function raised in its own process; it is also of the same built-in type, if it had one."""


class Function:
    """Stands for a student's function in the process of the tests."""

    def __init__(self, name: str, socket: sockets.socket):
        self.__name__, self._socket = name, socket

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Have the student's process call it, and return what it returned."""
        call = plain_data.encode([self.__name__, list(arguments), named])
        messages.send(self._socket, messages.CALL, call)
        kind, content = messages.receive(self._socket)
        if kind == messages.RETURNED:
            try:
                return plain_data.decode(content)
            except plain_data.NotPlainData as refusal:
                raise StudentError(f"{self.__name__} returned {refusal}.") from None
        raise self._error(content)

    def _error(self, content: bytes) -> Exception:
        """The exception that a message of the student's process tells of."""
        try:
            kind, message = (str(part)[:2000] for part in json.loads(content))
        except (ValueError, RecursionError):
            kind, message = "Exception", ""
        kinds = (StudentError, BUILT_IN[kind]) if kind in BUILT_IN else (StudentError,)
        return type(kind, kinds, {"__str__": lambda _: message})(message)


def work(socket: sockets.socket, shell: Shell) -> None:
    """Do what the messages say, until there are no more; a copy of this process that a cell made does nothing."""
    own = os.getpid()
    while os.getpid() == own:
        try:
            kind, content = messages.receive(socket)
        except messages.Gone:
            return
        if kind == messages.RUN:
            answer = messages.OUTPUTS, json.dumps(shell.run(content.decode())).encode()
        elif kind == messages.CALL:
            answer = call(shell, content)
        else:
            answer = messages.TESTED, json.dumps(test(socket, shell, content)).encode()
        if os.getpid() == own:
            messages.send(socket, *answer)


def call(shell: Shell, content: bytes) -> tuple[bytes, bytes]:
    """Call a student's function; returns the kind and the content of the answer."""
    name, arguments, named = plain_data.decode(content)
    try:
        with shell.collecting():
            if name not in shell.user_ns:
                raise NameError(f"{name} is not defined")
            return messages.RETURNED, plain_data.encode(shell.user_ns[name](*arguments, **named))
    except plain_data.NotPlainData as refusal:
        return messages.RAISED, json.dumps(["TypeError", f"{name} returned {refusal}."]).encode()
    except BaseException as error:
        return messages.RAISED, json.dumps([type(error).__name__, _message(error)]).encode()


def _message(error: BaseException) -> str:
    """The message of an exception, which may be one of a student's own."""
    try:
        return str(error)[:2000]
    except BaseException:
        return ""


def test(socket: sockets.socket, shell: Shell, content: bytes) -> dict:
    """Run a test cell; the names that it is told stand for the student's functions."""
    order = json.loads(content)
    shell.user_ns.update({name: Function(name, socket) for name in order["functions"]})
    outputs = shell.run(order["source"])
    errors = [output for output in outputs if output["output_type"] == "error"]
    text = "".join(output["text"] for output in outputs if output.get("name") == "stdout")
    error = [errors[-1]["ename"], errors[-1]["evalue"]] if errors else ["Exception", ""]
    return {"passed": shell.succeeded, "text": text, "error": None if shell.succeeded else error}


# The stages -------------------------------------------------------------------------------------------------


def stage(control: sockets.socket, shell: Shell, limits: sandbox.Limits | None, done: list[dict]) -> None:
    """Stay here, and fork a process for everyone who sends a socket to talk to it."""
    messages.send(control, messages.OUTPUTS, json.dumps(done).encode())
    control.settimeout(None)
    gc.freeze()  # what is here stays; looking through it in every fork would copy it
    while True:
        content, descriptors, _, _ = sockets.recv_fds(control, 1, 1)
        if not content:
            os._exit(0)
        child = os.fork()
        if child == 0:
            control.close()
            begin(descriptors[0], shell, limits)
        os.close(descriptors[0])
        control.sendall(child.to_bytes(4, "big"))


def begin(descriptor: int, shell: Shell, limits: sandbox.Limits | None) -> None:
    """Be the process of one submission, behind walls unless there are no limits; never returns."""
    try:
        if limits is not None:
            sandbox.enter(limits)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.close(nothing)
        socket = sockets.socket(fileno=descriptor)
        work(socket, shell)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(0)


def main() -> None:
    """Run a lesson from the first message on the first socket; leave a stage on each socket, in order."""
    controls = [sockets.socket(fileno=int(number)) for number in sys.argv[1:]]
    _, content = messages.receive(controls[0])
    order = json.loads(content)
    limits = sandbox.Limits(**order["limits"])
    torch.set_num_threads(1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    shell = make_shell(limits)
    walls = None if order["trusted"] else limits
    done: list[dict] = []
    for number, source in enumerate(order["cells"]):
        if number in order["stages"]:
            control = controls.pop(0)
            if os.fork():
                close(controls)
                stage(control, shell, walls, done)
            control.close()
        done.append({"outputs": shell.run(source), "passed": shell.succeeded})
    stage(controls.pop(0), shell, walls, done)


def close(controls: list[sockets.socket]) -> None:
    """Close the sockets of the stages to come."""
    for control in controls:
        control.close()


if __name__ == "__main__":
    main()
