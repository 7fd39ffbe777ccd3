"""Finding files that no row names: by the sweep, and by the script that everybody writes."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.core.files.storage import default_storage

from django_event_pdfs.maintenance.sweep import sweep
from tests.benchmarks.hosts.events import FIELDS, model


def by_sweep() -> dict[str, float]:
    return _measured(lambda: sweep(older_than=timedelta(0), dry_run=True).orphans)


def by_instances() -> dict[str, float]:
    return _measured(lambda: _unnamed(model()._base_manager.all()))


def by_iterator() -> dict[str, float]:
    return _measured(lambda: _unnamed(model()._base_manager.iterator()))


def _unnamed(events: "object") -> int:
    named = set()
    for event in events:  # type: ignore[attr-defined]
        named.add(event.programme_file.name)
        named.add(event.guide_file.name)
    orphans = 0
    for folder in FIELDS.values():
        for name in default_storage.listdir(folder)[1]:
            orphans += folder + name not in named
    return orphans


def _measured(search: Callable[[], int]) -> dict[str, float]:
    """Return milliseconds, peak memory in KiB since the start, and the orphans found."""
    before, start = _peak(), time.perf_counter()
    orphans = search()
    taken = (time.perf_counter() - start) * 1000
    return {"ms": taken, "kib": _peak() - before, "orphans": orphans}


def _peak() -> int:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
