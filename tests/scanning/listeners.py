"""Small servers on real sockets that speak clamd's INSTREAM, well or badly."""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django_event_pdfs.testing import EICAR

Behaviour = Callable[[socket.socket], None]


@contextmanager
def listening(family: str, backlog: int = 16) -> Iterator[tuple[socket.socket, dict[str, Any]]]:
    """Listen on a unix socket or over TCP; yield the socket and the options that lead to it."""
    with tempfile.TemporaryDirectory(prefix="event-pdfs-") as folder:  # A short path.
        if family == "unix":
            path = str(Path(folder) / "clamd")
            server = socket.socket(socket.AF_UNIX)
            server.bind(path)
            options: dict[str, Any] = {"socket": path}
        else:
            server = socket.socket()
            server.bind(("127.0.0.1", 0))
            options = {"host": "127.0.0.1", "port": server.getsockname()[1]}
        with server:
            server.listen(backlog)
            yield server, options


@contextmanager
def serving(family: str, behaviour: Behaviour) -> Iterator[dict[str, Any]]:
    """Treat each connection as ``behaviour`` does, in a thread of its own, then close it."""
    with listening(family) as (server, options):
        server.settimeout(0.02)
        stopped = threading.Event()
        threads: list[threading.Thread] = []

        def treat(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(120)
                behaviour(connection)

        def accept() -> None:
            while not stopped.is_set():
                with suppress(TimeoutError):
                    threads.append(threading.Thread(target=treat, args=[server.accept()[0]]))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield options
        finally:
            stopped.set()
            for thread in (acceptor, *threads):
                thread.join()


def read_stream(connection: socket.socket) -> bytes:
    """Read one INSTREAM to its end and return what was sent."""
    with connection.makefile("rb") as file:
        assert file.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(file.read(4), "big"):
            content += file.read(size)
    return content


def answering(answer: bytes) -> Behaviour:
    """Read everything, then answer."""

    def behaviour(connection: socket.socket) -> None:
        read_stream(connection)
        connection.sendall(answer)

    return behaviour


def breaking_off(answer: bytes, size: int = 100_000) -> Behaviour:
    """Read a little, answer, and close with bytes unread, which resets the connection."""

    def behaviour(connection: socket.socket) -> None:
        left = size
        while left > 0 and (part := connection.recv(min(left, 65536))):
            left -= len(part)
        connection.sendall(answer)

    return behaviour


def honest(connection: socket.socket) -> None:
    infected = EICAR in read_stream(connection)
    connection.sendall(b"stream: Eicar FOUND\0" if infected else b"stream: OK\0")
