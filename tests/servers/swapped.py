"""Storages of all kinds as tests want them: empty when they are made, and with ``names()``."""

import shutil
import tempfile
import threading
import uuid
from functools import cache
from typing import Any
from weakref import finalize

from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage


class Names:
    """Puts ``names()`` on a storage, as ``MemoryStorage`` has it."""

    def names(self: Any) -> set[str]:
        return set(_below(self, ""))


def _below(storage: Storage, folder: str) -> list[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    names = [f"{folder}{name}" for name in files]
    for name in folders:
        names += _below(storage, f"{folder}{name}/")
    return names


class InMemory(Names, InMemoryStorage):
    """Django's own, as it is."""


class FilesInFolder(Names, FileSystemStorage):
    """Django's own, in a folder of its own."""

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="event-pdfs-swapped-")
        super().__init__(location=folder)
        finalize(self, shutil.rmtree, folder, ignore_errors=True)


@cache
def fresh_s3() -> type[Storage]:
    """Return an ``S3Storage`` that begins with a prefix of its own.

    All share what they speak to the store with, since boto3 is slow to make one.
    """
    from storages.backends.s3 import S3Storage

    class FreshS3(Names, S3Storage):  # type: ignore[misc]
        _shared = threading.local()

        def __init__(self, **options: Any) -> None:
            super().__init__(**{"location": uuid.uuid4().hex, **options})
            self._connections = self._shared

    return FreshS3


def __getattr__(name: str) -> Any:
    """Make a class where a setting names it, for only then its package has to be there."""
    if name == "FreshS3":
        return fresh_s3()
    raise AttributeError(name)
