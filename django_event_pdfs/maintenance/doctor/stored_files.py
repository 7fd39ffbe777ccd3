"""Who else may read and write the files of a storage in the file system."""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import TemporaryUploadedFile

from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    diagnose,
    problem,
    skipped,
    warning,
)
from django_event_pdfs.maintenance.doctor.probes import Probes, probe_pdf
from django_event_pdfs.naming import new_name

_MODES, _CLOSED = "modes_alike", "closed_to_others"


def examine(case: Case) -> list[Diagnosis]:
    """Examine permissions where there are any, and the place of the files."""
    storage = case.storage
    if not isinstance(storage, FileSystemStorage):
        return []
    location = os.path.realpath(storage.location)
    found = [diagnose("apart_from_static_files", location, lambda: _apart(location))]
    if sys.platform == "win32":
        return found
    as_whom = diagnose("examined_as", location, lambda: _examined_as(location))
    return [as_whom, *found, *_permissions(case, storage, location)]


def _permissions(case: Case, storage: FileSystemStorage, location: str) -> list[Diagnosis]:
    with Probes(storage) as probes:
        try:
            small, large = _save(case, storage, probes)
        except Exception:  # Others examine that.
            unsaved = skipped("A small and a large file could not be saved there.")
            return [diagnose(k, location, lambda: unsaved) for k in (_MODES, _CLOSED)]
        return [
            diagnose(_MODES, location, lambda: _modes_alike({_mode(small), _mode(large)})),
            diagnose(_CLOSED, location, lambda: _closed(case, storage, small)),
        ]


def _save(case: Case, storage: FileSystemStorage, probes: Probes) -> list[str]:
    """Save as Django does: a small upload from memory, a large one by moving a temporary file."""
    folder, field = next(iter(case.folders.items()))
    content = probe_pdf()
    with TemporaryUploadedFile("probe.pdf", "application/pdf", len(content), None) as large:
        large.write(content)
        large.seek(0)
        return [
            storage.path(probes.save(new_name(folder, field.name), upload))
            for upload in (ContentFile(content), large)
        ]


def _examined_as(location: str) -> Outcome | None:
    owner = os.stat(existing(location)).st_uid
    if os.geteuid() != 0 or owner == 0:
        return None
    name = _user(owner)
    return warning(
        f"This ran as root, who may do everything. The files belong to {name}: whether {name} "
        "may save, read and delete was not seen.",
        f"Examine as the user of the web server: sudo -u {name} {sys.executable} manage.py "
        "event_pdfs doctor",
    )


def _apart(location: str) -> Outcome | None:
    for setting, folder in _static_folders():
        if Path(location).is_relative_to(os.path.realpath(folder)):
            return problem(
                f"The documents lie in {folder}, of {setting}. Static files are public: whoever "
                "knows a name reads the document without a link, for ever.",
                "Move the documents to a folder that no web server publishes, and set MEDIA_ROOT "
                "or the storage's location to it.",
            )
    return None


def _static_folders() -> Iterable[tuple[str, Any]]:
    if settings.STATIC_ROOT:
        yield "STATIC_ROOT", settings.STATIC_ROOT
    for entry in settings.STATICFILES_DIRS:
        # Either a folder, or a prefix and a folder.
        yield "STATICFILES_DIRS", entry[1] if isinstance(entry, list | tuple) else entry


def _modes_alike(modes: set[int]) -> Outcome | None:
    if len(modes) == 1:
        return None
    return warning(
        f"Small and large uploads get different permissions: {_octal(modes)}. Large ones keep "
        "those of temporary files, which nobody but their owner can read: not nginx, not a backup.",
        "Set FILE_UPLOAD_PERMISSIONS = 0o644 (or 0o640, with a group for the web server), or "
        '"file_permissions_mode" in the storage\'s OPTIONS. chmod mends what is stored already.',
    )


def _closed(case: Case, storage: FileSystemStorage, file: str) -> Outcome | None:
    paths = [*_folders(case, storage), file]
    opened = [p for p in paths if os.path.exists(p) and _mode(p) & stat.S_IWOTH]
    if not opened:
        return None
    shown = [os.path.dirname(p) + "/*.pdf" if p == file else p for p in opened]
    return problem(
        f"Every user of this machine may write to {', '.join(shown)}, and so replace documents.",
        "chmod -R o-w what is named here. Then see FILE_UPLOAD_PERMISSIONS (0o644), "
        "FILE_UPLOAD_DIRECTORY_PERMISSIONS (0o755) and the umask of the web server (022).",
    )


def _folders(case: Case, storage: FileSystemStorage) -> list[str]:
    """Return every folder from the location down to those of documents."""
    parts = [folder.strip("/").split("/") for folder in case.folders]
    names = {"/".join(each[:depth]) for each in parts for depth in range(len(each) + 1)}
    return sorted(storage.path(name) for name in names)


def existing(path: str) -> str:
    """Return the path, or the nearest folder around it that exists."""
    path = os.path.abspath(path)
    while not os.path.exists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


def _mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def _octal(modes: Iterable[int]) -> str:
    return " and ".join(f"{mode:#o}" for mode in sorted(modes, reverse=True))


def _user(uid: int) -> str:
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"  # As sudo takes it.
