"""The sweep where a storage, a clock or a database fails it: a result, and no harm."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import storages

from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.sweep import sweep
from tests.maintenance.faults import Listener, Odd, fail
from tests.maintenance.folders import files, on_disk, put, save
from tests.testapp.models import Attachment

pytestmark = pytest.mark.django_db(transaction=True)

ORPHAN = "events/programmes/orphan.pdf"
OTHER = "events/guides/orphan.pdf"
FAILURES = [NotImplementedError(), OSError("gone"), Odd("denied")]
"""What the storages of this world raise."""


@pytest.fixture
def storage(settings, tmp_path):
    storage = on_disk(settings, tmp_path / "media")
    marker.adopt(storage)
    put(storage, ORPHAN)
    return storage


@pytest.fixture
def memory(settings):
    """Return another storage, asked by the methods that every storage has."""
    entry = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": entry}
    marker.adopt(storages["default"])
    return storages["default"]


@pytest.fixture
def heard():
    return Listener()


def run(watcher=None, **options):
    return sweep(max_delete=1000, **({"watcher": watcher} if watcher else {}), **options)


@pytest.mark.parametrize("error", FAILURES)
def test_a_storage_that_cannot_list_is_a_result(memory, monkeypatch, error):
    save(memory, ORPHAN)
    fail(monkeypatch, memory, "listdir", error)
    for dry_run in (False, True):
        result = run(dry_run=dry_run, older_than=timedelta(0))
        assert (result.stopped, result.removed, result.exit_code) == ("storage", 0, 2)
        assert result.reason
    assert memory.exists(ORPHAN)


@pytest.mark.parametrize("error", FAILURES)
@pytest.mark.parametrize("method", ["save", "delete", "exists", "open"])
def test_a_storage_that_cannot_do_what_a_sweep_needs_is_a_result(
    storage, monkeypatch, method, error
):
    fail(monkeypatch, storage, method, error)
    result = run()
    assert (result.stopped, result.removed, result.exit_code) == ("storage", 0, 2)
    assert ORPHAN in files(storage)


def test_a_listing_that_breaks_off_deletes_nothing(memory, monkeypatch):
    save(memory, ORPHAN)
    fail(monkeypatch, memory, "listdir", OSError("gone"), calls={4})
    result = run(older_than=timedelta(0))
    assert (result.stopped, result.listed) == ("storage", 1)
    assert memory.exists(ORPHAN)


@pytest.mark.parametrize("error", FAILURES)
def test_a_file_that_cannot_be_deleted_is_told_and_the_rest_goes(
    storage, monkeypatch, heard, error, caplog
):
    put(storage, OTHER)
    # The first to go is the clock's probe, and the guides come before the programmes.
    fail(monkeypatch, storage, "delete", error, calls={2})
    result = run(heard)
    assert files(storage) == {OTHER}
    assert {f.name: f.kind for f in heard.findings} == {OTHER: "failed", ORPHAN: "removed"}
    assert (result.removed, result.failed, result.exit_code) == (1, 1, 1)
    assert "Could not delete" in caplog.text


@pytest.mark.parametrize("error", FAILURES)
def test_files_of_unknown_age_stay_and_are_told(memory, monkeypatch, heard, error):
    save(memory, ORPHAN)
    Attachment.objects.create(file=save(memory, OTHER))
    fail(monkeypatch, memory, "get_modified_time", error)
    result = run(heard, older_than=timedelta(0))
    assert memory.names() == {ORPHAN, OTHER, marker.MARKER}
    assert [(f.kind, f.name) for f in heard.findings] == [("undated", ORPHAN)]
    assert (result.undated, result.orphans, result.exit_code) == (1, 0, 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_nothing_goes_where_who_names_a_file_cannot_be_told(storage, settings, dry_run, heard):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "HOLDERS": ["testapp.Nothing.title"]}
    result = run(heard, dry_run=dry_run)
    assert files(storage) == {ORPHAN}
    assert (result.stopped, result.exit_code, heard.findings) == ("holders", 2, [])


def test_nothing_more_goes_once_it_cannot_be_told(storage, settings):
    class Breaking(Listener):
        def expect(self, total):  # All is counted, and nothing is deleted yet.
            settings.EVENT_PDFS = {**settings.EVENT_PDFS, "HOLDERS": ["testapp.Nothing.title"]}

    result = run(Breaking())
    assert files(storage) == {ORPHAN}
    assert (result.stopped, result.orphans, result.removed) == ("holders", 1, 0)


# Clocks


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=3650)])
def test_a_clock_that_is_ahead_does_not_make_files_old(settings, tmp_path, ahead):
    storage = on_disk(settings, tmp_path / "other")
    marker.adopt(storage)
    put(storage, ORPHAN, age=timedelta(0))
    result = run(now=datetime.now(UTC) + ahead)
    assert files(storage) == {ORPHAN}
    assert (result.young, result.exit_code) == (1, 0)


def test_a_clock_that_is_behind_makes_no_file_old(storage):
    assert run(now=datetime.now(UTC) - timedelta(days=3)).young == 1
    assert files(storage) == {ORPHAN}


def test_what_asks_for_the_time_leaves_nothing_behind(storage):
    run()
    assert files(storage) == set()
