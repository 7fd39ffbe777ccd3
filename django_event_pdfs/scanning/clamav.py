"""ClamAV's daemon, asked over its socket with INSTREAM (clamd(8), "COMMANDS")."""

import os
import re
import socket as sockets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO

from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.conf import seconds
from django_event_pdfs.pdf.text import clean_text
from django_event_pdfs.scanning.base import Scanner, ScannerUnavailable, Verdict

CHUNK = 64 * 1024
ANSWER_LIMIT = 4096  # bytes; clamd's answers are one short line

_COMMAND = b"zINSTREAM\0"
_END = bytes(4)
_CLEAN = b"stream: OK\0"
_FOUND = re.compile(rb"stream: (.+) FOUND\0", re.DOTALL)
_TOO_LONG = b"size limit exceeded"
_RAISE_LIMIT = 'StreamMaxLength in clamd.conf must be above EVENT_PDFS["MAX_SIZE"].'


class ClamAVScanner(Scanner):
    """Sends a file to clamd and believes two of its answers, "OK" and "FOUND".

    ``socket`` is the path of clamd's unix socket, ``host`` and ``port`` are its address over TCP:
    give one of the two. ``timeout`` bounds a whole scan, from connecting to the answer.
    """

    def __init__(
        self,
        socket: str | os.PathLike[str] | None = None,
        host: str | None = None,
        port: int = 3310,
        timeout: timedelta | int = 30,
    ) -> None:
        if bool(socket) == bool(host):
            raise ImproperlyConfigured(
                'ClamAVScanner needs either "socket" or "host" in EVENT_PDFS["SCANNER"]["OPTIONS"].'
            )
        self.socket = os.fspath(socket) if socket else None
        self.host = host
        self.port = port
        self.timeout = seconds(timeout)

    def __str__(self) -> str:
        return f"clamd at {self.socket or f'{self.host}:{self.port}'}"

    def scan(self, file: BinaryIO) -> Verdict:
        with self._conversation() as clamd:
            clamd.send(_COMMAND)
            while not clamd.cut_off and (chunk := file.read(CHUNK)):
                clamd.send(len(chunk).to_bytes(4, "big") + chunk)
                clamd.sent += len(chunk)
            clamd.send(_END)
            return self._verdict(clamd.answer(), clamd)

    @contextmanager
    def _conversation(self) -> Iterator["_Conversation"]:
        deadline = time.monotonic() + self.timeout
        with self._connect(deadline) as connection:
            clamd = _Conversation(connection, deadline)
            try:
                yield clamd
            except _Late as error:
                raise ScannerUnavailable(
                    f"{self} gave no verdict within {self.timeout} seconds, {clamd.sent} bytes "
                    'sent. See whether it is overloaded, or raise "timeout".'
                ) from error

    def _connect(self, deadline: float) -> sockets.socket:
        try:
            for family, address in self._addresses():
                try:
                    return _connected(family, address, deadline)
                except OSError as error:
                    failure = error
            raise failure
        except (OSError, ValueError) as error:  # ValueError: no address at all
            raise ScannerUnavailable(
                f"{self} cannot be reached: {error}. Start it, or mend the OPTIONS of "
                'EVENT_PDFS["SCANNER"].'
            ) from error

    def _addresses(self) -> list[tuple[int, Any]]:
        if self.socket:
            return [(sockets.AF_UNIX, self.socket)]
        found = sockets.getaddrinfo(self.host, self.port, type=sockets.SOCK_STREAM)
        return [(family, address) for family, *_rest, address in found]

    def _verdict(self, answer: bytes, clamd: "_Conversation") -> Verdict:
        if found := _FOUND.fullmatch(answer):
            return Verdict(found[1].decode(errors="replace"))
        if answer == _CLEAN and not clamd.cut_off:
            return Verdict()
        raise ScannerUnavailable(f"{self} {_problem(answer)} {clamd.sent} bytes were sent.")


class _Late(Exception):
    """Told apart from a ``TimeoutError`` of the file that is read."""


class _Conversation:
    """A connection whose every wait ends at the deadline."""

    def __init__(self, connection: sockets.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self.sent = 0
        self.cut_off = False

    def send(self, data: bytes) -> None:
        """Send ``data``, or note that clamd takes no more: its answer may be waiting then."""
        try:
            self._connection.settimeout(_left(self._deadline))
            self._connection.sendall(data)
        except TimeoutError as error:
            raise _Late from error
        except OSError:
            self.cut_off = True

    def answer(self) -> bytes:
        """Return what clamd says, up to the NUL that ends it; less where it breaks off."""
        received = b""
        while not received.endswith(b"\0") and len(received) < ANSWER_LIMIT:
            part = self._receive()
            if not part:
                break
            received += part
        return received

    def _receive(self) -> bytes:
        try:
            self._connection.settimeout(_left(self._deadline))
            return self._connection.recv(ANSWER_LIMIT)
        except TimeoutError as error:
            raise _Late from error
        except OSError:
            return b""


def _connected(family: int, address: Any, deadline: float) -> sockets.socket:
    connection = sockets.socket(family, sockets.SOCK_STREAM)
    try:
        connection.settimeout(_left(deadline))
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:  # Zero would mean: do not wait, and say so by another error.
        raise TimeoutError("timed out")
    return left


def _problem(answer: bytes) -> str:
    if _TOO_LONG in answer:
        return f"refuses a file of this size: {_RAISE_LIMIT}"
    if not answer:
        return (
            "closed the connection without an answer. Its log says whether it died; a file over "
            f"its limit looks the same: {_RAISE_LIMIT}"
        )
    said = clean_text(answer.decode(errors="replace"))
    return f"answered neither OK nor FOUND to the whole file, but {said!r}. See its log."
