"""The worker: a process of its own in which a parse may hang, crash or run out of memory.

Where the system can fork, one small process without threads forks the workers, so that each costs
milliseconds; it lives as long as the process that started it. A worker bounds itself: the kernel
ends it when its time is over, and refuses it more memory. Elsewhere a fresh interpreter does one
file and is killed by who waits for it.

Started by :mod:`isolation`; :mod:`messages` says what passes between them.
"""

import gc
import json
import mmap
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

try:
    import resource
except ImportError:  # Windows, where nothing forks and main() does one file.
    resource = None  # type: ignore[assignment]

from django_event_pdfs.pdf.facts import Inspection
from django_event_pdfs.pdf.messages import ENDED, FORK, KILL, RECOVERING, Request, as_json
from django_event_pdfs.pdf.structure import examine, exceeded

_REUSABLE_RSS = 128 * 1024 * 1024  # A worker that grew beyond this is not used again.

# qpdf's own, which are those of a whole process: here they surprise nobody. No object stream of a
# document of 10 MB needs more than the first, and each number in it takes 50 times its size.
_QPDF_LIMITS: dict[str, Any] = {
    "flate_max_memory": 16 * 1024 * 1024,
    "run_length_max_memory": 16 * 1024 * 1024,
    "png_max_memory": 16 * 1024 * 1024,
    "tiff_max_memory": 16 * 1024 * 1024,
    "max_stream_filters": 8,
    "parser_max_container_size": 250_000,
}

_Send = Callable[[bytes], object]


@dataclass(frozen=True)
class _Worker:
    """A process that was forked, and the socket of who it works for."""

    pid: int
    channel: socket.socket


def main(request: str) -> None:
    """Serve what is at descriptor 0: the socket of who wants workers, or one file for a request.

    The answer for a file goes to the standard output.
    """
    import pikepdf

    pikepdf.settings.set_qpdf_limits(**_QPDF_LIMITS)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # What C code says at its end would only fill a host's log.
    if request:
        write = partial(os.write, 1)
        write(b"%d\n" % os.getpid())
        _answer(0, Request.from_json(request), write)
    else:
        _fork_workers(socket.socket(fileno=0))


def _fork_workers(control: socket.socket) -> None:
    """Fork a worker for each socket that comes in, until the other side is gone."""
    # A host may have blocked or ignored these, and that is inherited.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    gc.freeze()
    workers: dict[int, _Worker] = {}  # By a pipe that ends when the worker does.
    while True:
        for ready in select.select([*workers, control.fileno()], [], [])[0]:
            if ready in workers:
                os.close(ready)
                _bury(workers.pop(ready))
            elif not _obey(control, workers):
                return _end_all(workers)


def _obey(control: socket.socket, workers: dict[int, _Worker]) -> bool:
    """Do what is asked; return whether there is still somebody who asks."""
    message, descriptors, *_ = socket.recv_fds(control, 1, 1)
    if message == FORK and descriptors:
        _fork(control, workers, socket.socket(fileno=descriptors[0]))
    elif message == KILL:
        asked = int.from_bytes(control.recv(4))
        # Only what is not buried yet: its number is still its own.
        for worker in workers.values():
            if worker.pid == asked:
                os.kill(asked, signal.SIGKILL)
    else:
        return False
    return True


def _fork(control: socket.socket, workers: dict[int, _Worker], channel: socket.socket) -> None:
    ended, ends = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        channel.sendall(b"0\n")
        pid = -1
    if pid == 0:
        try:
            # What belongs to others would stay open for as long as this worker lives.
            control.close()
            for other in workers.values():
                other.channel.close()
            for descriptor in (ended, *workers):
                os.close(descriptor)
            _serve(channel)
        finally:
            os._exit(0)
    os.close(ends)
    if pid > 0:
        workers[ended] = _Worker(pid, channel)
    else:
        os.close(ended)
        channel.close()


def _bury(worker: _Worker) -> None:
    """Tell who waits for a worker how it ended."""
    _, status = os.waitpid(worker.pid, 0)
    with worker.channel, suppress(OSError):
        worker.channel.setblocking(False)
        worker.channel.sendall(_line({ENDED: os.waitstatus_to_exitcode(status)}))


def _end_all(workers: dict[int, _Worker]) -> None:
    for worker in workers.values():
        os.kill(worker.pid, signal.SIGKILL)
        os.waitpid(worker.pid, 0)


def _serve(channel: socket.socket) -> None:
    """Answer one request after the other, until this process has grown or the asker is gone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # It only reads.
    size = _address_space()
    channel.sendall(b"%d\n" % os.getpid())
    while True:
        request, descriptors, *_ = socket.recv_fds(channel, 65536, 1)
        if not descriptors:
            return
        _answer(descriptors[0], Request.from_json(request), channel.sendall, size)
        # In kilobytes, but for macOS, where it is bytes and a worker is then used once.
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _REUSABLE_RSS:
            return


def _address_space() -> int:
    """Return the bytes that this process may touch; 0 where that is not known."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:  # Not Linux. The limits of qpdf bound it, less tightly.
        return 0


def _bound_memory(limit: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:  # The host's own limit, which nobody may go beyond.
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _answer(descriptor: int, request: Request, send: _Send, size: int = 0) -> None:
    """Send the lines of an answer. ``size``: the bytes that this process started with."""
    with (
        os.fdopen(descriptor, "rb") as file,
        mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data,
        _timed("REAL", request.limits.wall),
    ):
        if size:
            # A file is mapped twice and copied for its revisions: one of 100 MB needs more.
            _bound_memory(size + max(request.limits.memory, 8 * len(data)))
        inspection = None
        if request.strict:
            inspection = _examine(file, data, request, recover=False)
        if inspection is None or may_be_mended(inspection):
            send(_line({RECOVERING: True}))
            inspection = _examine(file, data, request, recover=True)
    send(_line(as_json(inspection)))


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _examine(file: BinaryIO, data: mmap.mmap, request: Request, *, recover: bool) -> Inspection:
    limits = request.limits
    try:
        with _timed("PROF", limits.recovery if recover else limits.strict):
            return examine(file, data, request.sha256, request.bounds, recover=recover)
    except MemoryError:
        return Inspection(refusal=exceeded("memory"))


@contextmanager
def _timed(clock: str, seconds: float) -> Iterator[None]:
    """Have the kernel end this process when its time is over; C code would not hear Python."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    timer = getattr(signal, f"ITIMER_{clock}")
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)


def may_be_mended(inspection: Inspection) -> bool:
    """Return whether a second opinion may accept what the strict parse refused."""
    refusal = inspection.refusal
    return refusal is not None and refusal.code == "damaged" and "exceeded" not in refusal.params
