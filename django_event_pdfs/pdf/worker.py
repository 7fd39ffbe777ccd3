"""The worker: a process of its own in which a parse may hang, crash or run out of memory.

Where the system can fork, one small process without threads forks the workers, so that each costs
milliseconds; it lives as long as the process that started it. A worker bounds itself: the kernel
ends it when its time is over, and refuses it more memory. Elsewhere a fresh interpreter does one
file and is killed by who waits for it.

Started by :mod:`isolation`; what passes between them is a line of JSON, and a descriptor.
"""

import gc
import json
import mmap
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

try:
    import resource
except ImportError:  # Windows, where nothing forks and main() does one file.
    resource = None  # type: ignore[assignment]

from django_event_pdfs.pdf.facts import Bounds, Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.structure import examine, exceeded

#: Seconds of processor time for the strict parse, and for the second opinion after it.
STRICT_SECONDS, RECOVERY_SECONDS = 0.8, 1.2
#: Seconds in all, however busy the machine is.
WALL_SECONDS = 6.0
#: Bytes a worker may have beyond those it starts with.
MEMORY = 256 * 1024 * 1024

FORK, KILL = b"f", b"k"

_REUSABLE_RSS = 128 * 1024 * 1024  # A worker that grew beyond this is not used again.

# qpdf's own, which are those of a whole process: here they surprise nobody. No object stream of a
# document of 10 MB needs more than the first, and each number in it takes 50 times its size.
_LIMITS: dict[str, Any] = {
    "flate_max_memory": 16 * 1024 * 1024,
    "run_length_max_memory": 16 * 1024 * 1024,
    "png_max_memory": 16 * 1024 * 1024,
    "tiff_max_memory": 16 * 1024 * 1024,
    "max_stream_filters": 8,
    "parser_max_container_size": 250_000,
}


def main() -> None:
    """Serve on the descriptors given: a file and a request, or the socket of who wants workers."""
    import pikepdf

    pikepdf.settings.set_qpdf_limits(**_LIMITS)
    if len(sys.argv) > 1:
        for line in _answers(0, json.loads(sys.argv[1])):
            os.write(1, line)
    else:
        _fork_workers(socket.socket(fileno=0))


def _fork_workers(control: socket.socket) -> None:
    """Fork a worker for each socket that comes in, until the other side is gone."""
    workers: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _reap(workers))
    gc.freeze()
    while message := socket.recv_fds(control, 1, 1):
        kind, descriptors, *_ = message
        if kind == FORK and descriptors:
            with socket.socket(fileno=descriptors[0]) as channel:
                _fork(workers, control, channel)
        elif kind == KILL:
            _kill(workers, int.from_bytes(control.recv(4)))
        else:
            break
    for pid in list(workers):
        _kill(workers, pid)


def _fork(workers: set[int], control: socket.socket, channel: socket.socket) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # Until the set knows the child.
    pid = os.fork()
    if pid:
        workers.add(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        return
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        control.close()
        _serve(channel)
    finally:
        os._exit(0)


def _reap(workers: set[int]) -> None:
    for pid in list(workers):
        if os.waitpid(pid, os.WNOHANG)[0]:
            workers.discard(pid)


def _kill(workers: set[int], pid: int) -> None:
    if pid in workers:  # Not reaped, so the number is still its own.
        os.kill(pid, signal.SIGKILL)


def _serve(channel: socket.socket) -> None:
    """Answer one request after the other, until this process has grown or the asker is gone."""
    _bound_memory()
    channel.sendall(b"%d\n" % os.getpid())
    while True:
        request, descriptors, *_ = socket.recv_fds(channel, 65536, 1)
        if not descriptors:
            return
        for line in _answers(descriptors[0], json.loads(request)):
            channel.sendall(line)
        # In kilobytes, but for macOS, where it is bytes and a worker is then used once.
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > _REUSABLE_RSS:
            return


def _bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # It only reads.
    try:
        with open("/proc/self/statm") as statm:
            pages = int(statm.read().split()[0])
    except OSError:  # Not Linux. The limits of qpdf bound it, less tightly.
        return
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answers(descriptor: int, request: dict[str, Any]) -> Iterator[bytes]:
    """Yield the lines of an answer: ``{"recovering": true}`` first, where it comes to that."""
    with (
        os.fdopen(descriptor, "rb") as file,
        mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data,
    ):
        inspection = None
        if request["strict"]:
            inspection = _examine(file, data, request, recover=False)
        if inspection is None or may_be_mended(inspection):
            yield b'{"recovering": true}\n'
            inspection = _examine(file, data, request, recover=True)
        yield json.dumps(as_json(inspection)).encode() + b"\n"


def _examine(file: Any, data: mmap.mmap, request: dict[str, Any], *, recover: bool) -> Inspection:
    try:
        with _timed(RECOVERY_SECONDS if recover else STRICT_SECONDS):
            bounds = Bounds(**request["bounds"])
            return examine(file, data, request["sha256"], bounds, recover=recover)
    except MemoryError:
        return Inspection(refusal=exceeded("memory"))


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """Have the kernel end this process when its time is over; C code would not hear Python."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def may_be_mended(inspection: Inspection) -> bool:
    """Return whether a second opinion may accept what the strict parse refused."""
    refusal = inspection.refusal
    return refusal is not None and refusal.code == "damaged" and "exceeded" not in refusal.params


def as_json(inspection: Inspection) -> dict[str, Any]:
    """Return an inspection as JSON can hold it."""
    facts, findings, refusal = inspection.facts, inspection.findings, inspection.refusal
    return {
        "facts": facts and {name: getattr(facts, name) for name in Facts.__slots__},
        "findings": {
            "objects": findings.objects,
            "active_content": dict(findings.active_content),
            "repaired": findings.repaired,
        },
        "refusal": refusal and {"code": refusal.code, "params": dict(refusal.params)},
    }


def from_json(data: dict[str, Any]) -> Inspection:
    """Return the inspection that :func:`as_json` made this of."""
    facts, findings, refusal = data["facts"], data["findings"], data["refusal"]
    active = {kind: tuple(places) for kind, places in findings.pop("active_content").items()}
    return Inspection(
        facts=Facts(**facts) if facts else None,
        findings=Findings(**findings, active_content=MappingProxyType(active)),
        refusal=Refusal(refusal["code"], MappingProxyType(refusal["params"])) if refusal else None,
    )
