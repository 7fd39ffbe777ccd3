"""Reading stored files in pieces, from storages that fail in ways of their own."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage

from django_event_pdfs.pdf import clean_text

PIECE = 256 * 1024  # bytes
_IN_MEMORY = 1024 * 1024  # bytes of a copy, before it goes to the disk


@dataclass(frozen=True, slots=True)
class Digest:
    """The number of bytes that were read, and their sha256 in lower-case hex."""

    size: int
    sha256: str


def size_of(storage: Storage, name: str) -> int | None:
    """Return the size of a file in bytes, None where there is none.

    Raises:
        Exception: whatever a storage raises that cannot tell.
    """
    try:
        return int(storage.size(name))
    except FileNotFoundError:
        return None
    except OSError:
        raise
    except Exception:
        # The clients of object stores have errors of their own for what is not there.
        if storage.exists(name):
            raise
        return None


def digest(storage: Storage, name: str) -> Digest:
    """Read a file to its end.

    Raises:
        Exception: whatever the storage raises.
    """
    sha256, size = hashlib.sha256(), 0
    for piece in _pieces(storage, name):
        sha256.update(piece)
        size += len(piece)
    return Digest(size, sha256.hexdigest())


@contextmanager
def local_copy(storage: Storage, name: str) -> Iterator[tuple["File[Any]", Digest]]:
    """Give a copy of a file that can be sought in, small ones in memory, and its digest.

    Not every storage gives files that can be sought in, or read twice without two transfers.

    Raises:
        Exception: whatever the storage raises.
    """
    sha256, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        for piece in _pieces(storage, name):
            sha256.update(piece)
            size += len(piece)
            copy.write(piece)
        copy.seek(0)
        file = File(copy, name)
        file.size = size
        yield file, Digest(size, sha256.hexdigest())


def problem(error: BaseException) -> str:
    """Say an error in one line."""
    return clean_text(f"{type(error).__name__}: {error}")


def _pieces(storage: Storage, name: str) -> Iterator[bytes]:
    with storage.open(name, "rb") as file:
        while piece := file.read(PIECE):
            yield piece
