"""The bounded worker, from the side of who asks it: started lazily, replaced when it dies.

Safe in threads and after a fork. The worker is gone when this process is gone, however it ends:
it reads the end of its socket.
"""

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from shutil import copyfileobj
from typing import IO, Any

from django_event_pdfs.pdf.facts import Bounds, Inspection, Refusal
from django_event_pdfs.pdf.structure import exceeded
from django_event_pdfs.pdf.worker import FORK, KILL, STRICT_SECONDS, WALL_SECONDS, from_json

_START_SECONDS = 30.0  # For an interpreter on a busy machine; it takes a tenth of one.
_MAX_IDLE = 4
_MAX_ANSWER = 1024 * 1024

# The path is handed over: a host may have extended its own since it started.
_MAIN = "import sys; n = int(sys.argv[1]); sys.path[:] = sys.argv[2:n + 2]; del sys.argv[1:n + 2]; "
_MAIN += "from django_event_pdfs.pdf.worker import main; main()"


class WorkerUnavailable(Exception):
    """There is no verdict: no worker could be started, or the machine was too busy for it."""


def examine_isolated(file: IO[bytes], sha256: str, bounds: Bounds, *, strict: bool) -> Inspection:
    """Examine a file in a worker: strictly at first where ``strict``, then with recovery.

    Leaves the file's position anywhere. Bounded in processor time, time and memory: a file that
    costs more is refused as ``damaged``.

    Raises:
        WorkerUnavailable: nothing could be learnt about the file.
    """
    request = {"sha256": sha256, "bounds": asdict(bounds), "strict": strict}
    with _descriptor(file) as descriptor:
        if not hasattr(os, "fork"):
            return _examine_once(descriptor, request)
        return _workers.examine(descriptor, json.dumps(request).encode())


@contextmanager
def _descriptor(file: IO[bytes]) -> Iterator[int]:
    """Give a descriptor of the file; of a copy where it is in memory."""
    try:
        descriptor = file.fileno()
    except (AttributeError, OSError):
        with tempfile.TemporaryFile() as copy:
            file.seek(0)
            copyfileobj(file, copy)
            copy.flush()
            yield copy.fileno()
    else:
        file.flush()
        yield descriptor
        # The worker shares the position, and a buffer would hide that it moved.
        file.seek(0, os.SEEK_END)


@dataclass
class _Worker:
    """A process that answers on a socket."""

    channel: socket.socket
    pid: int = 0

    def is_idle(self) -> bool:
        """Return whether it waits; what can be read without a question is its end."""
        return not select.select([self.channel], [], [], 0)[0]

    def lines(self, deadline: float) -> Iterator[bytes]:
        """Yield the lines it writes until it ends; stop at the deadline."""
        received = b""
        with suppress(OSError):
            while len(received) < _MAX_ANSWER:
                self.channel.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = self.channel.recv(65536)
                if not chunk:
                    return
                received += chunk
                *lines, received = received.split(b"\n")
                yield from lines


class _Workers:
    """The workers of this process, and the process that forks them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._control: socket.socket | None = None
        self._forker: subprocess.Popen[bytes] | None = None

    def examine(self, descriptor: int, request: bytes) -> Inspection:
        for worker in (self._take(), None):
            # A worker may have died of something else, so the second try has a new one.
            inspection = self._ask(worker or self._start(), descriptor, request)
            if inspection:
                return inspection
        return Inspection(refusal=Refusal("damaged"))

    def _ask(self, worker: _Worker, descriptor: int, request: bytes) -> Inspection | None:
        """Return the answer; None where the worker died at once."""
        asked, recovering = time.monotonic(), False
        with suppress(OSError):
            socket.send_fds(worker.channel, [request], [descriptor])
        for line in worker.lines(asked + WALL_SECONDS + 1):
            answer = json.loads(line)
            if "recovering" not in answer:
                self._give_back(worker)
                return from_json(answer)
            recovering = True
        self._end(worker)
        elapsed = time.monotonic() - asked
        if elapsed >= WALL_SECONDS:
            raise WorkerUnavailable(f"No answer within {WALL_SECONDS} s.")
        if elapsed < STRICT_SECONDS * 0.9:
            return None
        # Mending may take long, too; the file is damaged for all that.
        return Inspection(refusal=Refusal("damaged") if recovering else exceeded("time"))

    def _take(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_idle():
                    return worker
                worker.channel.close()
        return self._start()

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append(worker)
                return
        worker.channel.close()

    def _start(self) -> _Worker:
        """Have a worker forked; once more from a new forker where that one is gone."""
        for _ in range(2):
            ours, theirs = socket.socketpair()
            with theirs, suppress(OSError), self._lock:
                socket.send_fds(self._forker_socket(), [FORK], [theirs.fileno()])
            worker = _Worker(ours)
            for line in worker.lines(time.monotonic() + _START_SECONDS):
                worker.pid = int(line)
                return worker
            ours.close()
            with self._lock:
                self._stop()
        raise WorkerUnavailable("No worker could be started.")

    def _end(self, worker: _Worker) -> None:
        with suppress(OSError), self._lock:
            self._forker_socket().sendall(KILL + worker.pid.to_bytes(4))
        worker.channel.close()

    def _forker_socket(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._forker = subprocess.Popen(
                    _command(),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
        return self._control

    def _stop(self) -> None:
        for worker in self._idle:
            worker.channel.close()
        self._idle.clear()
        if self._control and self._forker:
            self._control.close()
            self._control = None
            self._forker.wait()

    def stop(self) -> None:
        """End the workers; the next question starts new ones."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """Leave the workers to the process that this one was forked from."""
        for worker in self._idle:
            worker.channel.close()
        if self._control and self._forker:
            self._control.close()
            self._forker.returncode = 0  # It is not this process's child to wait for.
        self.__init__()  # type: ignore[misc]


def _examine_once(descriptor: int, request: dict[str, Any]) -> Inspection:
    """Examine in a fresh interpreter: slower, and bounded by qpdf's limits and a kill."""
    try:
        done = subprocess.run(
            [*_command(), json.dumps(request)],
            stdin=descriptor,
            stdout=subprocess.PIPE,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Inspection(refusal=exceeded("time"))
    except OSError as error:
        raise WorkerUnavailable("No worker could be started.") from error
    *_, answer = done.stdout.splitlines() or [b""]
    if done.returncode or not answer:
        return Inspection(refusal=Refusal("damaged"))
    return from_json(json.loads(answer))


def _command() -> list[str]:
    return [_interpreter(), "-c", _MAIN, str(len(sys.path)), *sys.path]


def _interpreter() -> str:
    """Return the path of Python; inside of another program, as uWSGI is, that of its prefix."""
    if "python" in os.path.basename(sys.executable or "").lower():
        return sys.executable
    return os.path.join(sys.exec_prefix, "bin", "python3")


_workers = _Workers()
atexit.register(_workers.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.forget)
