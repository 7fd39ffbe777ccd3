"""Replacing a document, beside plain Django and django-cleanup: the model, and a request."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from tests.benchmarks.databases import postgres
from tests.benchmarks.processes import hosts
from tests.benchmarks.timing import Timing

TITLE = "Replacing a document: milliseconds, and times plain Django"
HEADS = ["database", "KiB", "what", "side", "ms", "side / plain", "files left behind"]

SIZES = (0, 300_000, 2_000_000)  # bytes, besides those of a small PDF
TURNS, WARM_UP = 60, 5
# Ours once with the upload judged before, as the serializer does, and once all together.
SAVE, REQUEST = "save()", "PATCH"
WAYS = {
    (SAVE, "plain"): ("plain", {"inspected": False}),
    (SAVE, "django-cleanup"): ("django-cleanup", {"inspected": False}),
    (SAVE, "ours"): ("ours", {"inspected": True}),
    (SAVE, "ours, with its inspection"): ("ours", {"inspected": False}),
    (REQUEST, "plain"): ("plain", {}),
    (REQUEST, "django-cleanup"): ("django-cleanup", {}),
    (REQUEST, "ours, with its inspection"): ("ours", {}),
}
FUNCTIONS = {SAVE: "replacement.replace", REQUEST: "replacement.request"}


@dataclass(frozen=True)
class Row:
    """One way with documents of one size: milliseconds, and the files that no row names after."""

    database: str
    size: int
    what: str
    side: str
    ms: Timing
    ratio_to_plain: Timing
    leaked: int


def rows(turns: int = TURNS) -> Iterator[Row]:
    yield from _on("SQLite", None, turns)
    with postgres() as server:
        if server:
            yield from _on("PostgreSQL", server, turns)


def cells(row: Row) -> list[str]:
    first = [row.database, str(row.size // 1024), row.what, row.side]
    return [*first, str(row.ms), str(row.ratio_to_plain), str(row.leaked)]


def _on(database: str, server: Any, turns: int) -> Iterator[Row]:
    databases = (server.database() for _ in repeat(None)) if server else None
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, hosts(Path(folder), databases) as sides:
            keys = {side: host.ask("replacement.create") for side, host in sides.items()}
            taken: dict[Any, list[float]] = {way: [] for way in WAYS}
            for turn in range(turns + WARM_UP):
                for (what, name), (side, options) in WAYS.items():
                    asked = {"pk": keys[side], "size": size, **options}
                    ms = sides[side].ask(FUNCTIONS[what], **asked)
                    taken[what, name] += [ms] if turn >= WARM_UP else []
            left = {side: host.ask("events.left")["leaked"] for side, host in sides.items()}
        for (what, name), (side, _) in WAYS.items():
            ms = Timing.of(taken[what, name])
            ratio = Timing.ratio(taken[what, name], taken[what, "plain"])
            yield Row(database, size, what, name, ms, ratio, left[side])
