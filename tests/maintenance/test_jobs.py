"""Threads: so many at once, in order, and none where none may be."""

import threading

import pytest
from django.core.files.storage import Storage

from django_event_pdfs.maintenance.jobs import Jobs, threads_for
from django_event_pdfs.testing import MemoryStorage


class OverOneConnection(Storage):
    __module__ = "storages.backends.sftpstorage"


class OfAHost(OverOneConnection):
    """A subclass, as hosts write them."""


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_results_come_in_the_order_of_their_items(jobs):
    started = threading.Event()

    def work(number):
        if number == 0 and jobs > 1:
            started.wait(120)  # The first is the last to end.
        started.set()
        return -number

    with Jobs(jobs) as pool:
        assert list(pool.results(work, range(20))) == [(n, -n) for n in range(20)]


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_an_error_of_the_work_reaches_the_caller(jobs):
    with Jobs(jobs) as pool, pytest.raises(ZeroDivisionError):
        list(pool.results(lambda number: 1 // number, [2, 1, 0, 1]))


def test_one_job_needs_no_thread():
    with Jobs(1) as pool:
        [(_item, thread)] = pool.results(lambda item: threading.get_ident(), [1])
    assert thread == threading.get_ident()


@pytest.mark.parametrize("jobs", [1, 3])
def test_few_items_are_under_way(jobs):
    taken = []

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    with Jobs(jobs) as pool:
        for done, _result in enumerate(pool.results(abs, items()), 1):
            assert len(taken) <= done + 2 * jobs - 1


def test_a_pool_serves_one_iterable_after_the_other():
    with Jobs(2) as pool:
        first = list(pool.results(abs, [-1, -2]))
        assert first + list(pool.results(abs, [])) + list(pool.results(abs, [-3])) == [
            (-1, 1),
            (-2, 2),
            (-3, 3),
        ]


@pytest.mark.parametrize(
    ("storages", "threads"),
    [
        ([MemoryStorage()], 8),
        ([OverOneConnection()], 1),
        ([MemoryStorage(), OfAHost()], 1),
    ],
)
def test_a_storage_with_one_connection_is_asked_by_one_thread(storages, threads):
    assert threads_for(8, *storages) == threads


@pytest.mark.parametrize("jobs", [0, -1])
def test_there_is_one_job_at_least(jobs):
    assert threads_for(jobs, MemoryStorage()) == 1
