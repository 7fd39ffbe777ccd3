"""``queryset.delete()`` of many events with files, beside django-cleanup and plain Django."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import hosts
from tests.benchmarks.timing import Timing

TITLE = "queryset.delete(): milliseconds, and the times that django-cleanup takes longer"
HEADS = ["side", "events", "files", "ms", "django-cleanup / side", "rows left", "files left"]

ROWS = 10_000
ROUNDS = 7


@dataclass(frozen=True)
class Row:
    """One side: milliseconds of a deletion, and the rows and files left after the last one."""

    side: str
    rows: int
    files: int
    ms: Timing
    times_faster: Timing
    rows_left: int
    files_left: int


def rows(events: int = ROWS, rounds: int = ROUNDS) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, hosts(Path(folder)) as sides:
        for host in sides.values():
            host.ask("deletion.delete", rows=max(events // 10, 1))  # To warm up.
        turns = [
            {side: host.ask("deletion.delete", rows=events) for side, host in sides.items()}
            for _ in range(rounds)
        ]
    reference = [turn["django-cleanup"]["ms"] for turn in turns]
    for side, last in turns[-1].items():
        taken = [turn[side]["ms"] for turn in turns]
        times_faster = Timing.ratio(reference, taken)
        left = last["rows"], last["leaked"]
        yield Row(side, events, events * 2, Timing.of(taken), times_faster, *left)


def cells(row: Row) -> list[str]:
    counts = [str(row.rows_left), str(row.files_left)]
    return [row.side, str(row.rows), str(row.files), str(row.ms), str(row.times_faster), *counts]
