"""The gate: what may be stored. One rule, one validator, every door."""

import os
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from django_event_pdfs.conf import conf
from django_event_pdfs.inspection import inspect_upload
from django_event_pdfs.pdf import Findings, Inspection, clean_text

# A browser without a PDF viewer declares octet-stream, a phone's share sheet often nothing.
CONTENT_TYPES = frozenset({"application/pdf", "application/x-pdf", "application/octet-stream", ""})

MESSAGES = {
    "too_large": _("The file has %(value)s; the limit is %(limit)s."),
    "empty": _("The file is empty."),
    "wrong_extension": _("The file name “%(value)s” does not end in “.pdf”."),
    "wrong_content_type": _("The file was sent as “%(value)s”, not as “application/pdf”."),
    "not_a_pdf": _("The file is not a PDF, whatever its name says."),
    "damaged": _("The PDF is damaged or incomplete. Export it again and upload the new file."),
    "encrypted": _("The PDF asks for a password. Remove the password and upload it again."),
    "no_pages": _("The PDF has no pages."),
    "too_many_pages": _("The PDF has %(value)s pages; the limit is %(limit)s."),
    "too_complex": _(
        "The PDF consists of %(value)s objects; the limit is %(limit)s. "
        "Print it to a new PDF and upload that."
    ),
    "end_before_start": _("The end (%(value)s) is before the start (%(limit)s)."),
}


def refusal(code: str, **params: object) -> ValidationError:
    """Return the error for ``code``, with the value and the limit that its message names."""
    return ValidationError(MESSAGES[code], code=code, params=params)


@deconstructible
class PDFValidator:
    """Refuse a file that is no PDF fit to be stored.

    Takes any file: an upload, a ``ContentFile``, or the ``FieldFile`` of an instance. A file that
    is stored already is not judged again. ``max_size`` (bytes) overrides
    ``EVENT_PDFS["MAX_SIZE"]``.

    Raises:
        ValidationError: with one of the codes of ``MESSAGES``; the first failure answers.
    """

    def __init__(self, max_size: int | None = None) -> None:
        self.max_size = max_size

    def __call__(self, value: "File[Any]") -> None:
        if not isinstance(value, FieldFile):
            self.inspect(value, value.name)
        elif not value._committed:  # type: ignore[attr-defined]
            self.inspect(value.file, value.name)

    def inspect(self, upload: "File[Any]", name: str | None) -> Inspection:
        """Judge ``upload`` under ``name`` and return what its inspection said."""
        self._check_size(upload)
        _check_declaration(upload, name)
        inspection = inspect_upload(upload)
        _check_inspection(inspection)
        return inspection

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PDFValidator) and self.max_size == other.max_size

    def __hash__(self) -> int:
        return hash((PDFValidator, self.max_size))

    def _check_size(self, file: "File[Any]") -> None:
        limit = conf.max_size if self.max_size is None else self.max_size
        if not file.size:
            raise refusal("empty")
        if file.size > limit:
            raise refusal("too_large", value=_readable(file.size), limit=_readable(limit))


def _check_declaration(file: "File[Any]", name: str | None) -> None:
    """Judge what the client says of the file: its name and its type."""
    name = os.path.basename(name or "")
    if name and os.path.splitext(name)[1].lower() != ".pdf":
        # A lone surrogate in the message would make the answer a 500.
        raise refusal("wrong_extension", value=clean_text(name, limit=100))
    declared = (getattr(file, "content_type", None) or "").partition(";")[0].strip().lower()
    if declared not in CONTENT_TYPES:
        raise refusal("wrong_content_type", value=clean_text(declared, limit=100))


def _check_inspection(inspection: Inspection) -> None:
    if inspection.refusal:
        raise refusal(inspection.refusal.code, **inspection.refusal.params)
    if inspection.facts and inspection.facts.pages > conf.max_pages:
        raise refusal("too_many_pages", value=inspection.facts.pages, limit=conf.max_pages)
    findings = inspection.findings or Findings(objects=0)
    if findings.objects > conf.max_objects:
        raise refusal("too_complex", value=findings.objects, limit=conf.max_objects)


def _readable(size: int) -> str:
    """Say a size with its bytes, for "10.0 MB" alone cannot tell 10,485,761 from the limit."""
    return _("%(size)s (%(bytes)s bytes)") % {"size": filesizeformat(size), "bytes": size}


def validate_period(start: datetime | None, end: datetime | None) -> None:
    """Refuse an end before its start; either may be missing.

    Raises:
        ValidationError: ``end_before_start``, on ``end_date``.
    """
    if start and end and end < start:
        error = refusal("end_before_start", value=end.isoformat(), limit=start.isoformat())
        raise ValidationError({"end_date": error})
