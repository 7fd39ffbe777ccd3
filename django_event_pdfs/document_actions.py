"""What can be done with one document of an event: the actions behind its address."""

import logging
from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import router, transaction
from django.db.models import DateField, DateTimeField, Field, FileField, Model, TimeField
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import Representation, get_delivery
from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.fields import PDFField
from django_event_pdfs.handover import note_opened
from django_event_pdfs.lifecycle import lock
from django_event_pdfs.presenters import DocumentPresenter
from django_event_pdfs.refusals import note_sender

logger = logging.getLogger("django_event_pdfs")

# Those of Django's fields, which write what the instance holds.
_PLAIN_PRE_SAVES = {f.pre_save for f in (Field, DateField, DateTimeField, TimeField, FileField)}


class DocumentActions(GenericViewSet[Any]):
    """GET, PUT and DELETE of one document, for ``EventDocumentsViewSetMixin``."""

    #: Set on the routes of a document: the name of its field.
    document_field: str | None = None
    #: Whether the address ends in the name of the file that is put there.
    takes_file_name = False

    _event: tuple[dict[str, Any], Any] | None = None  # What the URL names, and its event.

    def get_object(self) -> Any:
        """Return the event, which the permission has looked up before."""
        if any("\0" in str(value) for value in self.kwargs.values()):
            raise exceptions.NotFound  # No column holds it, and PostgreSQL would not be asked.
        if self._event is None or self._event[0] != self.kwargs:
            self._event = (dict(self.kwargs), super().get_object())
            note_sender(self._event[1], self.request.user)  # For the signals of what is changed.
        return self._event[1]

    def open_document(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open the document: the permalink."""
        return self._deliver(request)

    def store_document(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Store the body, a raw PDF, as the document."""
        event = self.get_object()
        document = self._document(event)
        # There is none where the body is empty.
        upload = cast(Mapping[str, Any], request.data).get("file", ContentFile(b""))
        note_sender(upload, request.user, event)
        try:
            self._store(event, document, upload)
        finally:
            upload.close()  # A request closes the files of forms only.
        entry = DocumentPresenter.of(self.get_serializer_context()).entry(self._document(event))
        return Response(entry, status.HTTP_200_OK if document else status.HTTP_201_CREATED)

    def clear_document(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Clear the document."""
        event = self.get_object()
        document = self._document(event)
        if not document.field.blank:
            error = ValidationError(_("This document is required."), code="null")
            raise ValidationError({document.field.name: error})
        if document:
            setattr(event, document.field.attname, None)
            self._save_document(event, document.field)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_document_update(self, event: Model) -> None:
        """Save an event whose document a PUT or DELETE of the permalink changed.

        Writes the documents and what Django sets at each save (``auto_now``), nothing else: the
        rest of the row may have been changed by someone else meanwhile.
        """
        fields = event._meta.concrete_fields
        event.save(update_fields=[f.name for f in fields if not f.primary_key and _sets_itself(f)])

    def _deliver(self, request: Request, missing: str = "") -> HttpResponseBase:
        document = self._document(self.get_object())
        if not document:
            raise exceptions.NotFound(_("The event has no such document."), code="no_document")
        if document.name == missing:
            logger.error("The file %r is named by a row and missing in storage.", missing)
            raise exceptions.NotFound(_("The file is missing."), code="file_missing")
        try:
            given = _representation(request, document)
            response = get_delivery().respond(request._request, given)
        except FileNotFoundError:
            # The document may have been replaced since its row was read, so read it again.
            self._event = None
            return self._deliver(request, missing=document.name)
        note_opened(request._request, response, document, request.user)
        return response

    def _store(self, event: Model, document: DocumentFile, upload: Any) -> None:
        try:
            document.field.run_validators(upload)
        except ValidationError as error:
            raise ValidationError({document.field.name: error.error_list}) from error
        setattr(event, document.field.attname, upload)
        self._save_document(event, document.field)

    def _save_document(self, event: Model, field: PDFField) -> None:
        using = router.db_for_write(type(event), instance=event)
        with transaction.atomic(using=using):
            if not lock(event, [field]):
                raise exceptions.NotFound  # Deleted meanwhile.
            self.perform_document_update(event)

    def _document(self, event: Model) -> DocumentFile:
        document: DocumentFile = getattr(event, str(self.document_field))
        return document


def _representation(request: Request, document: DocumentFile) -> Representation:
    public = conf.read_access == "public"
    return Representation(
        storage=document.storage,
        name=document.name,
        filename=document.filename,
        # The address outlives the document, so every use asks whether it is still the same.
        cache_control=f"{'public' if public else 'private'}, no-cache",
        download=request.query_params.get("download") == "1",
        public=public,
    )


def _sets_itself(field: "Field[Any, Any]") -> bool:
    """Return whether a field gets its value when it is saved, as documents and ``auto_now`` do."""
    return getattr(field, "auto_now", False) or type(field).pre_save not in _PLAIN_PRE_SAVES
