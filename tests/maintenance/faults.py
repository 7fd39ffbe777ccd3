"""Storages that fail on purpose, and someone who listens to an engine."""

import io
import itertools
import threading
from typing import Any

from django.core.files.base import ContentFile, File

from django_event_pdfs.maintenance.findings import Finding, Watcher


class Odd(Exception):
    """What the client of some store raises: no ``OSError``."""


class Listener(Watcher):
    """Remembers what it is told, and in which threads."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.total = self.done = 0
        self.threads: set[int] = set()

    def expect(self, total: int) -> None:
        self.total += total

    def advance(self, count: int = 1) -> None:
        self.done += count
        self.threads.add(threading.get_ident())

    def found(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.threads.add(threading.get_ident())

    @property
    def kinds(self) -> list[str]:
        return [finding.kind for finding in self.findings]


class Unseekable(io.RawIOBase):
    """Bytes from a connection: read once, from beginning to end, and never all at once."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 1024 * 1024, "Read a file in pieces."
        return self._data.read(min(size, 7_000))


def fail(monkeypatch, storage, method, error, *, calls=None):
    """Have a method of a storage raise ``error``, at its n-th ``calls`` or always."""
    real, numbers = getattr(storage, method), itertools.count(1)

    def failing(*args: Any, **kwargs: Any) -> Any:
        if calls is None or next(numbers) in calls:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(storage, method, failing)


def open_unseekable(monkeypatch, storage):
    """Have a storage give files that can only be read from beginning to end."""
    real = storage.open

    def opened(name: str, mode: str = "rb") -> "File[Any]":
        return File(Unseekable(real(name, mode).read()), name)

    monkeypatch.setattr(storage, "open", opened)


def overwrite(storage, name, data):
    """Put other bytes under a name, as neither the library nor Django would."""
    storage.delete(name)
    assert storage.save(name, ContentFile(data)) == name


def content(storage, name):
    with storage.open(name) as file:
        return file.read()
