"""The signal that a document leaves, for whoever counts or audits readings."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase

from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.fields import PDFField, local_document_fields
from django_event_pdfs.models import document_models
from django_event_pdfs.naming import document_stem
from django_event_pdfs.signals import document_delivered

# The document, a part of it, or where it is. Not 304, whose reader has it already.
_HANDED_OVER = {200, 206, 302}


def note_link_used(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """Tell that a link opened ``name``, where it did and somebody listens. Asks no database."""
    if _is_told(request, response):
        _send(request, response, name, _field_of(name), None, None)


def note_opened(
    request: HttpRequest, response: HttpResponseBase, document: DocumentFile, user: Any
) -> None:
    """Tell that ``user`` opened a document by its permalink, where he did and somebody listens."""
    if _is_told(request, response):
        known = user if getattr(user, "is_authenticated", False) else None
        _send(request, response, document.name, document.field, document.instance, known)


def _is_told(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_delivery = request.method == "GET" and response.status_code in _HANDED_OVER
    return is_delivery and bool(document_delivered.receivers)


def _send(
    request: HttpRequest,
    response: HttpResponseBase,
    name: str,
    field: PDFField | None,
    instance: Model | None,
    user: Any,
) -> None:
    document_delivered.send_robust(
        field and field.model,
        instance=instance,
        field=field,
        name=name,
        status=response.status_code,
        user=user,
        request=request,
    )


def _field_of(name: str) -> PDFField | None:
    """Return the field that a name belongs to by its folder and its stem, None where several do."""
    found = [f for m in document_models() for f in local_document_fields(m) if f.serves(name)]
    last = name.rpartition("/")[2]
    named = [f for f in found if last.startswith(f"{document_stem(f.name)}_")]
    candidates = named or found
    return candidates[0] if len(candidates) == 1 else None
