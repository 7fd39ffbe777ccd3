"""Where uploads wait until they are stored, and how much room there is."""

import os
import shutil
import tempfile

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    diagnose,
    fine,
    problem,
    warning,
)
from django_event_pdfs.maintenance.doctor.stored_files import existing
from django_event_pdfs.storage import upload_folder

ENOUGH = 10  # of the largest documents
MEBIBYTE = 1024 * 1024


def examine(case: Case) -> list[Diagnosis]:
    """Examine the folder of uploads, and the disk of a storage in the file system."""
    # Ours is not made here: whoever looks may be another user than the one that uploads.
    folder = upload_folder(case.storage, make=False)
    place = folder if settings.FILE_UPLOAD_TEMP_DIR else existing(folder)
    found = [
        diagnose("upload_folder", folder, lambda: _writable(place), _MAKE),
        diagnose("free_space", folder, lambda: _free_space(folder, case.largest)),
    ]
    storage = case.storage
    if isinstance(storage, FileSystemStorage):
        location = existing(os.path.realpath(storage.location))
        found += [
            diagnose("free_space", location, lambda: _free_space(location, case.largest)),
            diagnose("same_file_system", folder, lambda: _same_file_system(place, location)),
        ]
    return found


def _writable(folder: str) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".upload") as file:
        file.write(b"probe")
        file.flush()


def _free_space(folder: str, largest: int) -> Outcome:
    free = shutil.disk_usage(existing(folder)).free
    room = f"{_mebibytes(free)} are free"
    if free < largest:
        return problem(f"{room}, less than one document may have ({_mebibytes(largest)}).", _ROOM)
    if free < ENOUGH * largest:
        return warning(
            f"{room}, less than {ENOUGH} documents may have ({_mebibytes(largest)} each).", _ROOM
        )
    return fine(f"{room}.")


def _same_file_system(folder: str, location: str) -> Outcome | None:
    if os.stat(folder).st_dev == os.stat(location).st_dev:
        return None
    return warning(
        f"Uploads wait on another file system than that of {location}, so each large one "
        f"(over {_mebibytes(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)}) is copied there, where a "
        "rename would do.",
        "Take FILE_UPLOAD_TEMP_DIR out of the settings: they then wait in a hidden folder of the "
        "storage. Or name a folder on its file system there.",
    )


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:,.1f} MiB" if size < 100 * MEBIBYTE else f"{size // MEBIBYTE:,} MiB"


_MAKE = (
    "Make that folder and let the user of the web server write to it, or name another one in "
    "FILE_UPLOAD_TEMP_DIR."
)
_ROOM = (
    "Free some space, enlarge the disk, or name another one in FILE_UPLOAD_TEMP_DIR or STORAGES."
)
