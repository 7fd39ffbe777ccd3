"""The body of a request: how long it is, what was read of it, and what becomes of the rest."""

import os
import select
import socket
import time
from contextlib import suppress
from io import UnsupportedOperation
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

# Bytes kept of a body's end: a boundary of up to 70 characters, and whatever a client appends.
_TAIL = 1024
# Bytes of the first read: a small one, so that what is no PDF is seen before more has arrived.
_FIRST = 4096
# Bytes of each other. gunicorn copies all that it holds at each read, so that few reads cost less.
_READ_SIZE = 1024 * 1024

# Seconds to listen to a client that is still sending: in all, and to one that says nothing.
LINGER, SILENCE = 10.0, 2.0

_READ = "_event_pdfs_read"


class WatchedBody:
    """A body that counts what was read of it, and remembers its end.

    With a ``delimiter``, that of a multipart body, it counts these too.
    """

    def __init__(self, stream: Any, request: HttpRequest, delimiter: bytes = b"") -> None:
        self.stream = stream
        self.count = 0
        self.tail = b""
        self.delimiters = 0
        self.delimiter = delimiter
        self._request = request
        self._ahead = memoryview(b"")  # What was read of the stream, and not yet asked for.

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, all that is left if negative, none at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_READ_SIZE), b""))
        if not self._ahead:
            self._ahead = memoryview(b"")  # An empty view would keep what it was taken from.
            self._ahead = memoryview(self._fetch(_READ_SIZE if self.count else _FIRST))
        chunk, self._ahead = self._ahead[:size], self._ahead[size:]
        return bytes(chunk)

    def _fetch(self, size: int) -> bytes:
        chunk: bytes = self.stream.read(size)
        self.count += len(chunk)
        setattr(self._request, _READ, self.count)
        if self.delimiter:
            # One that lies across two chunks is in neither, and whole in this.
            seam = self.tail[1 - len(self.delimiter) :] + chunk[: len(self.delimiter) - 1]
            self.delimiters += chunk.count(self.delimiter) + seam.count(self.delimiter)
        self.tail = (self.tail + chunk[-_TAIL:])[-_TAIL:]
        return chunk


def body_length(request: HttpRequest) -> int | None:
    """Return the length of the body in bytes, None where it is not declared.

    Under ASGI the body is there already, and what counts is the larger of both.
    """
    try:
        declared = int(request.META["CONTENT_LENGTH"])
    except (KeyError, TypeError, ValueError):
        declared = None
    spooled = _spooled(request)
    return declared if spooled is None else max(declared or 0, spooled)


def declare_length(request: HttpRequest) -> None:
    """Have a body that declares no length declare it, where all of it has arrived: under ASGI."""
    if not request.META.get("CONTENT_LENGTH"):
        spooled = _spooled(request)
        if spooled is not None:
            request.META["CONTENT_LENGTH"] = str(spooled)


def linger(request: HttpRequest, response: Any) -> None:
    """Have what a client still sends be read and thrown away after it has its answer.

    A server that closes a connection with unread bytes resets it, and the client may never see the
    answer (RFC 9112, 9.6). gunicorn is the one that hands us the connection; other servers read
    what is left by themselves, or have read all of it before.
    """
    connection = request.META.get("gunicorn.socket")
    if connection is not None and _is_unread(request):
        response._resource_closers.append(lambda: _drain(connection))


def _spooled(request: HttpRequest) -> int | None:
    if not isinstance(request, ASGIRequest) or _is_read(request):
        return None
    stream: Any = request._stream
    try:
        stream.seek(0, os.SEEK_END)
        length: int = stream.tell()
        stream.seek(0)
    except (AttributeError, UnsupportedOperation):  # Not what Django's own handler makes.
        return None
    return length


def _is_read(request: Any) -> bool:
    """Return whether anybody began to read the body."""
    return bool(request._read_started)


def _is_unread(request: HttpRequest) -> bool:
    if not _is_read(request):
        return bool(body_length(request)) or "HTTP_TRANSFER_ENCODING" in request.META
    # All at once, as by request.body, where nobody watched.
    return getattr(request, _READ, float("inf")) < (body_length(request) or 0)


def _drain(connection: socket.socket) -> None:
    """Say that nothing more comes, and listen until the client is done, or for too long."""
    end = time.monotonic() + LINGER
    try:
        connection.shutdown(socket.SHUT_WR)
        while (left := end - time.monotonic()) > 0:
            if not select.select([connection], [], [], min(left, SILENCE))[0]:
                return
            if not connection.recv(65536):
                return
    except (OSError, ValueError):  # It went away, or is a descriptor that select cannot take.
        return
    finally:
        with suppress(OSError):  # And no more is taken for the next request of this connection.
            connection.shutdown(socket.SHUT_RDWR)
