"""Work in several threads at once, in constant memory and in the order in which it came."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

from django.core.files.storage import Storage

T = TypeVar("T")
R = TypeVar("R")

# They speak over one connection, on which the answers of two threads get mixed up.
_ONE_CONNECTION = ("storages.backends.sftpstorage", "storages.backends.ftp")


def threads_for(jobs: int, *storages: Storage) -> int:
    """Return how many threads may use the storages at once: ``jobs``, or one."""
    modules = {base.__module__ for storage in storages for base in type(storage).__mro__}
    return 1 if modules.intersection(_ONE_CONNECTION) else max(jobs, 1)


class Jobs:
    """So many threads, for as long as the ``with`` block lasts. One job needs no thread."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, "event_pdfs") if count > 1 else None

    def __enter__(self) -> "Jobs":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def results(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
        """Yield each item with what ``work`` returns for it, in order.

        Only ``work`` runs in the threads: items are taken from their iterable, and results given
        back, where this is called. Twice as many items as threads are under way at most.
        """
        if self._pool is None:
            for item in items:
                yield item, work(item)
            return
        waiting: deque[tuple[T, Future[R]]] = deque()
        for item in items:
            waiting.append((item, self._pool.submit(work, item)))
            if len(waiting) >= 2 * self._count:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


def _first(waiting: "deque[tuple[T, Future[R]]]") -> tuple[T, R]:
    item, future = waiting.popleft()
    return item, future.result()
