"""Timing of several ways to do one thing, in turns, so that a busy machine is busy for all."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds, or a ratio of them: the median, and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Timing":
        """Summarise at least two values."""
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)

    @classmethod
    def ratio(cls, values: Sequence[float], to: Sequence[float]) -> "Timing":
        """Summarise the ratios of what was measured turn by turn."""
        return cls.of([one / other for one, other in zip(values, to, strict=True)])

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def in_turns(
    ways: Mapping[str, Callable[[], object]], seconds: float = 3.0, most: int = 200
) -> dict[str, Timing]:
    """Run each way once to warm up, then all in turns until the time is over; at least 5 times."""
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    end, turns = time.perf_counter() + seconds, 0
    while turns < 5 or (turns < most and time.perf_counter() < end):
        turns += 1
        for name, way in ways.items():
            gc.collect()
            start = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: Timing.of(values) for name, values in taken.items()}
