"""Who may read, create and change events and their documents."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from django_event_pdfs.conf import conf
from django_event_pdfs.models import get_event_model

# What looks its event up itself, so that ``has_object_permission`` is asked, and 404 precedes 403.
_ASKING_ACTIONS = frozenset(
    {
        "retrieve",
        "update",
        "partial_update",
        "destroy",
        "metadata",
        "open_document",
        "store_document",
        "clear_document",
        "unknown_document",
    }
)


class EventDocumentsPermission(BasePermission):
    """Three questions, each a method that a host may override.

    The defaults ask ``READ_ACCESS`` for reading and Django's own model permissions for the rest,
    so groups, object permissions and custom authentication backends all plug in.
    """

    def can_read(self, request: Request, event: Model | None, field: str | None) -> bool:
        """Return whether the document ``field`` of ``event`` may be read.

        ``event`` is the row that holds it, of whichever model. ``field`` is None when the event
        itself is read, ``event`` too when a list is.
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
        is_document = getattr(_view(request), "document_field", None)
        deletes = request.method == "DELETE" and not is_document
        return self._has_perm(request, "delete" if deletes else "change", event)

    def prepare(self, request: Request, events: Iterable[Model]) -> None:
        """Prepare to be asked about each of a page of events, by one query for all, say."""

    def has_permission(self, request: Request, view: Any) -> bool:
        action = getattr(view, "action", "")
        is_detail = _lookup(view) in view.kwargs and action not in ("list", "create")
        if action is None or (is_detail and action in _ASKING_ACTIONS):
            return True  # Without an action a 405 follows.
        if is_detail and hasattr(view, "get_object"):
            return self._asks_about_event(view)
        if request.method in SAFE_METHODS:
            return self.can_read(request, None, None)
        return self.can_create(request)

    def has_object_permission(self, request: Request, view: Any, obj: Model) -> bool:
        if request.method in SAFE_METHODS:
            return self.can_read(request, obj, getattr(view, "document_field", None))
        return self.can_change(request, obj)

    @staticmethod
    def _asks_about_event(view: Any) -> bool:
        """Have ``has_object_permission`` asked: an action of the host's own may never do so."""
        try:
            view.get_object()
        except Http404 as error:
            raise NotFound from error  # The browsable API catches nothing else here.
        return True

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


def _lookup(view: Any) -> str:
    """Return the name of the URL parameter that tells one event from another."""
    return str(getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", "pk"))


def _view(request: Request) -> Any:
    return (request.parser_context or {}).get("view")


def _model(view: Any) -> type[Model]:
    if hasattr(view, "get_document_model"):
        found: type[Model] = view.get_document_model()
        return found
    return view.get_queryset().model if hasattr(view, "get_queryset") else get_event_model()
