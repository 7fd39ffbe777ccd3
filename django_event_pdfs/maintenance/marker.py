"""The mark in a storage that says whose it is: a copy of the database must not sweep it.

A small file at the root of the storage holds a fingerprint of the database. Whoever has a copy of
the database somewhere else has another fingerprint.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import connections, router

from django_event_pdfs.maintenance.listing import StorageFailed
from django_event_pdfs.models import document_models

MARKER = ".event_pdfs.json"

# Two that adopt a storage at once may each delete what the other wrote.
_ATTEMPTS = 3


def matches(storage: Storage) -> bool:
    """Return whether the storage carries the mark of this project's database.

    Raises:
        StorageFailed: the storage cannot be read.
    """
    return read(storage) == fingerprint()


def read(storage: Storage) -> str | None:
    """Return the fingerprint in the storage: None without a marker, empty for one of no sense.

    Raises:
        StorageFailed: the storage cannot be read.
    """
    try:
        if not storage.exists(MARKER):
            return None
        with storage.open(MARKER) as file:
            content = file.read()
    except FileNotFoundError:  # It went meanwhile.
        return None
    except Exception as error:  # Storages fail with errors of many types.
        raise StorageFailed(f"Reading {MARKER}: {type(error).__name__}: {error}") from error
    try:
        return str(json.loads(content)["fingerprint"])
    except (ValueError, LookupError, TypeError):
        return ""


def adopt(storage: Storage) -> None:
    """Mark the storage as that of this project's database, if it is not, whatever mark it had.

    Raises:
        StorageFailed: the storage cannot be written to, or keeps the mark it had.
    """
    for _ in range(_ATTEMPTS):
        found = read(storage)
        if found == fingerprint():
            return
        try:
            _write(storage, is_there=found is not None)
        except Exception as error:
            raise StorageFailed(f"Writing {MARKER}: {type(error).__name__}: {error}") from error
    if not matches(storage):
        raise StorageFailed(f"{MARKER} could not be replaced.")


def _write(storage: Storage, *, is_there: bool) -> None:
    # Saved beside a file of its name it would get another. What is not there is not deleted, for
    # by now another process may have adopted the storage.
    if is_there:
        storage.delete(MARKER)
    name = storage.save(MARKER, ContentFile(json.dumps({"fingerprint": fingerprint()}).encode()))
    if name != MARKER:
        storage.delete(name)


def fingerprint() -> str:
    """Return a hash of the databases that hold the documents: kind, host, port, name, schema."""
    aliases = {router.db_for_write(model) for model in document_models()}
    places = sorted(_place(alias) for alias in aliases)
    return sha256(json.dumps(places).encode()).hexdigest()


def _place(alias: str) -> list[str]:
    connection = connections[alias]
    settings: dict[str, Any] = connection.settings_dict
    name = str(settings["NAME"] or "")
    if connection.vendor == "sqlite" and not name.startswith((":memory:", "file:")):
        name = str(Path(name).resolve())
    # PostgreSQL may be told where to go by a service in a file.
    service = str(settings["OPTIONS"].get("service", ""))
    # Tenants may share a database, each in a schema: by the search path, or by django-tenants.
    schema = [str(settings["OPTIONS"].get("options", "")), getattr(connection, "schema_name", "")]
    return [connection.vendor, str(settings["HOST"]), str(settings["PORT"]), name, service, *schema]
