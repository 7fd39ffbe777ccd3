"""The files of a folder in storage, one after the other, with what the listing itself knows."""

import os
import sys
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.files.storage import FileSystemStorage, Storage

# What a listing asks of a storage. Where a subclass answers in its own way, it is asked.
_ASKED = ("listdir", "get_modified_time", "_normalize_name")


class StorageFailed(Exception):
    """The storage cannot do what was asked, or failed: the text says what."""


class Entry(NamedTuple):
    """A file: its name in storage, and when it was last modified (aware), if the listing says so.

    That of S3 does. Elsewhere it is a question for each file: :func:`modified` asks it, where it
    matters.
    """

    name: str
    modified: datetime | None = None


def entries(storage: Storage, folder: str) -> Iterator[Entry]:
    """Yield the files directly in ``folder`` (``"events/guides/"``), in no order, no dotfiles.

    A folder that is not there has none.

    Raises:
        StorageFailed: the storage cannot list, or failed.
    """
    s3 = sys.modules.get("storages.backends.s3")
    if _is_plain(storage, FileSystemStorage):
        found = _on_disk(storage, folder)
    elif s3 is not None and _is_plain(storage, s3.S3Storage):
        found = _in_bucket(storage, folder)
    else:
        found = _anywhere(storage, folder)
    try:
        yield from found
    except FileNotFoundError:
        return
    except NotImplementedError as error:
        raise StorageFailed("The storage cannot list files.") from error
    except Exception as error:  # Storages fail with errors of many types.
        raise StorageFailed(f"Listing {folder!r}: {type(error).__name__}: {error}") from error


def require_places(storage: Storage, folders: Collection[str]) -> None:
    """Make sure that no two folders are one place on disk: a file would have two names.

    Raises:
        StorageFailed: two are.
    """
    if not isinstance(storage, FileSystemStorage):
        return
    places = {os.path.realpath(storage.path(folder)) for folder in folders}
    if len(places) < len(folders):
        raise StorageFailed(f"Links on the disk make some of {', '.join(folders)} one folder.")


def modified(storage: Storage, name: str) -> datetime | None:
    """Return when a file was last modified, aware; None where the storage cannot say.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        time = storage.get_modified_time(name)
    except FileNotFoundError:
        raise
    except Exception:  # It has no such method, as some have, or the request failed.
        return None
    return time if time.tzinfo else time.astimezone(UTC)


def _is_plain(storage: Storage, known: type[Storage]) -> bool:
    """Return whether the storage lists as the class that is known does."""
    return isinstance(storage, known) and all(
        getattr(type(storage), name, None) == getattr(known, name, None) for name in _ASKED
    )


def _on_disk(storage: Any, folder: str) -> Iterator[Entry]:
    with os.scandir(storage.path(folder)) as found:
        for entry in found:
            # What a link leads to may be a file of the same folder.
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                yield Entry(folder + entry.name)


def _in_bucket(storage: Any, folder: str) -> Iterator[Entry]:
    # As the storage's own listdir() does it, which drops dates and sizes.
    prefix = f"{storage._normalize_name(folder).rstrip('/')}/"
    paginator = storage.connection.meta.client.get_paginator("list_objects_v2")
    for page in paginator.paginate(Bucket=storage.bucket_name, Prefix=prefix, Delimiter="/"):
        for found in page.get("Contents", ()):
            name = found["Key"].removeprefix(prefix)
            if name and not name.startswith("."):
                yield Entry(folder + name, found["LastModified"])


def _anywhere(storage: Storage, folder: str) -> Iterator[Entry]:
    for found in storage.listdir(folder)[1]:
        # Azure's says the whole name, its location too, and that of files in subfolders.
        name = found.rpartition(folder)[2] if "/" in found else found
        if name and "/" not in name and not name.startswith("."):
            yield Entry(folder + name)
