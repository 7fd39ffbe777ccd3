"""The Django edge of ``pdf`` and ``scanning``: each reads an upload once, for all its doors."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, BinaryIO, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.pdf import Bounds, Inspection, WorkerUnavailable, inspect
from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict, get_scanner

_MEMORY = "_event_pdfs_memory"
_SHA256 = "_event_pdfs_sha256"

_T = TypeVar("_T")

# By process, for a semaphore that was taken before a fork would never come back, and by size.
_turns: dict[tuple[int, int], BoundedSemaphore] = {}


class Busy(Exception):
    """So many inspections are under way that this one did not get its turn."""


class _Memory(dict[str, tuple[int, Any]]):
    """What was learnt of an upload, by question. It stays behind when the upload is copied."""

    def __reduce__(self) -> Any:
        return _Memory, ()


def inspect_upload(upload: "File[Any]") -> Inspection:
    """Inspect what an upload holds, and remember the answer on the upload itself.

    The serializer, ``full_clean`` and the save each ask; the bytes are read once. The file object
    is read, never its path: what is judged is what is stored, unless the caller writes into the
    upload in between and keeps its size.

    Raises:
        Busy: no turn came in time, or no worker.
        OSError: the upload cannot be read.
    """
    bounds = Bounds(objects=conf.max_objects, pages=conf.max_pages)
    sha256 = _known_sha256(upload)
    return _once(upload, "inspection", lambda: _inspect(_file_in(upload), bounds, sha256))


def note_sha256(upload: "File[Any]", sha256: str) -> None:
    """Note what the bytes of an upload on disk add up to, so that they need not be read again.

    It counts for as long as nobody writes into the file.
    """
    upload.__dict__[_SHA256] = _state(upload), sha256


def _known_sha256(upload: "File[Any]") -> str:
    state, sha256 = upload.__dict__.get(_SHA256, (None, ""))
    return sha256 if sha256 and state == _state(upload) else ""


def _state(upload: "File[Any]") -> tuple[int, int, int]:
    """Return which file it is, its size, and when it was written to last."""
    result = os.fstat(upload.fileno())
    return result.st_ino, result.st_size, result.st_mtime_ns


def inspect_stored(file: "File[Any]") -> Inspection:
    """Inspect a file that is stored already: what limits uploads keeps nobody from reading it.

    Raises:
        Busy: no turn came in time, or no worker.
        OSError: the file cannot be read.
    """
    bounds = Bounds()
    objects, pages = max(conf.max_objects, bounds.objects), max(conf.max_pages, bounds.pages)
    return _inspect(_file_in(file), Bounds(objects=objects, pages=pages))


def scan_upload(upload: "File[Any]") -> Verdict:
    """Have an upload scanned for viruses, once. Clean where there is no scanner.

    Raises:
        ScannerUnavailable: the scanner gave no verdict.
    """
    try:
        scanner = get_scanner()
    except ImproperlyConfigured as error:
        raise ScannerUnavailable(f"EVENT_PDFS['SCANNER'] cannot be used: {error}") from error
    if scanner is None:
        return Verdict()
    return _once(upload, "verdict", lambda: _scan(_file_in(upload), scanner))


def content_to_store(upload: "File[Any]") -> "File[Any]":
    """Return the upload, without its path where another file stands there now.

    A storage in the file system moves a temporary file by its path. What was judged is the file
    that is open.
    """
    path = getattr(upload, "temporary_file_path", None)
    if path is None or _is_at(upload, path()):
        return upload
    opened = File(_file_in(upload), upload.name)
    opened.size = upload.size  # Not that of the path.
    return opened


def _once(upload: "File[Any]", question: str, ask: Callable[[], _T]) -> _T:
    """Return the answer that the upload remembers, or ask for it."""
    memory = upload.__dict__.setdefault(_MEMORY, _Memory())
    known = memory.get(question)
    # Another size, and the file was written to since.
    if known is None or known[0] != upload.size:
        known = memory[question] = upload.size, ask()
    return cast(_T, known[1])


def _inspect(file: BinaryIO, bounds: Bounds, sha256: str = "") -> Inspection:
    with _turn():
        return inspect(file, bounds=bounds, isolate=conf.inspection["isolate"], sha256=sha256)


def _scan(file: BinaryIO, scanner: Scanner) -> Verdict:
    file.seek(0)
    try:
        return scanner.scan(file)
    except ScannerUnavailable:
        raise
    except Exception as error:  # Whatever a host's own scanner raises, it is no verdict.
        raise ScannerUnavailable(f"{scanner} failed: {error!r}") from error
    finally:
        file.seek(0)


def _is_at(upload: "File[Any]", path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(upload.fileno()), os.stat(path))
    except OSError:
        return False


def _file_in(upload: "File[Any]") -> BinaryIO:
    # The file inside, for qpdf reads through it directly; a Django ``File`` only forwards.
    return cast(BinaryIO, upload.file or upload)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer than ``concurrency`` inspections are under way in this process."""
    settings = conf.inspection
    key = os.getpid(), settings["concurrency"]
    semaphore = _turns.setdefault(key, BoundedSemaphore(key[1]))
    if not semaphore.acquire(timeout=seconds(settings["wait"])):
        raise Busy
    try:
        yield
    except WorkerUnavailable as error:
        raise Busy from error
    finally:
        semaphore.release()
