"""Viewsets: the mixin for a host's own, and the bundled one."""

import logging
from collections.abc import Mapping
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import router, transaction
from django.db.models import (
    DateField,
    DateTimeField,
    Field,
    FileField,
    Model,
    QuerySet,
    TimeField,
)
from django.http import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import Representation, get_delivery
from django_event_pdfs.document_routes import document_routes
from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.errors import LengthRequired, add_codes, as_api_exception
from django_event_pdfs.fields import PDFField
from django_event_pdfs.lifecycle import lock
from django_event_pdfs.models import get_event_model
from django_event_pdfs.pagination import EventCursorPagination, event_ordering
from django_event_pdfs.parsers import EventJSONParser, EventMultiPartParser, PDFParser
from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.presenters import DocumentPresenter
from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.validators import refusal

logger = logging.getLogger("django_event_pdfs")

# Those of Django's fields, which write what the instance holds.
_PLAIN_PRE_SAVES = {f.pre_save for f in (Field, DateField, DateTimeField, TimeField, FileField)}


class EventDocumentsViewSetMixin(GenericViewSet[Any]):
    """Put before ``ModelViewSet``: permission, error codes, cache headers, and the permalinks.

    Each document of an event gets an address, ``<detail>/<field>/``: GET opens it, PUT replaces it
    by a raw PDF body, DELETE clears it.
    """

    permission_classes = (EventDocumentsPermission,)

    #: Set on the routes of a document: the name of its field.
    document_field: str | None = None
    #: Whether the address ends in the name of the file that is put there.
    takes_file_name = False

    _event: tuple[dict[str, Any], Any] | None = None  # What the URL names, and its event.

    @classmethod
    def get_document_model(cls) -> type[Model]:
        """Return the model whose documents the viewset serves."""
        if cls.queryset is not None:
            return cls.queryset.model
        meta = getattr(cls.serializer_class, "Meta", None)
        return getattr(meta, "model", None) or get_event_model()

    @classmethod
    def get_extra_actions(cls) -> list[Any]:
        """Add the routes of the documents, after the host's own actions."""
        own = list(super().get_extra_actions())
        writable = hasattr(cls, "update")  # Not in a ReadOnlyModelViewSet.
        try:
            return [*own, *document_routes(cls.get_document_model(), writable=writable)]
        except ImproperlyConfigured:  # Without an event model; a system check says so.
            return own

    def get_parsers(self) -> list[BaseParser]:
        """Return the host's parsers, and those without which no document could be sent."""
        if self.document_field:
            return [PDFParser()]
        ours: dict[type, Any] = {MultiPartParser: EventMultiPartParser, JSONParser: EventJSONParser}
        parsers = [ours[type(p)]() if type(p) in ours else p for p in super().get_parsers()]
        known = {p.media_type for p in parsers}
        needed = (EventMultiPartParser(), FormParser(), EventJSONParser())
        return [*parsers, *(p for p in needed if p.media_type not in known)]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # A document is a PDF whatever the client would rather have.
        return super().perform_content_negotiation(request, force or bool(self.document_field))

    def get_object(self) -> Any:
        """Return the event, which the permission has looked up before."""
        if self._event is None or self._event[0] != self.kwargs:
            self._event = (dict(self.kwargs), super().get_object())
        return self._event[1]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS and _declares_no_length(request):
            # Django sees no body then, and a PATCH would change nothing and answer 200.
            raise LengthRequired

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave only what the host's ``visible_to(user)`` shows, in every lookup."""
        queryset = super().filter_queryset(queryset)
        visible_to = getattr(queryset, "visible_to", None)
        return visible_to(self.request.user or AnonymousUser()) if visible_to else queryset

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("context", self.get_serializer_context())
        events = args[0] if args else kwargs.get("instance")
        if kwargs.get("many") and events is not None:
            DocumentPresenter.of(kwargs["context"]).prepare(events)
        return super().get_serializer(*args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        error = as_api_exception(exc)
        response = super().handle_exception(error)
        add_codes(response, error)
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        # A shared cache must not hand one user's answer to another.
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    def open_document(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Open the document: the permalink."""
        return self._deliver(request)

    def store_document(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Store the body, a raw PDF, as the document."""
        event = self.get_object()
        document = self._document(event)
        upload = cast(Mapping[str, Any], request.data).get("file")
        try:
            self._store(event, document, upload)
        finally:
            if upload:  # A request closes the files of forms only.
                upload.close()
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
            return get_delivery().respond(request._request, _representation(request, document))
        except FileNotFoundError:
            # The document may have been replaced since its row was read, so read it again.
            self._event = None
            return self._deliver(request, missing=document.name)

    def _store(self, event: Model, document: DocumentFile, upload: Any) -> None:
        try:
            if not upload:
                raise refusal("empty")
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


class EventViewSet(EventDocumentsViewSetMixin, ModelViewSet[Any]):
    """The bundled event API."""

    #: Lets a system check know this class without importing it.
    is_bundled = True

    serializer_class = EventSerializer

    @classmethod
    def get_document_model(cls) -> type[Model]:
        return get_event_model()

    def unknown_document(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer for an address below an event that is no document of it."""
        self.get_object()
        raise exceptions.NotFound(_("The event has no such document."), code="no_document")

    @property
    def pagination_class(self) -> Any:  # type: ignore[override]
        return api_settings.DEFAULT_PAGINATION_CLASS or EventCursorPagination

    def get_queryset(self) -> QuerySet[Any]:
        model = get_event_model()
        events = model._default_manager.all()
        return events if events.ordered else events.order_by(*event_ordering(model))


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


def _declares_no_length(request: Request) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")


def _sets_itself(field: "Field[Any, Any]") -> bool:
    """Return whether a field gets its value when it is saved, as documents and ``auto_now`` do."""
    return getattr(field, "auto_now", False) or type(field).pre_save not in _PLAIN_PRE_SAVES
