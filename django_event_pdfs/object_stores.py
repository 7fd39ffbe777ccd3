"""What an object store does for many files in one request, where Django's storages have no word.

The storage classes of django-storages are known by their module, which is loaded where one of them
is in use. A subclass that deletes in a way of its own keeps doing so.
"""

import sys
from collections.abc import Collection
from typing import Any

from django.core.files.storage import Storage

S3_BATCH = 1_000  # objects in one DeleteObjects request, by the S3 API


def can_delete_many(storage: Storage) -> bool:
    """Return whether :func:`delete_many` takes this storage."""
    s3 = sys.modules.get("storages.backends.s3")
    return s3 is not None and _deletes_like(s3.S3Storage, storage)


def delete_many(storage: Any, names: Collection[str]) -> dict[str, str]:
    """Delete files of an S3 bucket by one request for a thousand; return errors by name.

    Raises:
        Exception: whatever the store's client raises when a whole request fails.
    """
    keys = {_s3_key(storage, name): name for name in names}
    errors: dict[str, str] = {}
    for batch in _batches(list(keys)):
        objects = [{"Key": key} for key in batch]
        answer = storage.bucket.delete_objects(Delete={"Objects": objects, "Quiet": True})
        for error in answer.get("Errors", ()):
            errors[keys[error["Key"]]] = f"{error.get('Code')}: {error.get('Message')}"
    return errors


def _deletes_like(known: type[Storage], storage: Storage) -> bool:
    return isinstance(storage, known) and type(storage).delete is known.delete


def _s3_key(storage: Any, name: str) -> str:
    # As its own delete() finds the object: with the storage's location before the name.
    clean_name = sys.modules["storages.backends.s3"].clean_name
    return str(storage._normalize_name(clean_name(name)))


def _batches(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + S3_BATCH] for start in range(0, len(keys), S3_BATCH)]
