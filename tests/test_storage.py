"""The storage that keeps the documents, and what is asked of it."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.storage import Stat, document_storage, stat
from django_event_pdfs.testing import MemoryStorage

MEMORY = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
MOMENT = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


class RemoteStorage(Storage):
    """A storage without local paths, as an object store is."""

    modified: datetime | None = MOMENT

    def size(self, name: str) -> int:
        if name != "a.pdf":
            raise FileNotFoundError(name)
        return 5

    def get_modified_time(self, name: str) -> datetime:
        if self.modified is None:
            return super().get_modified_time(name)
        return self.modified


def test_the_storage_is_the_default_one() -> None:
    assert document_storage() is storages["default"]


def test_an_alias_of_its_own_is_found(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": MEMORY}
    assert document_storage() is storages["event_pdfs"]


def test_the_alias_is_a_setting(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": MEMORY, "elsewhere": MEMORY}
    settings.EVENT_PDFS = {"STORAGE": "elsewhere"}
    assert document_storage() is storages["elsewhere"]


def test_a_change_of_storages_is_seen_at_once(settings: Any, tmp_path: Path) -> None:
    assert isinstance(document_storage(), MemoryStorage)
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**place, "OPTIONS": {"location": tmp_path}},
    }
    assert document_storage().location == str(tmp_path)


def test_a_local_file_is_asked_about_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FileSystemStorage(tmp_path)
    storage.save("a.pdf", ContentFile(b"12345"))
    os.utime(tmp_path / "a.pdf", (MOMENT.timestamp(), MOMENT.timestamp()))
    calls = []
    real = os.stat
    monkeypatch.setattr(
        os, "stat", lambda path, **kwargs: (calls.append(path), real(path, **kwargs))[1]
    )
    assert stat(storage, "a.pdf") == Stat(5, MOMENT, str(tmp_path / "a.pdf"))
    assert calls == [str(tmp_path / "a.pdf")]


@pytest.mark.parametrize(
    "modified",
    [
        MOMENT,
        MOMENT.astimezone(timezone(timedelta(hours=5))),
        MOMENT.astimezone().replace(tzinfo=None),  # with USE_TZ off, in local time
    ],
)
def test_the_time_of_a_remote_file_is_aware(modified: datetime) -> None:
    storage = RemoteStorage()
    storage.modified = modified
    found = stat(storage, "a.pdf")
    assert found == Stat(5, MOMENT)
    assert found.modified.tzinfo is not None


def test_a_storage_may_not_know_times() -> None:
    storage = RemoteStorage()
    storage.modified = None
    assert stat(storage, "a.pdf") == Stat(5, None)


def test_a_file_in_memory_has_size_and_time(storage: MemoryStorage) -> None:
    storage.save("a.pdf", ContentFile(b"12345"))
    assert stat(storage, "a.pdf") == Stat(5, storage.get_modified_time("a.pdf"))


@pytest.mark.parametrize("kind", ["memory", "files", "remote"])
def test_a_missing_file_is_told(kind: str, tmp_path: Path) -> None:
    storage = {
        "memory": MemoryStorage(),
        "files": FileSystemStorage(tmp_path),
        "remote": RemoteStorage(),
    }[kind]
    with pytest.raises(FileNotFoundError):
        stat(storage, "gone.pdf")


class Foreign(MemoryStorage):
    """As clients of stores are: whatever fails is an error of their own."""

    def size(self, name: str) -> int:
        raise ConnectionError("of whatever kind")


def test_a_missing_file_is_missing_whatever_the_storage_raises() -> None:
    with pytest.raises(FileNotFoundError):
        stat(Foreign(), "a.pdf")


def test_a_storage_that_fails_is_not_a_missing_file() -> None:
    storage = Foreign()
    storage.save("a.pdf", ContentFile(b"x"))
    with pytest.raises(StorageUnavailable):
        stat(storage, "a.pdf")
