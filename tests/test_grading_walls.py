"""Each wall of the sandbox, looked at from inside: what a submission's process has, sees and can write."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extras_and_licenses.grading import sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

HERE = Path(sandbox.__file__).parent
LOOK = """
import json, os, resource
LIMITED = ("NOFILE", "NPROC", "FSIZE", "CORE")
from sandbox import Limits, enter

def writable(folder):
    try:
        with open(os.path.join(folder, "written"), "w"):
            return True
    except OSError:
        return False

def kept_groups():
    try:
        os.setgroups([0])
        return False
    except OSError:
        return True

if os.fork() == 0:
    enter(Limits())
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(json.dumps({
        "environment": dict(os.environ),
        "status": {name: value.strip() for name, value in status.items()},
        "writable": [f for f in ("/", "/usr", "/etc", "/dev", HERE, "/proc", "/scratch", "/tmp") if writable(f)],
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
        "network": [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]],
        "root": sorted(os.listdir("/")),
        "uid": os.getuid(),
        "limits": {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in LIMITED},
        "kept groups": kept_groups(),
        "leader": os.getsid(0) == os.getpid(),
    }), flush=True)
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


NOBODY = 65_534
USERS = (
    ["as this user", "as an ordinary user"]
    if sys.platform == "linux" and os.getuid() == 0
    else ["as this user"]
)


@pytest.fixture(scope="module", params=USERS)
def inside(request):
    """What a process behind the walls told of itself; where root runs the tests, also under an ordinary user."""
    own = {"extra_groups": [4]} if os.getuid() == 0 else {}
    python = sys.executable
    if request.param != USERS[0]:
        own = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
        python = next((one for one in (sys.executable, "/usr/bin/python3") if starts(one, own)), None)
        if python is None:
            pytest.skip("no Python on this machine can be started by an ordinary user")
    assert sandbox.problem() is None
    given = {"PYTHONPATH": str(HERE), "GIVEN": "yes"}
    look = [python, "-c", f"HERE = {str(HERE)!r}{LOOK}"]
    # The command is made by the user who runs it: it asks for a user namespace where that is not root.
    make = f"from sandbox import *\nprint(*command({look!r}, [Path({str(HERE)!r})], {given!r}), sep='\\0', end='')"
    run = functools.partial(subprocess.run, capture_output=True, text=True, timeout=60, **own)
    made = run([python, "-c", make], env={"PYTHONPATH": str(HERE), "PATH": os.environ["PATH"]})
    assert made.returncode == 0, made.stderr
    seen = run(made.stdout.split("\0"), env=os.environ | {"A_SECRET_OF_THE_GRADER": "42"})
    assert seen.returncode == 0, seen.stderr
    return json.loads(seen.stdout)


def starts(python: str, own: dict) -> bool:
    """Whether a user can start a Python, and read the module with it."""
    try:
        look = [python, "-c", "import sandbox"]
        return subprocess.run(look, env={"PYTHONPATH": str(HERE)}, capture_output=True, **own).returncode == 0
    except OSError:
        return False


def test_only_the_given_environment(inside):
    assert set(inside["environment"]) <= {"PYTHONPATH", "GIVEN", "PWD", "LC_CTYPE"}


@pytest.mark.parametrize("kind", ["Inh", "Prm", "Eff", "Bnd", "Amb"])
def test_no_capabilities(inside, kind):
    assert int(inside["status"][f"Cap{kind}"], 16) == 0


def test_no_way_to_more_rights(inside):
    assert inside["status"]["NoNewPrivs"] == "1" and inside["status"]["Seccomp"] == "2"


def test_not_root_and_in_no_group_of_the_grader(inside):
    assert inside["uid"] != 0 and inside["kept groups"]
    assert inside["uid"] in {*sandbox.NOBODIES, NOBODY} or os.getuid() != 0
    assert "4" not in inside["status"]["Groups"].split()


def test_only_scratch_can_be_written(inside):
    assert set(inside["writable"]) <= {"/scratch", "/tmp"} and "/scratch" in inside["writable"]


def test_no_network_and_no_other_processes(inside):
    assert inside["network"] == ["lo"] and inside["processes"] <= 3


def test_no_home_and_nothing_beside_the_system(inside):
    system = {Path(folder).parts[1] for folder in sandbox.SYSTEM}
    shown = {folder.parts[1] for folder in [HERE, *sandbox.python_folders()]}
    assert set(inside["root"]) <= system | shown | {"proc", "dev", "tmp", "scratch"}


def test_limits_are_set(inside):
    limits = sandbox.Limits()
    wanted = {"NOFILE": limits.files, "NPROC": limits.processes, "FSIZE": limits.scratch, "CORE": 0}
    assert inside["limits"] == {name: [value, value] for name, value in wanted.items()}


def test_a_session_of_its_own(inside):
    assert inside["leader"]
