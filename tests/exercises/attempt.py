"""Runs in the kernel of a lesson: an attempt at an exercise against the exercise's tests, apart from everything else.

- `outcome(prefix, solution, test)`: whether an attempt passes, and the error if it does not.
- `outcome_of_replay(prefix, solution, visible, test)`: the same for an attempt that knows only the visible tests.

As when it is graded, the attempt runs in one process and the tests in another, and only plain data passes between them.
Both are forks of the kernel, so that nothing they do to the lesson's models outlives them.
"""

import ast
import functools
import io
import json
import multiprocessing
import os
import signal
import sys

from extras_and_licenses.grading.plain_data import decode, encode

LIMIT = 60  # seconds


def outcome(prefix: dict, solution: str, test: str) -> dict:
    """Run a solution and its tests, each on a copy of the names that the lesson has defined."""

    def work():
        functions = functions_of(prefix, solution)
        exec(compile(test, "<test>", "exec"), prefix | functions)

    return in_a_fork(work)


def outcome_of_replay(prefix: dict, solution: str, visible: str, test: str) -> dict:
    """Run the tests on functions that give back what they gave in the visible tests, and nothing else."""
    seen = {}

    def record(function, *given, **named):
        result = function(*given, **named)
        seen.setdefault(function.__name__, {})[repr((given, named))] = result
        return result

    def replay(function, *given, **named):
        results = seen[function.__name__]
        return results.get(repr((given, named)), list(results.values())[-1])

    def work():
        functions = functions_of(prefix, solution)
        for way, cell in ((record, visible), (replay, test)):
            replaced = {name: functools.partial(way, function) for name, function in functions.items()}
            exec(compile(cell, "<test>", "exec"), prefix | replaced)

    return in_a_fork(work)


def functions_of(prefix: dict, solution: str) -> dict:
    """Start a process that runs a solution cell; what is given stands for the functions that the cell defines."""
    here, there = multiprocessing.Pipe()
    if os.fork() == 0:
        here.close()
        serve(prefix, solution, there)
    there.close()

    def stand_in(name):
        def function(*given, **named):
            here.send_bytes(encode((name, given, named)))
            error, result = decode(here.recv_bytes())
            if error:
                raise type(error, (Exception,), {})(result)
            return result

        function.__name__ = name
        return function

    return {
        node.name: stand_in(node.name)
        for node in ast.parse(solution).body
        if isinstance(node, ast.FunctionDef)
    }


def serve(prefix: dict, solution: str, connection) -> None:
    """Answer calls of a solution's functions until nobody asks any more."""
    names = dict(prefix)
    try:
        exec(compile(solution, "<solution>", "exec"), names)
        while True:
            name, given, named = decode(connection.recv_bytes())
            try:
                answer = encode((None, names[name](*given, **named)))
            except Exception as error:
                answer = encode((type(error).__name__, str(error)))
            connection.send_bytes(answer)
    finally:
        os._exit(0)


def in_a_fork(work) -> dict:
    """What came of `work()`; it and all that it starts ends with it."""
    here, there = multiprocessing.Pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        sys.stdout = sys.stderr = io.StringIO()  # the kernel's own need threads, which a fork does not have
        result = {"passed": True, "error": None, "message": ""}
        try:
            work()
        except BaseException as error:
            result = {"passed": False, "error": type(error).__name__, "message": str(error)}
        there.send(json.dumps(result))
        os._exit(0)
    there.close()
    result = {"passed": False, "error": "TimeoutError", "message": f"no end after {LIMIT} seconds"}
    if here.poll(LIMIT):
        result = json.loads(here.recv())
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return result
