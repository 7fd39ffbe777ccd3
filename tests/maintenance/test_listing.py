"""Listing a folder: its files one after the other, whatever the storage and whatever is there."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from django_event_pdfs.maintenance.listing import StorageFailed, entries, modified
from django_event_pdfs.testing import MemoryStorage
from tests.maintenance.faults import Odd, fail
from tests.maintenance.folders import save

GUIDES = "events/guides/"


@pytest.fixture(params=["disk", "memory"])
def store(request, tmp_path):
    """Return a storage whose listing is known, and one that is asked as any other."""
    return FileSystemStorage(tmp_path / "media") if request.param == "disk" else MemoryStorage()


def names(store, folder=GUIDES):
    return {entry.name for entry in entries(store, folder)}


def test_the_files_of_a_folder_are_listed(store):
    saved = {save(store, f"{GUIDES}{n}.pdf") for n in range(3)}
    assert names(store) == saved


def test_what_lies_elsewhere_is_not_listed(store):
    for name in ("events/a.pdf", "events/guides/sub/a.pdf", "events/guides2/a.pdf", "a.pdf"):
        save(store, name)
    assert names(store) == set()


def test_files_with_a_dot_in_front_are_not_listed(store):
    save(store, f"{GUIDES}.hidden.pdf")
    assert names(store) == set()


def test_a_folder_that_is_not_there_is_empty(store):
    save(store, "events/a.pdf")
    assert names(store) == set()


@pytest.mark.parametrize("name", ["été.pdf", "برنامج.pdf", "two words.pdf", "new\nline.pdf", "{}"])
def test_a_name_comes_as_it_is(store, name):
    save(store, f"{GUIDES}{name}")
    assert names(store) == {f"{GUIDES}{name}"}


def test_a_link_to_nowhere_is_no_file(tmp_path):
    store = FileSystemStorage(tmp_path)
    kept = save(store, f"{GUIDES}a.pdf")
    os.symlink(tmp_path / "nowhere", tmp_path / GUIDES / "b.pdf")
    assert names(store) == {kept}


def test_a_file_that_goes_while_listing_does_no_harm(store):
    for n in range(3):
        save(store, f"{GUIDES}{n}.pdf")
    listing = entries(store, GUIDES)
    first = next(listing).name
    for n in range(3):
        store.delete(f"{GUIDES}{n}.pdf")
    assert first.startswith(GUIDES)
    assert {entry.name for entry in listing} < {f"{GUIDES}{n}.pdf" for n in range(3)}


def test_a_storage_that_lists_in_its_own_way_is_asked(tmp_path):
    class Prefixed(FileSystemStorage):
        def listdir(self, path):
            return [], ["mine.pdf"]

    assert names(Prefixed(tmp_path)) == {f"{GUIDES}mine.pdf"}


def test_a_storage_that_lists_whole_names_is_understood():
    class Whole(MemoryStorage):
        def listdir(self, path):
            location = "tenant/"
            found = ["a.pdf", "sub/b.pdf", ".c.pdf", ""]
            return [], [f"{location}{path}{name}" for name in found]

    assert names(Whole()) == {f"{GUIDES}a.pdf"}


@pytest.mark.parametrize("error", [NotImplementedError(), OSError("gone"), Odd("denied")])
def test_a_storage_that_cannot_list_says_so_cleanly(monkeypatch, error):
    store = MemoryStorage()
    fail(monkeypatch, store, "listdir", error)
    with pytest.raises(StorageFailed):
        names(store)


def test_a_file_in_place_of_a_folder_says_so_cleanly(store):
    save(store, GUIDES.rstrip("/"))
    with pytest.raises(StorageFailed):
        names(store)


# When a file was modified


@pytest.mark.parametrize("use_tz", [True, False])
def test_the_time_is_aware(store, settings, use_tz):
    settings.USE_TZ = use_tz
    now = datetime.now(UTC)
    name = save(store, f"{GUIDES}a.pdf")
    assert abs(modified(store, name) - now) < timedelta(hours=1)


@pytest.mark.parametrize("error", [NotImplementedError(), AttributeError(), Odd()])
def test_a_storage_that_knows_no_time_is_not_pressed(monkeypatch, error):
    store = MemoryStorage()
    name = save(store, f"{GUIDES}a.pdf")
    fail(monkeypatch, store, "get_modified_time", error)
    assert modified(store, name) is None


def test_a_file_that_is_gone_has_no_time(store):
    save(store, f"{GUIDES}a.pdf")
    with pytest.raises(FileNotFoundError):
        modified(store, f"{GUIDES}b.pdf")


def test_a_naive_time_is_that_of_the_machine(monkeypatch):
    store = MemoryStorage()
    name = save(store, f"{GUIDES}a.pdf")
    moment = datetime(2026, 11, 23, 12)  # noqa: DTZ001, as storages give it without USE_TZ
    monkeypatch.setattr(store, "get_modified_time", lambda name: moment)
    assert modified(store, name) == timezone.make_aware(moment)
