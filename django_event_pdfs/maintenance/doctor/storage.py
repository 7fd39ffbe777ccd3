"""Whether the storage saves, reads, lists and deletes in each folder of documents."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage

from django_event_pdfs.fields import PDFField
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    diagnose,
    merged,
    problem,
    skipped,
    warning,
)
from django_event_pdfs.maintenance.doctor.probes import Probes, probe_pdf
from django_event_pdfs.maintenance.listing import StorageFailed, entries
from django_event_pdfs.naming import new_name
from django_event_pdfs.storage import stat

CLOCKS = timedelta(minutes=5)
RANGE = 100  # bytes


@dataclass(slots=True)
class Probe:
    """A file in the storage, and the bytes that it must have."""

    probes: Probes
    name: str
    content: bytes
    saved_at: datetime

    @property
    def storage(self) -> Storage:
        return self.probes.storage

    def read(self) -> bytes:
        with self.storage.open(self.name, "rb") as file:
            return bytes(file.read())


def examine(case: Case) -> list[Diagnosis]:
    """Examine each folder; what is alike in several is said once."""
    if not case.folders:
        return [diagnose("writable", "", lambda: skipped("No installed model has a PDFField."))]
    return merged(
        diagnosis
        for folder, field in case.folders.items()
        for diagnosis in _examine(case, folder, field)
    )


def _examine(case: Case, folder: str, field: PDFField) -> list[Diagnosis]:
    with Probes(case.storage) as probes:
        content = probe_pdf()
        probe = Probe(probes, new_name(folder, field.name), content, datetime.now(UTC))
        saved = diagnose("writable", folder, lambda: _save(probe), _let_write(case.storage))
        if saved.status != "ok":
            return [saved]
        found = [
            diagnose(key, folder, partial(ask, probe), cure)
            for key, ask, cure in (_QUICK if case.quick else _ALL)
        ]
        return [saved, *found, diagnose("deletable", folder, lambda: _deletable(probe))]


def _save(probe: Probe) -> None:
    probe.name = probe.probes.save(probe.name, ContentFile(probe.content))


def _let_write(storage: Storage) -> str:
    if isinstance(storage, FileSystemStorage):
        who = f"the user with the id {os.geteuid()}" if hasattr(os, "geteuid") else "this user"
        return f"Let {who}, as whom this ran, write to {storage.location}, or free space there."
    return (
        "Let the storage's credentials write to this folder: see OPTIONS in STORAGES, and what "
        "the object store grants them (s3:PutObject and its like)."
    )


def _readable(probe: Probe) -> Outcome | None:
    if probe.read() == probe.content:
        return None
    return problem(
        "What was read is not what was saved.",
        "Switch off what changes files on their way (compression, a cache), or use another "
        "storage.",
    )


def _readable_by_range(probe: Probe) -> Outcome | None:
    middle = len(probe.content) // 2
    with probe.storage.open(probe.name, "rb") as file:
        for start in (middle, 0):
            file.seek(start)
            if file.read(RANGE) != probe.content[start : start + RANGE]:
                return problem(f"After seek({start}) other bytes than those were read.", _SEEK)
    return None


def _size(probe: Probe) -> Outcome | None:
    size = probe.storage.size(probe.name)
    if size == len(probe.content):
        return None
    return problem(
        f"A file of {len(probe.content)} bytes has {size}, says the storage. Downloads would be "
        "cut off, or never end.",
        "Switch off what changes files on their way (compression), or use another storage.",
    )


def _modified_time(probe: Probe) -> Outcome | None:
    modified = stat(probe.storage, probe.name).modified
    if modified is None:
        return warning(
            "The storage does not say when a file was modified, so a sweep cannot tell an orphan "
            "from an upload that is under way.",
            "Use a storage that has get_modified_time(), or do without the sweep.",
        )
    if abs(modified - probe.saved_at) <= CLOCKS:
        return None
    return warning(
        f"A file saved at {_utc(probe.saved_at)} was modified at {_utc(modified)}, says the "
        "storage. The sweep goes by the earlier of the two clocks, so orphans may stay for longer "
        "than its grace (--older-than), and clients are told a wrong Last-Modified.",
        "Set both clocks by NTP, and see that the storage answers in the right time zone.",
    )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _listable(probe: Probe) -> Outcome | None:
    folder = probe.name.rpartition("/")[0] + "/"
    try:
        listed = any(entry.name == probe.name for entry in entries(probe.storage, folder))
    except StorageFailed as error:
        if not isinstance(error.__cause__, NotImplementedError):
            raise
        return warning(
            "The storage cannot list its files, so nothing can be swept.",
            "Use a storage that has listdir(), or remove orphans with the tools of the store.",
        )
    if listed:
        return None
    return problem(
        "The folder is listed without a file that was just saved in it. A sweep would not see "
        "every orphan.",
        "Let the storage's credentials list the folder (s3:ListBucket), and see that listdir() "
        "looks where save() writes.",
    )


def _names_kept(probe: Probe) -> Outcome | None:
    name = probe.probes.save(probe.name, ContentFile(probe_pdf()))
    if name != probe.name and probe.read() == probe.content:
        return None
    return warning(
        "A second file saved under the same name took the place of the first. Names of new "
        "documents are random and never used twice, so they are safe; files that other code "
        "saves in this storage are not.",
        'Add "file_overwrite": False (Amazon S3, Google), "overwrite_files": False (Azure) or '
        '"allow_overwrite": False (file system) to the storage\'s OPTIONS in STORAGES.',
    )


def _deletable(probe: Probe) -> Outcome | None:
    left = probe.probes.remove()
    if not left:
        return None
    return problem(
        f"Deleting failed: {'; '.join(sorted(set(left.values())))}. Replaced and deleted "
        f"documents would stay for ever. Left behind: {', '.join(left)}",
        "Let this user, or the storage's credentials, delete here (s3:DeleteObject; no retention "
        "lock). Then delete what was left behind, or let the sweep do it.",
    )


_READ = "Let this user, or the storage's credentials, read here (s3:GetObject and its like)."
_SEEK = (
    "Documents are read from any position. Use a storage whose open() returns a file that seeks."
)
_STAT = "Let the storage's credentials read the properties of files (s3:GetObject and its like)."
_LIST = "Let this user, or the storage's credentials, list the folder (s3:ListBucket)."

_Examinations = tuple[tuple[str, Callable[[Probe], Outcome | None], str], ...]
_QUICK: _Examinations = (
    ("readable", _readable, _READ),
    ("readable_by_range", _readable_by_range, _SEEK),
)
_ALL: _Examinations = (
    *_QUICK,
    ("size", _size, _STAT),
    ("modified_time", _modified_time, _STAT),
    ("listable", _listable, _LIST),
    ("names_kept", _names_kept, _READ),
)
