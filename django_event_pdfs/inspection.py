"""The Django edge of ``pdf`` and ``scanning``: each reads an upload once, for all its doors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, BinaryIO, cast

from django.core.files.base import File

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.pdf import Bounds, Inspection, WorkerUnavailable, inspect
from django_event_pdfs.scanning import Verdict, get_scanner

_INSPECTION = "_event_pdfs_inspection"
_VERDICT = "_event_pdfs_verdict"

# By process, for a semaphore that was taken before a fork would never come back, and by size.
_turns: dict[tuple[int, int], BoundedSemaphore] = {}


class Busy(Exception):
    """So many inspections are under way that this one did not get its turn."""


def inspect_upload(upload: "File[Any]") -> Inspection:
    """Inspect what an upload holds, and remember the answer on the upload itself.

    The serializer, ``full_clean`` and the save each ask; the bytes are read once. The file object
    is read, never its path: what is judged is what is stored, unless the caller writes into the
    upload in between and keeps its size.

    Raises:
        Busy: no turn came in time, or no worker.
        OSError: the upload cannot be read.
    """
    known = getattr(upload, _INSPECTION, None)
    # Another size, and the file was written to since.
    if isinstance(known, Inspection) and (not known.facts or known.facts.size == upload.size):
        return known
    with _turn():
        inspection = inspect(
            _file_in(upload),
            bounds=Bounds(objects=conf.max_objects, pages=conf.max_pages),
            isolate=conf.inspection["isolate"],
        )
    setattr(upload, _INSPECTION, inspection)
    return inspection


def scan_upload(upload: "File[Any]") -> Verdict:
    """Have an upload scanned for viruses, once. Clean where there is no scanner.

    Raises:
        ScannerUnavailable: the scanner gave no verdict.
    """
    scanner = get_scanner()
    if scanner is None:
        return Verdict()
    known = getattr(upload, _VERDICT, None)
    if known is None or known[0] != upload.size:
        file = _file_in(upload)
        file.seek(0)
        try:
            known = upload.size, scanner.scan(file)
        finally:
            file.seek(0)
        setattr(upload, _VERDICT, known)
    return cast(Verdict, known[1])


def content_to_store(upload: "File[Any]") -> "File[Any]":
    """Return the upload, without its path where another file stands there now.

    A storage in the file system moves a temporary file by its path. What was judged is the file
    that is open.
    """
    path = getattr(upload, "temporary_file_path", None)
    if path is None or _is_at(upload, path()):
        return upload
    return File(_file_in(upload), upload.name)


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
