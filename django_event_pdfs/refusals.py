"""What a host learns of a refused upload: a line in its log, and a signal."""

import logging
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import FileField, Model

from django_event_pdfs.pdf import clean_text
from django_event_pdfs.signals import document_refused

logger = logging.getLogger("django_event_pdfs")

_SENDER = "_event_pdfs_sender"
_REPORTED = "_event_pdfs_reported"


def note_sender(sent: Any, user: Any, instance: Model | None = None) -> None:
    """Note on an upload who sends it and for which row, or on an instance who changes it."""
    setattr(sent, _SENDER, (user, instance))


def sender_of(sent: Any) -> Any:
    """Return the user who sent an upload, or changes an instance; None where it is not known."""
    return getattr(sent, _SENDER, (None, None))[0]


def report(
    error: ValidationError,
    upload: "File[Any]",
    name: str | None,
    field: FileField | None,
    instance: Model | None,
) -> None:
    """Log a refusal, and signal it where the field is known.

    Once for each upload, through however many doors it comes.
    """
    if getattr(upload, _REPORTED, None) == error.code:
        return
    setattr(upload, _REPORTED, error.code)
    _log(error, name, field)
    user, row = getattr(upload, _SENDER, (None, None))
    if field is not None:
        document_refused.send_robust(
            field.model,
            instance=row if instance is None else instance,
            field=field,
            code=error.code,
            error=error,
            user=user,
        )


def _log(error: ValidationError, name: str | None, field: FileField | None) -> None:
    # As ASCII, so that no name can forge a line of the log. Nothing of the content is in it.
    filename = ascii(clean_text(os.path.basename(name or ""), limit=100))
    kinds = ", ".join((error.params or {}).get("found", ()))
    reason = f"{error.code} ({kinds})" if kinds else error.code
    logger.info("Refused %s for %s: %s", filename, field or "no field", reason)
