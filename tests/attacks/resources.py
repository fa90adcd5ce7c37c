"""Attacks that take time, memory, processes, disk, or output without end."""

from tests.attacks.workbook import RIGHT_ADD, Workbook, attack


@attack(2, "A function that the test ex-add-test calls ran longer than it may and was stopped.")
def endless_loop(book: Workbook):
    book.add("def add(a, b):\n    while True:\n        pass")


@attack(4, "ran longer than it may and was stopped.")
def endless_loop_deaf_to_signals(book: Workbook):
    book.insert("""
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    pass
""")


@attack(4, "ran longer than it may and was stopped.")
def stops_itself(book: Workbook):
    book.insert("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")


@attack(2, "Resource temporarily unavailable")
def fork_bomb(book: Workbook):
    book.add("import os, time\nfor _ in range(10_000):\n    if os.fork() == 0:\n        time.sleep(60)")


@attack(2, "was stopped.")
def fork_bomb_that_grows(book: Workbook):
    book.add("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass")


@attack(2, "can't start new thread")
def thread_bomb(book: Workbook):
    book.add(
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=[60]).start()"
    )


@attack(2, "MemoryError")
def memory_bomb(book: Workbook):
    book.add("taken = []\nwhile True:\n    taken.append(bytearray(b'1') * 50_000_000)")


@attack(2, "MiB of memory and was stopped.")
def memory_bomb_in_children(book: Workbook):
    book.add("""
import os, time
for _ in range(9):
    if os.fork() == 0:
        taken = b"1" * 100_000_000
        time.sleep(60)
time.sleep(60)
""")


@attack(4, "Operation not permitted")
def memory_without_a_process(book: Workbook):
    book.insert(
        "import os\nfor number in range(1000):\n    os.write(os.memfd_create('hidden'), b'1' * 10_000_000)"
    )


@attack(4, "MiB written, then: No space left on device")
def disk_filler(book: Workbook):
    for folder in ("/tmp", "/dev/shm", "."):
        book.insert(f"""
import tempfile
written = 0
try:
    for number in range(1000):
        with open(f"{{{folder!r} if {folder!r} != '/tmp' else tempfile.gettempdir()}}/{{number}}", "wb") as file:
            written += file.write(b"1" * 2**20)
except OSError as error:
    print(written >> 20, "MiB written, then:", error.strerror)
    assert written <= 16 * 2**20
""")


@attack(4, "No space left on device")
def many_small_files(book: Workbook):
    book.insert("for number in range(100_000):\n    open(str(number), 'w').close()")


@attack(4, "Too many open files")
def many_open_files(book: Workbook):
    book.insert("import os\nheld = [os.open('/dev/null', os.O_RDONLY) for _ in range(100_000)]")


@attack(4, "output cut here")
def output_flood(book: Workbook):
    book.insert("for _ in range(20_000):\n    print('flood ' * 100)")


@attack(4)
def output_flood_past_python(book: Workbook):
    book.insert("import os\nfor _ in range(2_000):\n    os.write(1, b'flood ' * 1000)")


@attack(4, "output cut here")
def picture_flood(book: Workbook):
    book.insert("""
from IPython.display import display
for _ in range(10_000):
    display({"image/png": "iVBORw0KGgoA" * 1000}, raw=True)
""")


@attack(2, "more than 32")
def result_flood(book: Workbook):
    book.add("def add(a, b):\n    return b'1' * 40_000_000")


@attack(2, "containers in one another")
def deep_result(book: Workbook):
    book.add(
        "def add(a, b):\n    nested = []\n    for _ in range(100_000):\n        nested = [nested]\n    return nested"
    )


@attack(2, "returned")
def result_that_holds_itself(book: Workbook):
    book.add("def add(a, b):\n    nested = []\n    nested.append(nested)\n    return nested")


@attack(2, "maximum recursion depth")
def deep_recursion(book: Workbook):
    book.add("def add(a, b):\n    return add(a, b)")


@attack(2, "ended the process that it ran in.")
def crash(book: Workbook):
    book.add("def add(a, b):\n    import ctypes\n    ctypes.string_at(0)")


@attack(2, "A function that the test ex-add-test calls ended the process that it ran in.")
def exit_of_the_kernel(book: Workbook):
    book.add("def add(a, b):\n    import os\n    os._exit(0)")


@attack(2)
def exit_by_exception(book: Workbook):
    book.add("import sys\ndef add(a, b):\n    sys.exit(0)")


@attack(4, "ended the process that it ran in.")
def kill_of_the_kernel(book: Workbook):
    book.insert("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@attack(4, "ended the process that it ran in.")
def kill_of_everything(book: Workbook):
    book.insert("""
import os, signal
for target in (1, os.getppid(), -1):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(target, number)
        except OSError as error:
            print(error)
os.kill(os.getpid(), signal.SIGKILL)
""")


@attack(4)
def threads_that_outlive_the_cell(book: Workbook):
    book.insert(
        """
import threading
def busy():
    while True:
        print("still here")
for _ in range(4):
    threading.Thread(target=busy).start()
""",
        before="ex-mean-test",
    )


@attack(4)
def processes_that_outlive_the_notebook(book: Workbook):
    book.insert("""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(1)  # outlives-everything
    os._exit(0)
""")


@attack(0, "too many cells before it had to be stopped.")
def exit_in_every_cell(book: Workbook):
    book.add(RIGHT_ADD)
    for _ in range(8):
        book.insert("import os\nos._exit(0)")


@attack(0, "since the notebook ran longer than")
def slow_in_every_cell(book: Workbook):
    for number in range(8):
        book.insert(f"import time\ntime.sleep(3 + {number} / 100)")
