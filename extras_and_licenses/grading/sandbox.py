"""The walls around a submission.

- `problem()`: why no sandbox can be had on this machine, as a sentence; None where it can.
- `command(program, folders, environment)`: what starts a program in bubblewrap, on a read-only system without network.
- `enter(limits)`: puts a forked process behind walls of its own, for one submission, and returns inside them.
- `Limits`: what a submission may take.

There are two layers. bubblewrap's is around the warm process of a lesson, in which only the course's own code runs. For
every submission that process forks, and the fork calls `enter`: new process, mount, network and IPC namespaces (so that
it sees, reaches and signals nothing outside), scratch folders of its own with a size limit, no capabilities, a filter of
system calls, and limits on memory, processes, files and time. Where the grader is root, the fork becomes a user without
any rights; elsewhere it gets a user namespace of its own, as bubblewrap does.

Sources: bwrap(1), namespaces(7), capabilities(7), seccomp(2), and the system call tables of Linux.
"""

import ctypes
import errno
import functools
import os
import platform
import resource
import shutil
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
NEW_NAMESPACES = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
NEW_USER_NAMESPACE = 0x10000000
NO_SUID, NO_DEVICES, NO_PROGRAMS, BIND, RECURSIVE, PRIVATE = 2, 4, 8, 0x1000, 0x4000, 1 << 18
SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, DROP_BOUNDING, NO_NEW_PRIVILEGES = 1, 4, 22, 24, 38
SCRATCH = "/scratch"
CAPABILITIES = 64  # an upper bound of their number
NOBODIES = range(
    61_184, 65_520
)  # the users that submissions run as where the grader is root: no others have them
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
)


@dataclass(frozen=True)
class Limits:
    """What a submission may take."""

    cell_seconds: float = 60
    "For one cell, and for all calls of one test cell together."
    notebook_seconds: float = 600
    "For all cells of a notebook."
    memory: int = 2048 * MIB
    "Bytes, for all processes of a submission together, beyond what the lesson itself has loaded."
    scratch: int = 64 * MIB
    "Bytes in the scratch folder, in /dev/shm, and in one file."
    processes: int = 64
    "Processes and threads."
    files: int = 256
    "Open files of a process."
    output: int = 1 * MIB
    "Bytes that a cell may print or show."
    restarts: int = 20
    "How often a submission's process is started again after it died."


@functools.cache
def problem() -> str | None:
    """Why no sandbox can be had on this machine, as a sentence that says what to do; None where it can."""
    if sys.platform != "linux" or platform.machine() not in AUDIT_ARCHITECTURE:
        return (
            f"The sandbox needs Linux on x86-64 or ARM64, and this is {sys.platform} on {platform.machine()}."
        )
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: install it with `sudo apt install bubblewrap`."
    source = (
        "from extras_and_licenses.grading.sandbox import Limits, enter\n"
        "import os\nif os.fork() == 0:\n    enter(Limits())\n    os._exit(0)\n"
        "os._exit(os.waitstatus_to_exitcode(os.wait()[1]))"
    )
    # The module alone: its package would import torch.
    source = source.replace("extras_and_licenses.grading.sandbox", "sandbox")
    here = Path(__file__).parent
    probe = command([sys.executable, "-c", source], [here], {"PYTHONPATH": str(here)})
    run = subprocess.run(probe, capture_output=True, text=True, timeout=60)
    if run.returncode:
        last = (run.stderr.strip() or "no reason given").splitlines()[-1]
        return f"bubblewrap is installed but cannot make a sandbox here ({last}): allow user namespaces, or run as root."
    return None


