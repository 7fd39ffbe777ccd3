"""What time it is where the files are."""

from datetime import UTC, datetime, timedelta

import pytest

from django_event_pdfs.maintenance.clocks import earlier
from django_event_pdfs.maintenance.listing import StorageFailed
from tests.maintenance.faults import Odd, fail

FOLDER = "events/programmes/"
NOW = datetime(2020, 1, 1, tzinfo=UTC)


def test_of_two_clocks_the_one_behind_counts(storage, monkeypatch):
    for there, expected in [(NOW + timedelta(days=1), NOW), (NOW - timedelta(days=1), None)]:
        monkeypatch.setattr(storage, "get_modified_time", lambda name, there=there: there)
        assert earlier(NOW, storage, FOLDER) == (expected or there)


def test_a_storage_without_a_clock_has_no_say(storage, monkeypatch):
    fail(monkeypatch, storage, "get_modified_time", NotImplementedError())
    assert earlier(NOW, storage, FOLDER) == NOW
    assert storage.names() == set()


def test_nothing_is_left_behind(storage):
    earlier(NOW, storage, FOLDER)
    assert storage.names() == set()


@pytest.mark.parametrize("method", ["save", "delete"])
def test_a_storage_that_fails_says_so_cleanly(storage, monkeypatch, method):
    fail(monkeypatch, storage, method, Odd("denied"))
    with pytest.raises(StorageFailed):
        earlier(NOW, storage, FOLDER)
