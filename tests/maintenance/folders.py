"""Files on the local disk, of any age, in the folders of the documents."""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages

from django_event_pdfs.maintenance.marker import MARKER

OLD = timedelta(days=2)


def on_disk(settings, folder, backend="django.core.files.storage.FileSystemStorage", **options):
    """Keep the documents in ``folder``, and return the storage."""
    entry = {"BACKEND": backend, "OPTIONS": {"location": str(folder), **options}}
    settings.STORAGES = {**settings.STORAGES, "default": entry}
    return storages["default"]


def put(storage: FileSystemStorage, *names: str, age: timedelta = OLD) -> str:
    """Save small files with exactly these names and return the first."""
    for name in names:
        path = Path(storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-")
        touch(storage, name, age)
    return names[0]


def touch(storage: FileSystemStorage, name: str, age: timedelta) -> None:
    moment = time.time() - age.total_seconds()
    os.utime(storage.path(name), (moment, moment))


def files(storage: FileSystemStorage) -> set[str]:
    """Return the name of every file but the marker."""
    root = Path(storage.path(""))
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return found - {MARKER}


def save(storage, name):
    """Save a file and return its name."""
    return storage.save(name, ContentFile(b"%PDF-"))