def command(program: list[str], folders: list[Path], environment: dict[str, str]) -> list[str]:
    """The command that runs a program in bubblewrap: a read-only system, no network, no home, nothing else.

    Args:
        program: the program with its arguments.
        folders: what it sees, read-only, beside the system and this Python.
        environment: all its environment variables.
    """
    words = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
    words += ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"]
    # A user who is not root gets a user namespace; root keeps the capabilities that `enter` needs, then drops them.
    words += ["--cap-add", "ALL"] if os.geteuid() == 0 else ["--unshare-user"]
    for folder in SYSTEM:
        if os.path.islink(folder):
            words += ["--symlink", os.readlink(folder), folder]
        elif os.path.exists(folder):
            words += ["--ro-bind", folder, folder]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--perms", "1777", "--tmpfs", SCRATCH]
    for folder in [*python_folders(), *folders]:
        for parent in [*reversed(folder.parents)][
            1:
        ]:  # else they would be closed to the user that a fork becomes
            words += ["--perms", "0755", "--dir", str(parent)]
        words += ["--ro-bind", str(folder), str(folder)]
    for folder in ("/dev", "/tmp", "/"):
        words += ["--remount-ro", folder]
    words += ["--chdir", SCRATCH]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    return [*words, "--", *program]


def python_folders() -> list[Path]:
    """The folders of this Python and its packages, outermost first, without those that the system holds."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}
    folders |= {Path(path) for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    kept: list[Path] = []
    for folder in sorted(folder.absolute() for folder in folders if folder.is_dir()):
        if not any(folder.is_relative_to(parent) for parent in [Path("/usr"), *kept]):
            kept.append(folder)
    return kept


def enter(limits: Limits) -> None:
    """Put this process, just forked, behind walls of its own; returns in a new process inside them.

    This process stays outside and waits; the first process inside cleans up: when the new one ends, all ends.

    Raises:
        OSError: the kernel refuses a step. Nothing of a submission has run then.
    """
    root = os.geteuid() == 0
    nobody = NOBODIES[os.getpid() % len(NOBODIES)]  # of its own, since limits on processes count by user
    user, group = os.getuid(), os.getgid()
    flags = functools.reduce(int.__or__, NEW_NAMESPACES.values(), 0 if root else NEW_USER_NAMESPACE)
    _call("unshare", flags)
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    first = os.fork()
    if first:
        _wait_and_exit(first)
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    for folder in (SCRATCH, "/dev/shm"):
        _mount(
            "tmpfs", folder, "tmpfs", NO_SUID | NO_DEVICES, f"size={limits.scratch},nr_inodes=4096,mode=1777"
        )
    if not os.listdir("/tmp"):  # unless the course or Python lie in there
        _mount(SCRATCH, "/tmp", None, BIND)
    _mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)
    os.chdir(SCRATCH)
    if root:
        os.setgroups([])
        os.setresgid(nobody, nobody, nobody)
    _drop_bounding_set()
    if root:
        os.setresuid(nobody, nobody, nobody)
    _drop_capabilities()
    _call("prctl", SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _limit(limits)
    _filter_system_calls()
    inside = os.fork()
    if inside:
        _call("prctl", SET_DUMPABLE, 0, 0, 0, 0)
        _wait_and_exit(inside)
    _call("prctl", SET_DUMPABLE, 1, 0, 0, 0)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _wait_and_exit(child: int) -> None:
    """Wait for a child, and for all processes that lost their parents, then end as it did."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.closerange(0, 4096)
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            os._exit(1)
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _limit(limits: Limits) -> None:
    """Set what one process may take; the watch from outside sees to all of them together."""
    status = Path("/proc/self/status").read_text()
    data = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    seconds = int(limits.notebook_seconds * 2) + 60
    for name, value in {
        "CPU": seconds,
        "DATA": data + limits.memory * 3 // 4,  # so that one process meets this, and not the watch
        "FSIZE": limits.scratch,
        "NOFILE": limits.files,
        "NPROC": limits.processes,
        "CORE": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
    }.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def _drop_bounding_set() -> None:
    """Let no program that is started later gain a capability."""
    for capability in range(CAPABILITIES):
        if LIBC.prctl(DROP_BOUNDING, capability, 0, 0, 0) and ctypes.get_errno() != errno.EINVAL:
            raise OSError(ctypes.get_errno(), "capabilities could not be dropped")


