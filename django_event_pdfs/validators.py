"""The gate: what may be stored. One rule, one validator, every door."""

import logging
import os
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.deconstruct import deconstructible
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from django_event_pdfs.conf import conf
from django_event_pdfs.inspection import Busy, inspect_upload, scan_upload
from django_event_pdfs.pdf import Inspection, Refusal, clean_text
from django_event_pdfs.refusals import report
from django_event_pdfs.scanning import ScannerUnavailable

logger = logging.getLogger("django_event_pdfs")

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
    "active_content": _(
        "The PDF contains active content: %(kinds)s. "
        "Print it to a new PDF, or export it again as PDF/A, and upload that."
    ),
    "infected": _("The virus scanner found “%(value)s” in the file."),
    "busy": _("Too many files are being checked at the moment. Try again in a few seconds."),
    "scanner_unavailable": _("The file could not be scanned for viruses. Try again later."),
    "end_before_start": _("The end (%(value)s) is before the start (%(limit)s)."),
}

# The code is "too_complex" too: the number of objects is not what this file fails by.
_TOO_COSTLY = _(
    "Checking the PDF takes too much time or memory. Print it to a new PDF and upload that."
)

# The code is "too_large": the rest of it was not read.
_BEYOND = _("The file is larger than the limit of %(limit)s.")

#: The kinds of active content, as people call them.
KINDS = {
    "launch": _("an action that starts a program"),
    "remote_embedded_goto": _("an action that opens an embedded document"),
    "javascript": _("JavaScript"),
    "submit_form": _("a form that sends what is filled in"),
    "import_data": _("data from another file"),
    "remote_goto": _("a jump into another file"),
    "unsafe_uri": _("a link that leads neither to the web nor to mail or telephone"),
    "uri_at_open": _("a link that opens by itself"),
    "attachment": _("an attached file"),
    "xfa": _("an XFA form"),
    "rich_media": _("film, sound or 3D"),
    "font_matrix": _("a font with a malformed matrix"),
}

#: What no document of an event needs, and no setting allows.
NEVER_ALLOWED = frozenset({"launch", "remote_embedded_goto"})


def refusal(code: str, **params: object) -> ValidationError:
    """Return the error for ``code``, with the value and the limit that its message names."""
    return ValidationError(MESSAGES[code], code=code, params=params)


@deconstructible
class PDFValidator:
    """Refuse a file that is no PDF fit to be stored.

    Takes any file: an upload, a ``ContentFile``, or the ``FieldFile`` of an instance. A file that
    is stored already is not judged again. ``max_size`` (bytes) and ``allow`` (kinds of active
    content) override ``EVENT_PDFS["MAX_SIZE"]`` and ``EVENT_PDFS["ALLOW"]``. Refusals are logged,
    and signalled where the ``field`` is known.

    Raises:
        ValidationError: with one of the codes of ``MESSAGES``; the first failure answers.
    """

    def __init__(
        self,
        max_size: int | None = None,
        allow: Collection[str] | None = None,
        field: FileField | None = None,
    ) -> None:
        self.max_size = max_size
        self.allow = None if allow is None else frozenset(allow)
        self.field = field

    def __call__(self, value: "File[Any]") -> None:
        if not isinstance(value, FieldFile):
            self.inspect(value, value.name)
        elif not value._committed:  # type: ignore[attr-defined]
            self.inspect(value.file, value.name, value.instance)

    def inspect(
        self, upload: "File[Any]", name: str | None, instance: Model | None = None
    ) -> Inspection:
        """Judge ``upload`` under ``name`` and return what its inspection said."""
        try:
            return self._judge(upload, name)
        except ValidationError as error:
            report(error, upload, name, self.field, instance)
            raise

    def refuses(self, file: "File[Any]", name: str, inspection: Inspection) -> str:
        """Return the code by which a stored file could not be uploaded today; empty if it could.

        It is not scanned, and nothing is logged or signalled.
        """
        try:
            self._check_size(file)
            check_declaration(file, name)
            _check_structure(inspection)
            self._check_active_content(inspection)
        except ValidationError as error:
            return str(error.code)
        return ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PDFValidator) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        return self.max_size, self.allow, self.field

    def _judge(self, upload: "File[Any]", name: str | None) -> Inspection:
        self._check_size(upload)
        check_declaration(upload, name)
        try:
            inspection = inspect_upload(upload)
            _check_structure(inspection)
            self._check_active_content(inspection)
            verdict = scan_upload(upload)
        except Busy as error:
            logger.warning("No turn to inspect an upload: %s", error.__cause__ or "too many.")
            raise refusal("busy") from error
        except ScannerUnavailable as error:
            logger.error("An upload was not scanned: %s", error)
            raise refusal("scanner_unavailable") from error
        if verdict.is_infected:
            raise refusal("infected", value=verdict.signature)
        return inspection

    @property
    def limit(self) -> int:
        """Bytes that a document may have."""
        return conf.max_size if self.max_size is None else self.max_size

    def too_large(self, length: int | None = None) -> ValidationError:
        """Return the error for a file of so many bytes, None where nobody knows how many."""
        limit = readable(self.limit)
        if length is None:
            return ValidationError(_BEYOND, "too_large", {"limit": limit})
        return refusal("too_large", value=readable(length), limit=limit)

    def _check_size(self, file: "File[Any]") -> None:
        if not file.size:
            raise refusal("empty")
        if file.size > self.limit:
            raise self.too_large(file.size)

    def _check_active_content(self, inspection: Inspection) -> None:
        allowed = frozenset(conf.allow if self.allow is None else self.allow) - NEVER_ALLOWED
        kinds = sorted(inspection.findings.active_content.keys() - allowed)
        if kinds:
            names = get_text_list([str(KINDS[kind]) for kind in kinds], _("and"))
            raise refusal("active_content", kinds=names, found=kinds)


def check_declaration(file: object, name: str | None) -> None:
    """Judge what the client says of the file: its name and its type."""
    check_name(name)
    declared = (getattr(file, "content_type", None) or "").partition(";")[0].strip().lower()
    if declared not in CONTENT_TYPES:
        raise refusal("wrong_content_type", value=clean_text(declared, limit=100))


def check_name(name: str | None) -> None:
    """Judge the name that a client gives a file."""
    name = os.path.basename(name or "")
    if name and os.path.splitext(name)[1].lower() != ".pdf":
        # A lone surrogate in the message would make the answer a 500.
        raise refusal("wrong_extension", value=clean_text(name, limit=100))


def _check_structure(inspection: Inspection) -> None:
    if inspection.refusal:
        raise _structural_refusal(inspection.refusal)
    if inspection.facts and inspection.facts.pages > conf.max_pages:
        raise refusal("too_many_pages", value=inspection.facts.pages, limit=conf.max_pages)
    if inspection.findings.objects > conf.max_objects:
        raise refusal("too_complex", value=inspection.findings.objects, limit=conf.max_objects)


def _structural_refusal(refused: Refusal) -> ValidationError:
    value = refused.params.get("value")
    match refused.params.get("exceeded"):
        case "pages":
            return refusal("too_many_pages", value=value, limit=conf.max_pages)
        case "objects":
            return refusal("too_complex", value=value, limit=conf.max_objects)
        case "memory" | "time":
            return ValidationError(_TOO_COSTLY, code="too_complex")
    return refusal(refused.code, **refused.params)


def readable(size: int) -> str:
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
