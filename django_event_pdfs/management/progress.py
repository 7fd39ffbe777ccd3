"""How far a long run has come: a bar on a terminal, and else a line now and then."""

import sys
import time
from typing import Any, Protocol

from django.core.management.base import OutputWrapper

try:
    from tqdm import tqdm
except ImportError:  # The extra ``progress``.
    tqdm = None  # type: ignore[assignment, misc]

PAUSE = 10.0  # seconds between two lines


class Progress(Protocol):
    """Where progress is shown. Totals add up: an engine may learn of them one by one."""

    def expect(self, total: int) -> None: ...

    def advance(self, count: int) -> None: ...

    def make_room(self) -> None:
        """Leave the line to something else that is about to be printed."""

    def close(self) -> None: ...


def progress(err: OutputWrapper) -> Progress:
    """Return a bar where ``err`` is the terminal and there is tqdm, else lines on ``err``."""
    if tqdm is not None and err.isatty() and sys.stderr.isatty():
        return Bar()
    return Lines(err)


class Bar:
    """A bar on the terminal, gone at the end. It appears with the first step."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._total = 0

    def expect(self, total: int) -> None:
        self._total += total
        if self._bar is not None:
            self._bar.total = self._total

    def advance(self, count: int) -> None:
        if self._bar is None:
            self._bar = tqdm(total=self._total or None, leave=False, dynamic_ncols=True)
        self._bar.update(count)

    def make_room(self) -> None:
        if self._bar is not None:
            self._bar.clear()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class Lines:
    """A plain line every ten seconds, for logs."""

    def __init__(self, err: OutputWrapper, pause: float = PAUSE) -> None:
        self._err = err
        self._pause = pause
        self._total = self._done = 0
        self._last = time.monotonic()

    def expect(self, total: int) -> None:
        self._total += total

    def advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._last >= self._pause:
            self._last = now
            of = f" of {self._total:,}" if self._total else ""
            self._err.write(f"{self._done:,}{of}", style_func=str)

    def make_room(self) -> None:
        """Do nothing: a line is a line."""

    def close(self) -> None:
        """Do nothing: the result follows."""
