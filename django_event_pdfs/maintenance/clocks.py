"""What time it is where the files are: their dates come from another machine's clock."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.crypto import get_random_string

from django_event_pdfs.maintenance.listing import StorageFailed, modified


def earlier(now: datetime, storage: Storage) -> datetime:
    """Return ``now``, or what the storage's clock says where that is earlier.

    A file made for it is saved at the root of the storage, and deleted.

    Raises:
        StorageFailed: the storage cannot save or delete.
    """
    there = _ask(storage)
    return min(now, there) if there else now


def _ask(storage: Storage) -> datetime | None:
    try:
        name = storage.save(f".event_pdfs_{get_random_string(12)}", ContentFile(b"?"))
        try:
            return modified(storage, name)
        finally:
            storage.delete(name)
    except Exception as error:  # Storages fail with errors of many types.
        raise StorageFailed(f"Saving a probe: {type(error).__name__}: {error}") from error
