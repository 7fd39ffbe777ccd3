"""The sweep beside the script that everybody writes: all instances, and ``listdir``."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import Host
from tests.benchmarks.timing import Timing

TITLE = "Finding orphans: milliseconds and peak memory, and the times that the sweep takes less"
HEADS = ["way", "rows", "files", "ms", "way / sweep", "MiB", "MiB way / sweep", "orphans found"]

ROWS, FILES, ORPHANS = 100_000, 100_000, 50
LARGE = 1_000_000
ROUNDS = 5
# The script on plain models, which load faster and smaller than ours.
WAYS = {
    "sweep": ("ours", "sweeping.by_sweep"),
    "instances and listdir": ("plain", "sweeping.by_instances"),
    "the same with iterator()": ("plain", "sweeping.by_iterator"),
}


@dataclass(frozen=True)
class Row:
    """One way: milliseconds, and mebibytes at most beyond those of a project that just began."""

    way: str
    rows: int
    files: int
    ms: Timing
    ratio_to_sweep: Timing
    memory: float
    memory_ratio: float
    orphans: int


def rows(events: int = ROWS, files: int = FILES, rounds: int = ROUNDS) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        for side in ("ours", "plain"):
            _fill(side, Path(folder) / side, events, files)
        turns = [
            {way: _search(Path(folder), *how) for way, how in WAYS.items()} for _ in range(rounds)
        ]
    yield from (_row(way, turns, events, files) for way in WAYS)


def large() -> Iterator[Row]:
    """Sweep ten times as much, for the memory that it takes: it takes minutes."""
    with tempfile.TemporaryDirectory() as folder:
        _fill("ours", Path(folder) / "ours", LARGE, LARGE)
        turns = [{"sweep": _search(Path(folder), *WAYS["sweep"])} for _ in range(2)]
    yield _row("sweep", turns, LARGE, LARGE)


def cells(row: Row) -> list[str]:
    memory = [f"{row.memory:.1f}", f"{row.memory_ratio:.1f}", str(row.orphans)]
    first = [row.way, str(row.rows), str(row.files)]
    return [*first, str(row.ms), str(row.ratio_to_sweep), *memory]


def _fill(side: str, folder: Path, events: int, files: int) -> None:
    with Host(side, folder) as host:
        host.ask("events.prepare")
        host.ask("events.fill", rows=events, files=files - ORPHANS, orphans=ORPHANS)


def _search(folder: Path, side: str, function: str) -> dict[str, Any]:
    # In a process of its own, for memory that was used once stays used.
    with Host(side, folder / side) as host:
        answer: dict[str, Any] = host.ask(function)
    return answer


def _row(way: str, turns: list[dict[str, dict[str, Any]]], events: int, files: int) -> Row:
    taken, reference = ([turn[name]["ms"] for turn in turns] for name in (way, "sweep"))
    memory, least = (max(turn[name]["kib"] for turn in turns) for name in (way, "sweep"))
    return Row(
        way=way,
        rows=events,
        files=files,
        ms=Timing.of(taken),
        ratio_to_sweep=Timing.ratio(taken, reference),
        memory=memory / 1024,
        memory_ratio=memory / least,
        orphans=turns[-1][way]["orphans"],
    )
