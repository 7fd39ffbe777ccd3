"""Whether two storages are one place, where a copy would be made over its own original."""

import os
import secrets
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage


def is_one_folder(source: Storage, target: Storage) -> bool:
    """Return whether both keep their files in one folder of this machine, by whatever path."""
    if not isinstance(source, FileSystemStorage) or not isinstance(target, FileSystemStorage):
        return False
    return os.path.realpath(source.location) == os.path.realpath(target.location)


def is_one_place(source: Storage, target: Storage, name: str) -> bool:
    """Return whether a file that is saved in the target under ``name`` appears in the source.

    It is deleted again. The source is only asked.

    Raises:
        Exception: whatever a storage raises that takes no file, or cannot tell.
    """
    saved = target.save(name, ContentFile(secrets.token_bytes(16)))
    try:
        return bool(source.exists(saved))
    finally:
        with suppress(Exception):
            target.delete(saved)
