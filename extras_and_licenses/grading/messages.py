"""Messages between the grader and the processes in the sandbox: a kind of one letter, a length, and bytes.

- `send(socket, kind, content)`, `receive(socket, deadline)`: one message.
- `Gone`, `Broken`, `Late`: why there is none.
"""

import socket as sockets
import struct
import time

HEADER = struct.Struct("!cI")
LARGEST = 48 * 2**20  # bytes; more than plain data or a cell's outputs may have

# From the grader
RUN, CALL, TEST = b"R", b"C", b"T"
# To the grader
OUTPUTS, RETURNED, RAISED, TESTED = b"O", b"V", b"E", b"D"


class Gone(Exception):
    """The other end is closed."""


class Broken(Gone):
    """The other end says what is no message."""


class Late(Exception):
    """No message came in time."""


def send(socket: sockets.socket, kind: bytes, content: bytes, deadline: float | None = None) -> None:
    """Send a message.

    Raises:
        Gone: the other end is closed.
        Late: it did not take the message before the deadline, a time of `time.monotonic()`.
    """
    _set_deadline(socket, deadline)
    try:
        socket.sendall(HEADER.pack(kind, len(content)) + content)
    except TimeoutError:
        raise Late from None
    except OSError:
        raise Gone from None


def receive(socket: sockets.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """Wait for a message; returns its kind and its content.

    Raises:
        Gone: the other end is closed.
        Broken: it announces more than a message may hold.
        Late: the message was not there, as a whole, before the deadline, a time of `time.monotonic()`.
    """
    kind, length = HEADER.unpack(_receive_exactly(socket, HEADER.size, deadline))
    if length > LARGEST:
        raise Broken
    return kind, _receive_exactly(socket, length, deadline)


def _receive_exactly(socket: sockets.socket, length: int, deadline: float | None) -> bytes:
    content = bytearray()
    while len(content) < length:
        _set_deadline(socket, deadline)
        try:
            part = socket.recv(min(length - len(content), 2**20))
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Gone from None
        if not part:
            raise Gone
        content += part
    return bytes(content)


def _set_deadline(socket: sockets.socket, deadline: float | None) -> None:
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        raise Late
    socket.settimeout(left)
