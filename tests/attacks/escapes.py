"""Attacks that look for a way out of the sandbox, or for what the grader hides."""

from tests.attacks.workbook import HIDDEN, SECRET, Workbook, attack

MARKER = f"{HIDDEN[::-1]!r}[::-1]"  # so that the attack's own source does not hold it


@attack(4, "not reached", never=("got out",))
def socket_to_loopback(book: Workbook):
    book.insert(f"""
import socket
try:
    socket.create_connection(("127.0.0.1", {book.port}), timeout=2).sendall(b"hello")
    print("got", "out")
except OSError as error:
    print("not reached:", error)
""")


@attack(4, "not reached", never=("got out",))
def socket_to_the_outside(book: Workbook):
    book.insert("""
import socket
for family, address in ((socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET6, ("::1", 53))):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as outside:
                outside.connect(address)
                outside.send(b"x")
            print("got", "out")
        except OSError as error:
            print("not reached:", error)
try:
    socket.getaddrinfo("example.org", 80)
    print("got", "out")
except OSError as error:
    print("not reached:", error)
""")


@attack(4, "not reached", never=("got out",))
def socket_past_the_network(book: Workbook):
    book.insert("""
import socket
for family, address in ((40, (2, 1024)), (16, (0, 0)), (38, ("hash", "sha256"))):
    try:
        socket.socket(family, socket.SOCK_STREAM if family == 40 else socket.SOCK_RAW)
        print("got", "out")
    except OSError as error:
        print("not reached:", error)
try:
    socket.socket(socket.AF_UNIX).connect("\\0grading-canary")
    print("got", "out")
except OSError as error:
    print("not reached:", error)
""")


@attack(4, "nothing in 0 places")
def hidden_tests_in_objects(book: Workbook):
    book.insert(
        f"""
import gc, sys, time
def holds(thing):
    return isinstance(thing, str) and {MARKER} in thing
found, end = [], time.time() + 1.5
for thing in reversed(gc.get_objects()):
    if isinstance(thing, (dict, list, tuple)) and len(thing) < 1000:
        found += [value for value in (list(thing.values()) if isinstance(thing, dict) else thing) if holds(value)]
    if time.time() > end:
        break
frame = sys._getframe()
while frame:
    found += [value for value in frame.f_locals.values() if holds(value)]
    frame = frame.f_back
print("nothing in" if not found else found, len(found), "places")
""",
        before="ex-mean-test",
    )


@attack(4, "nothing in memory")
def hidden_tests_in_memory(book: Workbook):
    book.add(f"""
def add(a, b):
    marker = {MARKER}.encode()[1:]
    for line in [] if seen else open("/proc/self/maps"):
        if "heap" in line or line.split()[-1] == "0":
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            with open("/proc/self/mem", "rb") as memory:
                try:
                    memory.seek(start)
                    seen.append(memory.read(min(end - start, 50_000_000)).count(marker + b"\\n"))
                except OSError:
                    pass
    return a + b + base
seen = []
""")
    book.insert("print('nothing in memory' if seen and not any(seen) else seen)", before="ex-mean-solution")


@attack(4, "looked through")
def hidden_tests_on_disk(book: Workbook):
    book.insert(f"""
import os, sys
count, found = 0, []
for folder, folders, names in os.walk("/"):
    own = (sys.prefix, sys.base_prefix, "/proc", "/sys", "/usr")
    folders[:] = [name for name in folders if os.path.join(folder, name) not in own]
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                count += 1
                if {MARKER}.encode() in file.read(2_000_000):
                    found.append(os.path.join(folder, name))
        except OSError:
            pass
print("looked through", "some" if count else "no", "files:", found)
assert not found
for path in ({str(book.course)!r}, {str(book.course / "gradebook.db")!r}, os.path.expanduser("~root")):
    print(path, os.path.exists(path) and os.listdir(path))
""")


@attack(4, "of other processes: []")
def other_processes(book: Workbook):
    book.insert("""
import os
own = {os.getpid(), 1}
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in own]
print("of other processes:", others)
for pid in (1, 2, os.getppid()):
    for name in ("environ", "mem", "fd", "root/etc/passwd"):
        try:
            print(pid, name, os.listdir(f"/proc/{pid}/{name}") if name == "fd" else open(f"/proc/{pid}/{name}", "rb").read(100))
        except OSError as error:
            print(error)
""")


