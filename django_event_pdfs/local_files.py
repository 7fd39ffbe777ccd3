"""Deleting many files of a local folder, without what ``FileSystemStorage`` asks about each."""

import os
from collections.abc import Collection, Iterator
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
    errors: dict[str, Exception] = {}
    # Here and not in a thread: where a storage is may depend on that, say on a tenant.
    paths = list(_paths(storage, names, errors))
    if len(paths) < _FEW:
        return errors | _unlink(paths)
    with ThreadPoolExecutor(_THREADS) as pool:
        for found in pool.map(_unlink, [paths[start::_THREADS] for start in range(_THREADS)]):
            errors.update(found)
    return errors


def _paths(
    storage: Any, names: Collection[str], errors: dict[str, Exception]
) -> Iterator[tuple[str, str]]:
    root = os.path.join(storage.location, "")
    for name in names:
        try:
            # What is surely below the folder needs not be looked at part by part.
            yield name, root + name if _is_plain(name) else storage.path(name)
        except Exception as error:
            errors[name] = error


def _unlink(paths: Collection[tuple[str, str]]) -> dict[str, Exception]:
    errors: dict[str, Exception] = {}
    for name, path in paths:
        try:
            os.unlink(path)
        except FileNotFoundError:
            continue
        except Exception as error:
            errors[name] = error
    return errors


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith("/") and ".." not in name and "\\" not in name
