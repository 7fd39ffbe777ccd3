"""Uploading two documents of 10 MB, beside a DRF that checks nothing. Linux only."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import Host
from tests.benchmarks.timing import Timing

TITLE = "Uploading 2 x 10 MB, checked and with facts: CPU with workers, time, and peak memory"
HEADS = ["way", "CPU ms", "CPU, times DRF", "ms", "peak MiB"]
TURNS = 15


@dataclass(frozen=True)
class Row:
    """One way: milliseconds of CPU (its workers' too) and of time; mebibytes above the start's."""

    way: str
    cpu: Timing
    cpu_to_plain: Timing
    ms: Timing
    memory: float


def rows(turns: int = TURNS) -> Iterator[Row]:
    if not Path("/proc/self/schedstat").exists():
        return
    with tempfile.TemporaryDirectory() as folder, Host("both", Path(folder) / "both") as host:
        host.ask("events.prepare")
        found = host.ask("uploading.measure", turns=turns)
    plain = next(iter(found.values()))["cpu"]
    for way, one in found.items():
        cpu, ms = Timing.of(one["cpu"]), Timing.of(one["ms"])
        memory = Timing.of(one["kib"]).median / 1024
        yield Row(way, cpu, Timing.ratio(one["cpu"], plain), ms, memory)


def cells(row: Row) -> list[str]:
    return [row.way, str(row.cpu), str(row.cpu_to_plain), str(row.ms), f"{row.memory:.1f}"]