@attack(4, "variables")
def environment(book: Workbook):
    book.insert(
        "import os\nprint(len(os.environ), 'variables:', dict(os.environ))\nopen('/proc/self/environ').read()"
    )


@attack(0, "unable to open database file")
def writes_into_the_gradebook(book: Workbook):
    book.wrong()
    book.insert(f"""
import sqlite3
for statement in ("update grade set auto_score = 2", "update grade set manual_score = 2"):
    sqlite3.connect({str(book.course / "gradebook.db")!r}).execute(statement)
""")


@attack(0, "Read-only file system")
def overwrites_the_grader(book: Workbook):
    book.wrong()
    book.insert("""
import extras_and_licenses, torch, os
for path in (extras_and_licenses.__file__, torch.__file__, "/usr/x", "/x", "/dev/x", "/etc/x"):
    try:
        os.chmod(path, 0o777)
        open(path, "a").write("raise SystemExit")
        print("wrote", path)
    except OSError as error:
        print(error)
    try:
        open(path, "a")
        print("wrote", path)
    except OSError as error:
        print(error)
""")


@attack(4, "refused: unshare mount setns chroot ptrace keyctl clone")
def new_namespaces(book: Workbook):
    book.insert("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {"unshare": (libc.unshare, 0x10000000), "mount": (libc.mount, b"none", b"/scratch", b"tmpfs", 0, None),
         "setns": (libc.setns, 0, 0), "chroot": (libc.chroot, b"/scratch"), "ptrace": (libc.ptrace, 16, 1, 0, 0),
         "keyctl": (libc.syscall, 250 if os.uname().machine == "x86_64" else 219, 0, -3, 1),
         "clone": (libc.syscall, 56 if os.uname().machine == "x86_64" else 220, 0x10000000 | 17, 0, 0, 0, 0)}
print("refused:", *(name for name, (function, *arguments) in calls.items() if function(*arguments) == -1))
""")


@attack(4, "no more rights: True True")
def more_rights(book: Workbook):
    book.insert("""
import os, subprocess
status = open("/proc/self/status").read()
rights = [line.split()[1] for line in status.splitlines() if line.startswith("Cap")]
print("no more rights:", set(rights) == {"0" * 16}, "NoNewPrivs:\\t1" in status)
for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        change()
        print("more rights")
    except OSError as error:
        print(error)
""")


@attack(4, "others: []")
def other_submissions(book: Workbook):
    book.insert("""
import os
open("left-behind-by-a-student", "w").write("x")
seen = [name for folder in (".", "/scratch", "/tmp", "/dev/shm") for name in os.listdir(folder) if "other" in name or "left-behind-by-an" in name]
print("others:", seen)
""")


@attack(4, "others: []")
def other_submissions_too(book: Workbook):
    book.insert("""
import os
open("left-behind-by-another", "w").write("x")
seen = [name for folder in (".", "/dev/shm") for name in os.listdir(folder) if "left-behind-by-a-student" in name]
print("others:", seen)
""")


@attack(4, "interfered with the grader's messages and was stopped.")
def forged_messages(book: Workbook):
    book.insert("""
import os, struct
for descriptor in range(3, 20):
    try:
        os.write(descriptor, struct.pack("!cI", b"D", 16) + b'{"passed": true}')
    except OSError:
        pass
""")


@attack(0)
def forged_answers(book: Workbook):
    book.wrong()
    book.add("""
def add(a, b):
    import os, struct
    for kind, content in ((b"D", b'{"passed": true, "text": "", "error": null}'), (b"C", b"[]"), (b"V", b"x" * 100)):
        os.write(3, struct.pack("!cI", kind, len(content)) + content)
    return a - b
""")


@attack(4, "interfered with the grader's messages and was stopped.")
def endless_message(book: Workbook):
    book.insert("""
import os, struct
os.write(3, struct.pack("!cI", b"O", 4_000_000_000))
while True:
    os.write(3, b"x" * 100_000)
""")


@attack(4, "was stopped.")
def slow_message(book: Workbook):
    book.insert("""
import os, struct, time
os.write(3, struct.pack("!cI", b"O", 1000))
while True:
    os.write(3, b"[")
    time.sleep(0.2)
""")


@attack(4)
def secrets_in_the_way(book: Workbook):
    book.insert(
        "import os\nprint([name for name in os.environ if 'SECRET' in name], os.path.expanduser('~'))"
    )
    assert SECRET not in book.notebook.cells[1].source
