"""What time it is where the files are: their dates come from another machine's clock."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from django_event_pdfs.maintenance.listing import StorageFailed, modified
from django_event_pdfs.naming import new_name


def earlier(now: datetime, storage: Storage, folder: str) -> datetime:
    """Return ``now``, or what the storage's clock says where that is earlier.

    A file made for it is saved in ``folder``, and deleted. One that stays is swept.

    Raises:
        StorageFailed: the storage cannot save or delete.
    """
    there = _ask(storage, folder)
    return min(now, there) if there else now


def _ask(storage: Storage, folder: str) -> datetime | None:
    try:
        name = storage.save(new_name(folder, "probe"), ContentFile(b"?"))
        try:
            return modified(storage, name)
        finally:
            storage.delete(name)
    except Exception as error:  # Storages fail with errors of many types.
        raise StorageFailed(f"Saving a probe: {type(error).__name__}: {error}") from error
