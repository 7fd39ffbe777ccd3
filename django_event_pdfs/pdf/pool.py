"""The workers of this process: started lazily, used again, replaced when they die.

Safe in threads and after a fork. They are gone when this process is gone, however it ends: they
and who forks them read the end of their sockets.
"""

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakSet

from django_event_pdfs.pdf.facts import Inspection, Refusal
from django_event_pdfs.pdf.interpreter import command
from django_event_pdfs.pdf.messages import ENDED, FORK, KILL, RECOVERING, Request, from_json
from django_event_pdfs.pdf.structure import exceeded

_START_SECONDS = 10.0  # For an interpreter on a busy machine; it takes a hundredth of it.
_STOP_SECONDS = 2.0
_MAX_IDLE = 4
_MAX_ANSWER = 1024 * 1024


class _Forker:
    """The process that forks the workers, and our end of its socket."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    command(),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is not meant for it.
                )
        except OSError:
            _close(self._control)
            raise

    def fork(self) -> socket.socket:
        """Have a worker forked; the socket ends at once where there is none."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):
            socket.send_fds(self._control, [FORK], [theirs.fileno()])
        return ours

    def kill(self, pid: int) -> None:
        with suppress(OSError):
            self._control.sendall(KILL + pid.to_bytes(4))

    def stop(self) -> None:
        """End it, and with it its workers."""
        _close(self._control)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """Leave it to the process that this one was forked from."""
        _close(self._control)
        self._process.returncode = 0  # It is not a child of this one, to wait for.


@dataclass(eq=False)
class _Worker:
    """A process that answers on a socket."""

    forker: _Forker
    channel: socket.socket
    pid: int | None = None  # 0 where the system has no room for it.
    is_free: bool = False

    def has_started(self) -> bool:
        with suppress(TimeoutError):
            for line in self._lines(_START_SECONDS):
                self.pid = int(line)
                break
        return bool(self.pid)

    def is_idle(self) -> bool:
        """Return whether it waits; what can be read without a question is its end."""
        try:
            self.channel.setblocking(False)
            self.channel.recv(1, socket.MSG_PEEK)
        except OSError as error:
            return isinstance(error, BlockingIOError)
        return False

    def examine(self, descriptor: int, request: Request) -> Inspection | None:
        """Return the answer; None where the worker died of this file, or was killed.

        Raises:
            OSError: no answer in time, or the forker is gone, and the worker with it.
        """
        self.is_free = recovering = False
        with suppress(ConnectionError):
            socket.send_fds(self.channel, [request.as_json().encode()], [descriptor])
        for answer in map(json.loads, self._lines(request.limits.wall + 1)):
            if ENDED in answer:
                return judge_end(answer[ENDED], recovering=recovering)
            if RECOVERING not in answer:
                self.is_free = True
                return from_json(answer)
            recovering = True
        raise ConnectionAbortedError("The worker was stopped.")

    def _lines(self, seconds: float) -> Iterator[bytes]:
        received, deadline = b"", time.monotonic() + seconds
        with suppress(ConnectionError):
            while len(received) < _MAX_ANSWER:
                self.channel.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = self.channel.recv(65536)
                if not chunk:
                    return
                received += chunk
                *lines, received = received.split(b"\n")
                yield from lines

    def end(self) -> None:
        if self.pid:
            self.forker.kill(self.pid)
        _close(self.channel)


class Workers:
    """The workers of this process, and the process that forks them."""

    def __init__(self) -> None:
        # A fork of this process takes it too, so that the child finds all as it should be.
        self.lock = threading.RLock()
        self._forker: _Forker | None = None
        self._workers: WeakSet[_Worker] = WeakSet()
        self._idle: list[_Worker] = []

    def examine(self, descriptor: int, request: Request) -> Inspection | None:
        """Return the answer; None where it was the end of two workers.

        Raises:
            OSError: nothing could be learnt, for want of processes, descriptors or time.
        """
        # The first may have died of something else, so that the second is a new one.
        with suppress(ConnectionError):
            if inspection := self._ask(self._take(), descriptor, request):
                return inspection
        return self._ask(self._start(), descriptor, request)

    def _ask(self, worker: _Worker, descriptor: int, request: Request) -> Inspection | None:
        try:
            return worker.examine(descriptor, request)
        finally:
            self._give_back(worker)

    def _take(self) -> _Worker:
        with self.lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_idle():
                    return worker
                worker.end()
        return self._start()

    def _give_back(self, worker: _Worker) -> None:
        with self.lock:
            if worker.is_free and len(self._idle) < _MAX_IDLE:
                self._idle.append(worker)
                return
        worker.end()

    def _start(self) -> _Worker:
        for _ in range(2):
            with self.lock:
                forker = self._forker = self._forker or _Forker()
                worker = _Worker(forker, forker.fork())
                self._workers.add(worker)
            if worker.has_started():
                return worker
            worker.end()
            if worker.pid is None:
                self._drop(forker)
        raise ChildProcessError("No worker could be forked.")

    def _drop(self, forker: _Forker) -> None:
        """Have the next worker forked by another process; this one is gone or does not answer."""
        with self.lock:
            if self._forker is forker:
                self._forker = None
                forker.stop()

    def stop(self) -> None:
        """End the workers; the next question starts new ones."""
        with self.lock:
            while self._idle:
                self._idle.pop().end()
            if self._forker:
                self._drop(self._forker)

    def forget(self) -> None:
        """Leave the workers to the process that this one was forked from."""
        for worker in self._workers:
            _close(worker.channel)
        self._idle.clear()
        if self._forker:
            self._forker.forget()
            self._forker = None
        self.lock.release()


def _close(channel: socket.socket) -> None:
    with suppress(OSError):  # A host that becomes a daemon closes what it does not know.
        channel.close()


def judge_end(code: int, *, recovering: bool) -> Inspection | None:
    """Return what the end of a worker says of its file; None where it may have another cause."""
    if code < 0 and -code == signal.SIGALRM:
        raise TimeoutError("No answer in time.")
    if code < 0 and -code == signal.SIGPROF:
        # Mending may take long, too; the file is damaged for all that.
        return Inspection(refusal=Refusal("damaged") if recovering else exceeded("time"))
    return None
