"""The processes that inspections start, as Linux sees them, and hosts to start them in."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django_event_pdfs.pdf.messages import Limits

_MARK = b"pdf.worker import main"

#: Room for a file that takes its time, until a test ends it.
PATIENT = Limits(strict=120, recovery=120, wall=120)


def forkers(pid: int | None = None) -> set[int]:
    """Return who forks workers for a process; or where nothing forks, its workers."""
    return {child for child in children(pid or os.getpid()) if _is_ours(child)}


def workers(pid: int | None = None) -> set[int]:
    return {child for forker in forkers(pid) for child in children(forker)}


def family(pid: int) -> set[int]:
    return forkers(pid) | workers(pid)


def children(pid: int) -> set[int]:
    """Return the children of all threads of a process."""
    children: set[int] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children.update(map(int, (task / "children").read_text().split()))
    return children


def _is_ours(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return _MARK in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def state(pid: int) -> str:
    """Return the letter of a process, as Z for one that nobody waited for; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descriptors(pid: int | str = "self") -> dict[str, str]:
    """Return what a process has open, by its descriptors."""
    opened = {}
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # Closed meanwhile, as the folder itself.
            opened[link.name] = os.readlink(link)
    return opened


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what comes at once, and for longer on a machine that has much to do."""
    for _ in range(12_000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("It never came.")


def gone(pids: set[int]) -> bool:
    return not any(state(pid) for pid in pids)


@contextmanager
def at_work(path: Path, action: Callable[[int], object], times: int = 1) -> Iterator[list[int]]:
    """Do something to the first workers that read ``path``; give their numbers."""
    met: list[int] = []
    stopped = threading.Event()

    def watch() -> None:
        while len(met) < times and not stopped.is_set():
            for pid in (workers() | forkers()) - {*met}:
                with suppress(OSError):
                    if str(path) in Path(f"/proc/{pid}/maps").read_text():
                        action(pid)
                        met.append(pid)
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield met
    finally:
        stopped.set()
        thread.join()


def send(number: signal.Signals) -> Callable[[int], None]:
    return lambda pid: os.kill(pid, number)


_PREFACE = """
import io, json, os, signal, sys, threading, time, warnings
from pathlib import Path
from django_event_pdfs.pdf import WorkerUnavailable, inspect, isolation
from django_event_pdfs.pdf.isolation import _workers
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.patience import be_patient
from tests.pdf.processes import *

be_patient()

def code(data, **options):
    try:
        refusal = inspect(io.BytesIO(data), **options).refusal
    except WorkerUnavailable:
        return "unavailable"
    return refusal.code if refusal else "accepted"

def say(*values):
    print(json.dumps(values), flush=True)

GOOD, DAMAGED = make_pdf(pages=3), pdfs.truncated()
"""


def host(script: str, *options: str, **keywords: object) -> "subprocess.Popen[str]":
    """Start a process of its own that runs a script; what it prints on either side is kept."""
    # In this order: where a wheel is tested, its package stands before the checkout's.
    path = [entry for entry in [*sys.path, os.getcwd()] if entry]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    environment.update(keywords.pop("environment", {}))  # type: ignore[call-overload]
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", *options, "-c", _PREFACE + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **keywords,
    )


def said(script: str, *options: str, **keywords: object) -> list[str]:
    """Run a script to its good end and return the lines that it prints."""
    with host(script, *options, **keywords) as process:
        out, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (0, ""), err
    return out.splitlines()
