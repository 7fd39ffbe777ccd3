"""The storage that keeps the documents, and the one question asked of it per delivery."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, Storage, storages

from django_event_pdfs.conf import conf
from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.object_stores import can_stat, stat_object

#: The folder of a storage in the file system in which uploads wait.
UPLOADS = ".event_pdfs_uploads/"


@dataclass(frozen=True, slots=True)
class Stat:
    """Size in bytes, when the file was last modified (aware), and its path in the file system.

    ``modified`` is None where the storage cannot say, ``path`` where the file has none.
    """

    size: int
    modified: datetime | None
    path: str | None = None


def document_storage() -> Storage:
    """Return the storage of ``EVENT_PDFS["STORAGE"]`` as ``STORAGES`` defines it right now."""
    return storages[conf.storage]


def stat(storage: Storage, name: str) -> Stat:
    """Ask for size and modification time, by one call where the storage has local paths.

    Raises:
        FileNotFoundError: there is no such file.
        StorageUnavailable: the storage cannot tell.
    """
    with reading(storage, name):
        # Not by asking for path(): storages in memory have one, and nothing is there.
        if isinstance(storage, FileSystemStorage):
            path = storage.path(name)
            result = os.stat(path)
            return Stat(result.st_size, datetime.fromtimestamp(result.st_mtime, UTC), path)
        if can_stat(storage):
            return Stat(*stat_object(storage, name))
        return Stat(storage.size(name), _modified(storage, name))


@contextmanager
def reading(storage: Storage, name: str) -> Iterator[None]:
    """Have a storage that fails say whether it has no such file, or does not work.

    Raises:
        FileNotFoundError: there is no such file.
        StorageUnavailable: the storage failed.
    """
    try:
        yield
    except (FileNotFoundError, SuspiciousOperation):
        raise
    except Exception as error:  # Of many types, those of the stores' clients among them.
        if _is_missing(storage, name):
            raise FileNotFoundError(name) from error
        raise StorageUnavailable(f"{type(error).__name__}: {error}") from error


def _is_missing(storage: Storage, name: str) -> bool:
    try:
        return not storage.exists(name)
    except Exception:
        return False


def _modified(storage: Storage, name: str) -> datetime | None:
    try:
        modified = storage.get_modified_time(name)
    except NotImplementedError:
        return None
    return modified if modified.tzinfo else modified.astimezone(UTC)


def has_paths(storage: Storage) -> bool:
    """Return whether the files of a storage lie on a disk where others can read them."""
    return isinstance(storage, FileSystemStorage)


def upload_folder(storage: Storage, *, make: bool = True) -> str:
    """Return the folder in which large uploads wait until they are stored, and ``make`` it.

    It is ``FILE_UPLOAD_TEMP_DIR`` where that is set. Else it is a hidden one in the storage, from
    which storing a file is a rename, where the storage has one and it is not another user's.
    """
    if not settings.FILE_UPLOAD_TEMP_DIR and has_paths(storage):
        folder = os.path.normpath(storage.path(UPLOADS))
        if not make:
            return folder
        with suppress(OSError):  # Storing a file will fail too, and say so.
            os.makedirs(folder, mode=0o700, exist_ok=True)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    return os.path.abspath(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
