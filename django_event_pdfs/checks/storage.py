"""Checks of the storage that keeps the documents: it is made, and nothing is asked of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.files.storage import FileSystemStorage, Storage

from django_event_pdfs.checks.extras import install_hint
from django_event_pdfs.checks.values import closest, is_list
from django_event_pdfs.conf import conf
from django_event_pdfs.storage import document_storage

Messages = list[checks.CheckMessage]


def check_storage_alias(app_configs: Any, **kwargs: Any) -> Messages:
    """E020: STORAGES has no such alias."""
    if _is_known():
        return []
    return [
        checks.Error(
            f"The documents are kept by the storage {conf.storage!r}, which STORAGES has not.",
            hint=f"Add it to STORAGES, or mend EVENT_PDFS['STORAGE']. {_closest_alias()}",
            id="event_pdfs.E020",
        )
    ]


def check_storage_backend(app_configs: Any, **kwargs: Any) -> Messages:
    """E021: a storage that cannot be made. Nothing could be stored or opened."""
    if not _is_known():
        return []
    storage = made_storage()
    if isinstance(storage, Storage):
        return []
    problem = f"it is {storage!r}, which is no Storage."
    hint = f"See BACKEND and OPTIONS of STORAGES[{conf.storage!r}]."
    if isinstance(storage, Exception):
        problem = f"{type(storage).__name__}: {storage}"
        hint = install_hint(storage, _backend(), hint)
    return [
        checks.Error(
            f"The storage {conf.storage!r} cannot be used: {problem}",
            hint=hint,
            id="event_pdfs.E021",
        )
    ]


def check_published_storage(app_configs: Any, **kwargs: Any) -> Messages:
    """E022: documents among static files: open to anyone, and gone by ``collectstatic --clear``."""
    place = _public_place()
    if not place:
        return []
    return [
        checks.Error(
            f"The documents are kept in {place}, which is public.",
            hint="Static files are open to anyone, and collectstatic --clear removes what it did "
            "not put there. Give the documents a storage with a location of its own.",
            id="event_pdfs.E022",
        )
    ]


def check_location(app_configs: Any, **kwargs: Any) -> Messages:
    """W004: a location that depends on where a process was started."""
    storage = made_storage()
    if not isinstance(storage, FileSystemStorage) or Path(storage.base_location).is_absolute():
        return []
    return [
        checks.Warning(
            f"The documents are kept in {str(storage.base_location)!r}, below whatever the "
            "current directory is.",
            hint='Set MEDIA_ROOT = BASE_DIR / "media", or the "location" of the storage.',
            id="event_pdfs.W004",
        )
    ]


def made_storage() -> Storage | Exception:
    """Return the storage of the documents, or what is raised where it is made."""
    try:
        storage = document_storage()
        if isinstance(storage, FileSystemStorage):
            Path(storage.location)  # Read from the settings only now.
        return storage
    except Exception as error:  # Each backend has errors of its own.
        return error


def _is_known() -> bool:
    aliases = _aliases()
    return isinstance(conf.storage, str) and conf.storage in aliases


def _aliases() -> Mapping[str, Any]:
    return settings.STORAGES if isinstance(settings.STORAGES, Mapping) else {}


def _closest_alias() -> str:
    aliases = [alias for alias in _aliases() if isinstance(alias, str)]
    return closest(conf.storage, aliases) if aliases else ""


def _backend() -> Any:
    entry = _aliases().get(conf.storage)
    return entry.get("BACKEND") if isinstance(entry, Mapping) else None


def _public_place() -> str:
    """Return which place of static files the documents are in, empty where they are in none."""
    if conf.storage == "staticfiles":
        return "the storage 'staticfiles'"
    storage = made_storage()
    if not isinstance(storage, FileSystemStorage):
        return ""
    location = Path(storage.location).resolve()
    places = (name for name, root in _static_roots() if location.is_relative_to(root))
    return next(places, "")


def _static_roots() -> Iterator[tuple[str, Path]]:
    if isinstance(root := settings.STATIC_ROOT, str | Path) and str(root):
        yield "STATIC_ROOT", Path(root).resolve()
    folders = settings.STATICFILES_DIRS
    for entry in folders if is_list(folders) else ():
        root = entry[-1] if isinstance(entry, list | tuple) and entry else entry  # (prefix, path)
        if isinstance(root, str | Path):
            yield "STATICFILES_DIRS", Path(root).resolve()
