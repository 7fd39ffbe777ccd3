"""Who may read, create and change events and their documents."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from django_event_pdfs.conf import conf
from django_event_pdfs.models import get_event_model


class EventDocumentsPermission(BasePermission):
    """Three questions, each a method that a host may override.

    The defaults ask ``READ_ACCESS`` for reading and Django's own model permissions for the rest,
    so groups, object permissions and custom authentication backends all plug in.
    """

    def can_read(self, request: Request, event: Model | None, field: str | None) -> bool:
        """Return whether the document ``field`` of ``event`` may be read.

        ``field`` is None when the event itself is read, ``event`` too when a list is.
        """
        if conf.read_access == "public":
            return True
        if conf.read_access == "authenticated":
            return bool(request.user and request.user.is_authenticated)
        return self._has_perm(request, "view", event)

    def can_create(self, request: Request) -> bool:
        """Return whether events may be created."""
        return self._has_perm(request, "add", None)

    def can_change(self, request: Request, event: Model) -> bool:
        """Return whether ``event`` and its documents may be changed, or deleted by DELETE."""
        deletes = getattr(_view(request), "action", None) == "destroy"
        return self._has_perm(request, "delete" if deletes else "change", event)

    def prepare(self, request: Request, events: Iterable[Model]) -> None:
        """Prepare to be asked about each of a page of events, by one query for all, say."""

    def has_permission(self, request: Request, view: Any) -> bool:
        is_detail = (view.lookup_url_kwarg or view.lookup_field) in view.kwargs
        if is_detail or getattr(view, "action", "") is None:
            # The event is asked about once it is known; without an action a 405 follows.
            return True
        if request.method in SAFE_METHODS:
            return self.can_read(request, None, None)
        return self.can_create(request)

    def has_object_permission(self, request: Request, view: Any, obj: Model) -> bool:
        if request.method in SAFE_METHODS:
            return self.can_read(request, obj, getattr(view, "document_field", None))
        return self.can_change(request, obj)

    @staticmethod
    def _has_perm(request: Request, action: str, event: Model | None) -> bool:
        model = type(event) if event is not None else _model(_view(request))
        options = model._meta
        permission = f"{options.app_label}.{action}_{options.model_name}"
        user = request.user
        # ModelBackend says no whenever it is given an object, so both are asked.
        return user.has_perm(permission) or (event is not None and user.has_perm(permission, event))


def documents_permission(view: APIView | None) -> EventDocumentsPermission:
    """Return the permission that says which documents may be read in a view's answers.

    Ours or the host's subclass where the view has one, also inside ``A & B``; else the default.
    """
    permissions = view.get_permissions() if view is not None else []
    return next(_ours(permissions), EventDocumentsPermission())


def _ours(permissions: Iterable[Any]) -> Any:
    for permission in permissions:
        if isinstance(permission, EventDocumentsPermission):
            yield permission
        yield from _ours(
            part for name in ("op1", "op2") if (part := getattr(permission, name, None))
        )


def _view(request: Request) -> Any:
    return (request.parser_context or {}).get("view")


def _model(view: Any) -> type[Model]:
    if hasattr(view, "get_document_model"):
        found: type[Model] = view.get_document_model()
        return found
    return get_event_model() if view is None else view.get_queryset().model
