"""What an object store does in one request, where Django's storages have no word for it.

The storage classes of django-storages are known by their module, which is loaded where one of them
is in use. A subclass that does a thing in a way of its own keeps doing so.
"""

import sys
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.files.storage import Storage

S3_BATCH = 1_000  # objects in one DeleteObjects request, by the S3 API


def can_delete_many(storage: Storage) -> bool:
    """Return whether :func:`delete_many` takes this storage."""
    return _is_s3(storage, "delete")


def delete_many(storage: Any, names: Collection[str]) -> dict[str, Exception]:
    """Delete files of an S3 bucket by one request for a thousand; return errors by name.

    Raises:
        Exception: whatever the store's client raises when a whole request fails.
    """
    keys = {s3_key(storage, name): name for name in names}
    errors: dict[str, Exception] = {}
    for batch in _batches(list(keys)):
        objects = [{"Key": key} for key in batch]
        answer = storage.bucket.delete_objects(Delete={"Objects": objects, "Quiet": True})
        for error in answer.get("Errors", ()):
            reason = f"{error.get('Code')}: {error.get('Message')}"
            errors[keys[error["Key"]]] = OSError(reason)
    return errors


def can_stat(storage: Storage) -> bool:
    """Return whether :func:`stat_object` takes this storage."""
    return _is_s3(storage, "size", "get_modified_time")


def stat_object(storage: Any, name: str) -> tuple[int, datetime]:
    """Return size and modification time (aware) by one HeadObject, not by one for each.

    Raises:
        Exception: whatever the store's client raises, also where there is no such object.
    """
    found = storage.bucket.Object(s3_key(storage, name))
    return int(found.content_length), found.last_modified


def s3_key(storage: Any, name: str) -> str:
    """Return the key of a file in its bucket: with the storage's location before the name."""
    # As the storage's own methods find the object.
    clean_name = sys.modules["storages.backends.s3"].clean_name
    return str(storage._normalize_name(clean_name(name)))


def _is_s3(storage: Storage, *methods: str) -> bool:
    """Return whether a storage is an ``S3Storage`` that does not override ``methods``."""
    known = getattr(sys.modules.get("storages.backends.s3"), "S3Storage", None)
    if known is None or not isinstance(storage, known):
        return False
    return all(getattr(type(storage), name) is getattr(known, name) for name in methods)


def _batches(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + S3_BATCH] for start in range(0, len(keys), S3_BATCH)]
