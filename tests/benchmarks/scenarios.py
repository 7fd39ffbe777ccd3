"""What is leaked and lost, beside django-cleanup and plain Django: counts, no times."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import SIDES, hosts

TITLE = "Files leaked (no row names them) / lost (a row names them, and they are gone)"
HEADS = ["scenario", *SIDES]


@dataclass(frozen=True)
class Row:
    """One scenario: files leaked and files lost, by side."""

    scenario: str
    files: dict[str, tuple[int, int]]


def rows(sides: Iterable[str] = SIDES) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, hosts(Path(folder), sides=sides) as running:
        for scenario in running["ours"].ask("scenarios.names"):
            found = {s: host.ask("scenarios.run", name=scenario) for s, host in running.items()}
            yield Row(scenario, {s: (one["leaked"], one["lost"]) for s, one in found.items()})


def cells(row: Row) -> list[str]:
    return [row.scenario, *(f"{leaked} / {lost}" for leaked, lost in row.files.values())]