def _drop_capabilities() -> None:
    """Give up all capabilities of this process."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))  # the third version of the call
    _call("capset", header, ctypes.create_string_buffer(24))


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind and kind.encode(), flags, data.encode() or None)


def _call(name: str, *arguments) -> None:
    """Call a function of the C library; raise where it fails."""
    if getattr(LIBC, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


LIBC = ctypes.CDLL(None, use_errno=True)

# System calls -----------------------------------------------------------------------------------------------

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SOCKET = {"x86_64": 41, "aarch64": 198}
CLONE, CLONE3 = {"x86_64": 56, "aarch64": 220}, 435
SOCKET_FAMILIES = (
    1,
    2,
    10,
)  # Unix, IPv4, IPv6; the others are not confined to a network namespace, or not needed
ANY_NAMESPACE = 0x7E020000  # all flags of clone that make one
# What a lesson never needs, and what gets round a limit (memory that no process has mapped). Newer calls have the same
# number on every architecture.
NEWER = {
    **{"open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433},
    **{"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
    **{"pidfd_getfd": 438, "mount_setattr": 442, "memfd_secret": 447},
}
REFUSED = {
    "x86_64": {
        **{"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311},
        **{"mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308},
        **{"name_to_handle_at": 303, "open_by_handle_at": 304, "quotactl": 179},
        **{"memfd_create": 319, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240},
        **{"add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298},
        **{"userfaultfd": 323, "init_module": 175, "delete_module": 176, "finit_module": 313},
        **{"syslog": 103, "acct": 163, "swapon": 167, "swapoff": 168, "reboot": 169, "kexec_load": 246},
        **NEWER,
    },
    "aarch64": {
        **{"ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271},
        **{"mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268},
        **{"name_to_handle_at": 264, "open_by_handle_at": 265, "quotactl": 60},
        **{"memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180},
        **{"add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241},
        **{"userfaultfd": 282, "init_module": 105, "delete_module": 106, "finit_module": 273},
        **{"syslog": 116, "acct": 89, "swapon": 224, "swapoff": 225, "reboot": 142, "kexec_load": 104},
        **NEWER,
    },
}
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16


def _filter_system_calls() -> None:
    """Refuse the system calls above, for this process and all that come of it."""
    instructions = b"".join(struct.pack("=HBBI", *step) for step in filter_program(platform.machine()))
    steps = ctypes.create_string_buffer(instructions)
    # The library's structure: a count of 16 bits, padding, and the address of the steps.
    program = ctypes.create_string_buffer(struct.pack("@HP", len(instructions) // 8, ctypes.addressof(steps)))
    _call("prctl", SET_SECCOMP, 2, program, 0, 0)


def filter_program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter as steps of the kernel's packet filter: (operation, steps over if true, if false, value)."""
    refuse = (RETURN, 0, 0, REFUSE | errno.EPERM)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_GREATER_EQUAL, 0, 1, 0x40000000),  # the calls of the x32 interface
        refuse,
        (JUMP_EQUAL, 0, 1, CLONE3),  # its flags lie in memory; the C library takes clone instead
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
    ]
    for number in REFUSED[machine].values():
        steps += [(JUMP_EQUAL, 0, 1, number), refuse]
    steps += [
        (JUMP_EQUAL, 0, 3, CLONE[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (JUMP_ANY_BIT, 0, 4 + len(SOCKET_FAMILIES), ANY_NAMESPACE),
        refuse,
        (JUMP_EQUAL, 0, 2 + len(SOCKET_FAMILIES), SOCKET[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
    ]
    for place, family in enumerate(SOCKET_FAMILIES):
        steps += [(JUMP_EQUAL, len(SOCKET_FAMILIES) - place, 0, family)]
    return [*steps, (RETURN, 0, 0, REFUSE | errno.EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)]
