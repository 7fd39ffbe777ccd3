"""The examination of a file in a bounded worker: how the file gets there, and a verdict back."""

import atexit
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import copyfileobj
from typing import IO

from django_event_pdfs.pdf.facts import Bounds, Inspection, Refusal
from django_event_pdfs.pdf.interpreter import command
from django_event_pdfs.pdf.messages import RECOVERING, Limits, Request, from_json
from django_event_pdfs.pdf.pool import Workers, judge_end
from django_event_pdfs.pdf.structure import exceeded

LIMITS = Limits()


class WorkerUnavailable(Exception):
    """There is no verdict: no worker could be started, or the machine was too busy for it."""


def examine_isolated(file: IO[bytes], sha256: str, bounds: Bounds, *, strict: bool) -> Inspection:
    """Examine a file in a worker: strictly at first where ``strict``, then with recovery.

    Leaves the file's position anywhere. Bounded in processor time, time and memory: a file that
    costs more is refused as ``damaged``.

    Raises:
        WorkerUnavailable: nothing could be learnt about the file.
    """
    request = Request(sha256, strict, bounds, LIMITS)
    examine = _workers.examine if can_fork() else _examine_once
    try:
        with _descriptor(file) as descriptor:
            return examine(descriptor, request) or Inspection(refusal=Refusal("damaged"))
    except OSError as error:  # Too few descriptors, processes, seconds; no room for a copy.
        raise WorkerUnavailable(f"{type(error).__name__}: {error}") from error


def can_fork() -> bool:
    return hasattr(os, "fork")


@contextmanager
def _descriptor(file: IO[bytes]) -> Iterator[int]:
    """Give a descriptor of what can be read from a file: its own, or that of a copy."""
    # This empties buffers, too: of what was written last, and of what would be read from a place
    # that the worker moves on from, for it shares the position.
    size = file.seek(0, os.SEEK_END)
    try:
        descriptor = file.fileno()
        is_own = os.fstat(descriptor).st_size == size  # Not where reading unpacks.
    except (AttributeError, io.UnsupportedOperation):
        is_own = False
    if is_own:
        yield descriptor
        return
    with _scratch() as copy:
        file.seek(0)
        copyfileobj(file, copy)
        copy.flush()
        yield copy.fileno()


def _scratch() -> IO[bytes]:
    """Open a new file in memory; on disk where the system has no such thing."""
    try:
        return os.fdopen(os.memfd_create("pdf"), "w+b")
    except (AttributeError, OSError):
        return tempfile.TemporaryFile()


def _examine_once(descriptor: int, request: Request) -> Inspection | None:
    """Examine in a fresh interpreter: slower, and bounded by qpdf's limits and a kill."""
    try:
        done = subprocess.run(
            command(request.as_json()),
            stdin=descriptor,
            stdout=subprocess.PIPE,
            timeout=request.limits.wall,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Inspection(refusal=exceeded("time"))
    greeting, *answers = map(json.loads, done.stdout.splitlines() or [b"0"])
    if not greeting:
        raise WorkerUnavailable("The worker did not start.")
    if answers and RECOVERING not in answers[-1]:
        return from_json(answers[-1])
    return judge_end(done.returncode, recovering=bool(answers))


_workers = Workers()
atexit.register(_workers.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_workers.lock.acquire,
        after_in_parent=_workers.lock.release,
        after_in_child=_workers.forget,
    )
