"""A program whose workers change documents, all at once or until they are killed.

It forks its workers, for they are many; it has no threads, and no connection open when it does.
Rows go to the database, and files to the folder, that ``chaos_settings`` name.
"""

import json
import mmap
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, count, cycle
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections

from django_event_pdfs.testing import make_pdf
from tests.servers.deaths import LABEL, step
from tests.servers.inventory import inventory, swept
from tests.testapp.models import Event

PDFS = [make_pdf(title=f"No. {size}", padding=size) for size in (0, 5_000, 70_000, 300_000)]
READY, BUSY = LABEL, LABEL + 1  # Bytes of the board, after the name of a step.
CROWD = 16
FEWEST = 8  # Events that a worker finds, whatever those before it have created and deleted.


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("programme.pdf", random.choice(PDFS), "application/pdf")


def create(event: Any = None) -> Event:
    values = {"name": "Summit", "start_date": "2026-12-01T09:00:00Z"}
    return Event.objects.create(**values, programme_file=upload(), guide_file=upload())


def replace(event: Event) -> None:
    event.programme_file = upload()
    event.save()


def clear(event: Event) -> None:
    event.programme_file = event.guide_file = None
    event.save()


def rename(event: Event) -> None:
    event.name = random.choice("ABC")
    event.save()


def delete(event: Event) -> None:
    event.delete()


KILLED: list[Callable[[Any], Any]] = [create, replace, clear, delete]
CYCLE = [create, create, replace, clear, create, replace, delete]  # So that rows stay.


def kill_at_random(kills: int) -> dict[str, Any]:
    """Kill as many workers, each while it does its first change or soon after; say what it did."""
    durations = {change: max(_duration([change]) for _ in range(3)) for change in KILLED}
    doing: Counter[str] = Counter()
    for change, _ in zip(cycle(KILLED), range(kills), strict=False):
        pid, board = _start(chain([change], cycle(CYCLE)))
        time.sleep(random.uniform(0, durations[change]))
        os.kill(pid, signal.SIGKILL)
        assert _was_killed(pid)
        if board[BUSY]:
            doing[KILLED[board[BUSY] - 1].__name__] += 1
    return {"doing": doing, **inventory(), **swept()}


def kill_at_each_step() -> dict[str, Any]:
    """Kill a worker at the first step of each operation, one at the second, and so on."""
    steps: dict[str, list[str]] = {change.__name__: [] for change in KILLED}
    for change in KILLED:
        for number in count(1):
            pid, board = _fork(lambda board, do=change, at=number: _change_once(do, at, board))
            if not _was_killed(pid):
                break  # There are no more steps.
            steps[change.__name__].append(board[:LABEL].decode().strip("\0 "))
    return {"steps": steps, **inventory(), **swept()}


def crowd(changes: int, kinds: list[str]) -> dict[str, Any]:
    """Have as many changes made to one event, by sixteen workers at once."""
    actions = [globals()[kind] for kind in kinds]
    Event.objects.all().delete()
    pk = create().pk
    shares = [len(range(worker, changes, CROWD)) for worker in range(CROWD)]
    workers = [_fork(lambda board, n=share: _change_often(pk, n, actions)) for share in shares]
    failed = sum(_wait(pid) != 0 for pid, _board in workers)
    return {"failed": failed, **inventory()}


def _start(changes: Iterable[Callable[[Any], Any]]) -> tuple[int, Any]:
    """Return a worker that begins the first change."""
    pid, board = _fork(lambda board: _change_all(changes, board))
    while not board[READY]:
        time.sleep(0.0005)
    return pid, board


def _duration(changes: Iterable[Callable[[Any], Any]]) -> float:
    pid, _board = _start(changes)
    begin = time.monotonic()
    assert _wait(pid) == 0
    return time.monotonic() - begin


def _change_all(changes: Iterable[Callable[[Any], Any]], board: Any) -> None:
    random.seed(os.getpid())
    while Event.objects.count() < FEWEST:
        create()
    for change in changes:
        # However many there are, or it would be killed while it reads.
        events = list(Event.objects.all()[:FEWEST])
        board[BUSY] = KILLED.index(change) + 1
        board[READY] = 1
        change(random.choice(events))
        board[BUSY] = 0


def _change_once(change: Callable[[Any], Any], at: int, board: Any) -> None:
    event = create()
    step.start(at, board)
    change(event)


def _change_often(pk: Any, times: int, actions: list[Callable[[Any], Any]]) -> None:
    random.seed(os.getpid())
    event = Event.objects.get(pk=pk)
    for _ in range(times):
        if random.random() < 0.5:  # Else it is stale.
            event = Event.objects.get(pk=pk)
        random.choice(actions)(event)


def _fork(action: Callable[[Any], Any]) -> tuple[int, Any]:
    """Do something in a process of its own; return its pid and a board that it may write on."""
    connections.close_all()
    sys.stdout.flush()
    board = mmap.mmap(-1, LABEL + 2)
    pid = os.fork()
    if pid:
        return pid, board
    code = 1
    try:
        action(board)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        board[READY] = 1
        os._exit(code)


def _wait(pid: int) -> int:
    """Return the exit code of a worker, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _was_killed(pid: int) -> bool:
    code = _wait(pid)
    assert code in (0, -signal.SIGKILL), "A worker failed."
    return code != 0


def main() -> None:
    """Run the experiment that the arguments name, with those it takes, and print its result."""
    call_command("migrate", verbosity=0)
    for _ in range(FEWEST):  # What this process has imported, workers need not.
        create()
    what, arguments = sys.argv[1:]
    result = globals()[what](**json.loads(arguments))
    sys.stdout.write(json.dumps(result))
