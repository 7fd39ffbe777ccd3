"""Checks of the folders that documents are kept in."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.files.storage import FileSystemStorage
from django.db.models import FileField

from django_event_pdfs.checks.fields import every_document_field
from django_event_pdfs.checks.storage import made_storage
from django_event_pdfs.fields import PDFField

Messages = list[checks.CheckMessage]


def check_folders(app_configs: Any, **kwargs: Any) -> Messages:
    """E023: a folder that a name in storage cannot begin with, so that no link would open it."""
    return [
        checks.Error(
            f"The folder {folder!r} of a PDFField {problem}.",
            hint='Write it as names in storage begin: "events/programmes/". Dated folders that '
            'have files already go into folders=["events/2025/"].',
            obj=field,
            id="event_pdfs.E023",
        )
        for field in every_document_field()
        for folder, problem in _folder_problems(field)
        if problem
    ]


def check_shared_folders(app_configs: Any, **kwargs: Any) -> Messages:
    """W005: a folder that another field stores into, too."""
    fields = list(every_document_field())
    plain = list(_plain_fields())
    shared: list[tuple[FileField, FileField]] = []
    for n, field in enumerate(fields):
        shared += [(field, other) for other in fields[n + 1 :] if _share(field, other)]
        shared += [(field, other) for other in plain if _covers(field, other)]
    return [
        checks.Warning(
            f"{field} and {other} share a folder.",
            hint="Give each field a folder of its own. In a shared one, links take the URLs of "
            "other files for forged ones, a link of one document passes for one of the other, and "
            "the sweep removes what no row names, thumbnails too.",
            obj=field,
            id="event_pdfs.W005",
        )
        for field, other in shared
    ]


# What strftime reads, in which Django formats the upload_to of its own fields.
_DATE = re.compile(r"%[A-Za-z]")


def _plain_fields() -> Iterator[FileField]:
    """Yield every other file field whose folder can be told, in the storage of the documents."""
    for model in apps.get_models(include_auto_created=True):
        files = [f for f in model._meta.local_fields if isinstance(f, FileField)]
        for field in files:
            is_plain = isinstance(field.upload_to, str) and not isinstance(field, PDFField)
            if is_plain and _is_in_our_storage(field):
                yield field


def _is_in_our_storage(field: FileField) -> bool:
    ours = made_storage()
    try:
        theirs = field.storage
        if isinstance(ours, FileSystemStorage) and isinstance(theirs, FileSystemStorage):
            return ours.location == theirs.location
        return bool(theirs == ours)
    except Exception:  # A storage that cannot be made has no files.
        return False


def _folder_problems(field: PDFField) -> Iterator[tuple[Any, str]]:
    if isinstance(field.upload_to, str):  # E003 tells of any other.
        dated = "has a date format, and names are never formatted"
        has_date = bool(_DATE.search(field.upload_to))
        # Django tells of an absolute one itself.
        yield field.upload_to, dated if has_date else _problem(field.upload_to.lstrip("/"))
    for folder in field.folders:
        yield folder, _problem(folder)


def _problem(folder: Any) -> str:
    if not isinstance(folder, str) or not folder.strip("/"):
        return "is no folder"
    if folder.startswith("/"):
        return "is absolute"
    if not folder.isprintable() or "\\" in folder:
        return "has a backslash, or a character that cannot be printed"
    if not {"", ".", ".."}.isdisjoint(folder.rstrip("/").split("/")):
        return 'has an empty part, "." or ".."'
    return ""


def _share(one: PDFField, other: PDFField) -> bool:
    """Return whether one folder is the other's, or in it.

    Models that inherit one field from an abstract class share its folder by design.
    """
    if one.creation_counter == other.creation_counter:
        return False
    return one.folder.startswith(other.folder) or other.folder.startswith(one.folder)


def _covers(field: PDFField, other: FileField) -> bool:
    """Return whether what the other field stores has names that links are made for."""
    return field.serves(f"{str(other.upload_to).rstrip('/')}/")
