"""Lists, details and deep pages beside what a host writes by hand, and beside the floor."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.databases import postgres
from tests.benchmarks.processes import Host
from tests.benchmarks.timing import Timing

TITLE = (
    "Reading: milliseconds, and of CPU; DRF's beside it and it beside the floor, by CPU (deep "
    "pages: by time); a deep page beside the first of 1,000 events"
)
HEADS = ["database", "events", "what", "side", "ms", "CPU ms", "DRF / side", "side / floor"]
HEADS += ["/ first page", "bytes", "queries"]

COUNTS = (1_000, 100_000)
LARGE = 1_000_000
TURNS = 40


@dataclass(frozen=True)
class Row:
    """One side: milliseconds of an answer, ratios turn by turn, bytes and queries of the answer.

    ``cpu`` is that of the process that answers, without the database's server.
    """

    database: str
    events: int
    what: str
    side: str
    ms: Timing
    cpu: Timing | None
    ratio_of_plain: Timing | None
    ratio_to_floor: Timing | None
    ratio_to_first_page: float | None
    size: int
    queries: int


def rows(counts: tuple[int, ...] = COUNTS, turns: int = TURNS) -> Iterator[Row]:
    yield from on_sqlite(counts, turns)
    with postgres() as server:
        if server:
            yield from _on("PostgreSQL", server, counts, turns)


def on_sqlite(counts: tuple[int, ...], turns: int) -> Iterator[Row]:
    yield from _on("SQLite", None, counts, turns)


def large() -> Iterator[Row]:
    """Read from 1,000,000 events on PostgreSQL, too."""
    with postgres() as server:
        if server:
            yield from _on("PostgreSQL", server, (COUNTS[0], LARGE), TURNS)


def cells(row: Row) -> list[str]:
    ratios = (row.cpu, row.ratio_of_plain, row.ratio_to_floor)
    found = [row.database, str(row.events), row.what, row.side, str(row.ms)]
    found += ["" if ratio is None else str(ratio) for ratio in ratios]
    found.append("" if row.ratio_to_first_page is None else f"{row.ratio_to_first_page:.2f}")
    return [*found, str(row.size), str(row.queries)]


def _on(database: str, server: Any, counts: tuple[int, ...], turns: int) -> Iterator[Row]:
    first_pages: dict[str, float] = {}
    for count in counts:
        with _filled(server, count) as host:
            for what, addresses in host.ask("reading.addresses", count=count).items():
                asked = {"addresses": addresses, "turns": turns}
                found = host.ask("reading.measure", **asked)
                medians = {side: Timing.of(one["ms"]).median for side, one in found.items()}
                if what == "list":
                    first_pages = first_pages or medians
                first = first_pages if what == "deep page" else {}
                yield from _rows(database, count, what, found, first)
                if what == "list":
                    found = host.ask("reading.measure", **asked, forgets=True)
                    yield from _rows(database, count, "list, its first reader", found, {})
            for what in ("list", "detail"):
                ms = Timing.of(host.ask("reading.query", what=what, turns=turns))
                yield Row(database, count, what, "its query", ms, None, None, None, None, 0, 1)


def _rows(
    database: str, count: int, what: str, found: dict[str, Any], first: dict[str, float]
) -> Iterator[Row]:
    by = "ms" if what == "deep page" else "cpu"
    plain, floor = found["plain"][by], found.get("floor", {}).get(by)
    for side, one in found.items():
        ms = Timing.of(one["ms"])
        yield Row(
            database=database,
            events=count,
            what=what,
            side=side,
            ms=ms,
            cpu=Timing.of(one["cpu"]),
            ratio_of_plain=Timing.ratio(plain, one[by]),
            ratio_to_floor=Timing.ratio(one[by], floor) if floor else None,
            ratio_to_first_page=ms.median / first[side] if first else None,
            size=one["bytes"],
            queries=one["queries"],
        )


@contextmanager
def _filled(server: Any, count: int) -> Iterator[Host]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = server.database() if server else None
        host = stack.enter_context(Host("both", folder / "both", database))
        host.ask("events.prepare")
        host.ask("filling.fill", count=count)
        yield host
