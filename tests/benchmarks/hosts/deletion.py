"""Deleting all events by one query."""

import time

from tests.benchmarks.hosts.events import clear, fill, left, model


def delete(rows: int) -> dict[str, float]:
    """Delete as many rows with two files each; return milliseconds, and what is left."""
    fill(rows)
    start = time.perf_counter()
    model().objects.all().delete()
    taken = (time.perf_counter() - start) * 1000
    found = left()
    clear()
    return {"ms": taken, **found}
