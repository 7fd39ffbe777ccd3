"""Rows whose files are copied, and what the storages hold afterwards."""

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from django_event_pdfs.maintenance.copying import copy
from django_event_pdfs.testing import MemoryStorage
from tests.conftest import upload
from tests.maintenance.faults import content
from tests.testapp.models import Event

START = "2026-12-01T09:00:00Z"


class SharedStorage(MemoryStorage):
    """Another object for the files of the storage ``default``."""

    def __init__(self, **options):
        super().__init__()
        self._root = storages["default"]._root


def copied(**options):
    return copy("default", "new", **options)


def contents(storage):
    """Return the bytes of each file by its name."""
    return {name: content(storage, name) for name in storage.names()}


def events(count):
    """Make events with a programme each."""
    return [
        Event.objects.create(name=f"E{n}", start_date=START, programme_file=upload())
        for n in range(count)
    ]


def legacy(storage, name, data=None):
    """Make an event whose programme is from before adoption; without ``data`` it has no file."""
    if data is not None:
        assert storage.save(name, ContentFile(data)) == name
    Event.objects.bulk_create([Event(name="E", start_date=START, programme_file=name)])
