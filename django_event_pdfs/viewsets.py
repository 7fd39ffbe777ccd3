"""Viewsets: the mixin for a host's own, and the bundled one."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import ModelViewSet

from django_event_pdfs.document_actions import DocumentActions
from django_event_pdfs.document_routes import document_routes
from django_event_pdfs.instances import made_together
from django_event_pdfs.models import get_event_model
from django_event_pdfs.pagination import EventCursorPagination, event_ordering
from django_event_pdfs.parsers import EventJSONParser, EventMultiPartParser, PDFParser
from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.presenters import DocumentPresenter
from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.throttling import DocumentThrottle
from django_event_pdfs.upload_guard import UploadGuard


class EventDocumentsViewSetMixin(UploadGuard, DocumentActions):
    """Put before ``ModelViewSet``: permission, error codes, cache headers, and the permalinks.

    Each document of an event gets an address, ``<detail>/<field>/``: GET opens it, PUT replaces it
    by a raw PDF body, DELETE clears it.
    """

    permission_classes = (EventDocumentsPermission,)

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

    def get_throttles(self) -> list[Any]:
        """Add the throttle of documents to the host's own; it counts nothing without a rate."""
        return [*super().get_throttles(), DocumentThrottle()]

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

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave only what the host's ``visible_to(user)`` shows, in every lookup."""
        queryset = super().filter_queryset(queryset)
        visible_to = getattr(queryset, "visible_to", None)
        if visible_to:
            queryset = visible_to(self.request.user or AnonymousUser())
        is_list = getattr(self, "action", None) == "list"  # It is unset before a request.
        return made_together(queryset) if is_list else queryset

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("context", self.get_serializer_context())
        events = args[0] if args else kwargs.get("instance")
        if kwargs.get("many") and events is not None:
            DocumentPresenter.of(kwargs["context"]).prepare(events)
        return super().get_serializer(*args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        # A shared cache must not hand one user's answer to another.
        patch_vary_headers(response, ("Authorization", "Cookie"))
        if response.has_header("Retry-After"):  # Which scripts of another origin may read, too.
            response.headers.setdefault("Access-Control-Expose-Headers", "Retry-After")
        return response


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
