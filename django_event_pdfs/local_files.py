"""Deleting many files of a local folder, without what ``FileSystemStorage`` asks about each."""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage

_ASKED = ("delete", "path")
_THREADS = 2  # More are no faster: those that delete in one folder wait for each other.
_FEW = 100  # files, for which a thread is not worth starting


def can_unlink(storage: Storage) -> bool:
    """Return whether :func:`unlink` takes this storage: one that deletes as Django's does."""
    return isinstance(storage, FileSystemStorage) and all(
        getattr(getattr(storage, name), "__func__", None) is getattr(FileSystemStorage, name)
        for name in _ASKED
    )


def unlink(storage: Any, names: Collection[str]) -> dict[str, Exception]:
    """Delete files; return errors by name. One that is gone already is none."""
    files = list(names)
    if len(files) < _FEW:
        return _unlink(storage, files)
    errors: dict[str, Exception] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = [files[start::_THREADS] for start in range(_THREADS)]
        for found in pool.map(_unlink, [storage] * _THREADS, parts):
            errors.update(found)
    return errors


def _unlink(storage: Any, names: Collection[str]) -> dict[str, Exception]:
    root, errors = os.path.join(storage.location, ""), {}
    for name in names:
        try:
            # What is surely below the folder needs not be looked at part by part.
            os.unlink(root + name if _is_plain(name) else storage.path(name))
        except FileNotFoundError:
            continue
        except Exception as error:
            errors[name] = error
    return errors


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith("/") and ".." not in name and "\\" not in name
