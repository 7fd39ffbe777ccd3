"""Uploading two documents of 10 MB, beside a DRF that checks nothing. Linux only."""

import importlib.util
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import Host
from tests.benchmarks.timing import Timing
from tests.benchmarks.web import uploads

TITLE = "Uploading 2 x 10 MB, checked and with facts: CPU with workers, time, and peak memory"
HEADS = ["where", "way", "CPU ms", "CPU, times DRF", "ms", "peak MiB", "of workers"]
TURNS = 15
WAYS = ["DRF, one POST", "ours, one POST", "ours, two raw PUTs"]


@dataclass(frozen=True)
class Row:
    """One way: milliseconds of CPU (its workers' too) and of time; mebibytes, where measured.

    ``memory`` is the most that the web process held, ``workers`` that of those who inspect.
    """

    where: str
    way: str
    cpu: Timing
    cpu_to_plain: Timing
    ms: Timing
    memory: float | None
    workers: float | None


def rows(turns: int = TURNS) -> Iterator[Row]:
    if not Path("/proc/self/schedstat").exists():
        return
    with tempfile.TemporaryDirectory() as folder, Host("both", Path(folder) / "both") as host:
        host.ask("events.prepare")
        found = host.ask("uploading.measure", turns=turns)
        yield from (_row("in process", way, found) for way in WAYS)
        if importlib.util.find_spec("gunicorn"):
            found = uploads.measure(host, WAYS, turns)
            yield from (_row("gunicorn", way, found) for way in WAYS)


def _row(where: str, way: str, found: dict[str, dict[str, list[float]]]) -> Row:
    taken, plain = found[way], found[WAYS[0]]["cpu"]
    cpu, ms = Timing.of(taken["cpu"]), Timing.of(taken["ms"])
    peaks = taken.get("peaks", [None, None])
    return Row(where, way, cpu, Timing.ratio(taken["cpu"], plain), ms, *peaks)


def cells(row: Row) -> list[str]:
    peaks = ["" if peak is None else f"{peak:.0f}" for peak in (row.memory, row.workers)]
    return [row.where, row.way, str(row.cpu), str(row.cpu_to_plain), str(row.ms), *peaks]
