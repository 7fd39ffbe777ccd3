"""Fixtures of the engines: who listens, where to copy to, and a second database."""

import pytest
from django.core.files.storage import storages

from tests.maintenance.databases import second_database
from tests.maintenance.faults import Listener


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def target(settings, storage):
    """Return the storage ``new``, beside that of the test; there are worse ones, too."""
    settings.STORAGES = {
        **settings.STORAGES,
        "new": {"BACKEND": "django_event_pdfs.testing.MemoryStorage"},
        "shared": {"BACKEND": "tests.maintenance.copies.SharedStorage"},
        "broken": {"BACKEND": "nowhere.Storage"},
    }
    storages._storages["default"] = storage  # With the files that it has already.
    return storages["new"]


@pytest.fixture
def other(tmp_path):
    """Return the alias of a second database."""
    yield from second_database(tmp_path / "other.sqlite3")
