"""Who may read, create and change events and their documents."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from django_event_pdfs.conf import conf
from django_event_pdfs.models import get_event_model

# Kept on the view: what was answered about its event, and that it is being looked up.
_ANSWER = "_documents_answer"
_ASKING = "_documents_asking"


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
        access = conf.read_access
        if access == "public":
            return True
        if access == "authenticated":
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
        if getattr(view, "action", "") is None and not hasattr(view, str(request.method).lower()):
            return True  # No such method: a 405 follows.
        if _is_detail(view):
            return self._may_use_event(request, view)
        if request.method in SAFE_METHODS:
            return self.can_read(request, None, None)
        return self.can_create(request)

    def has_object_permission(self, request: Request, view: Any, obj: Model) -> bool:
        # By class: another of ours on the same view, a stricter one say, answers for itself.
        key = (type(self), request.method)
        known, event, answer = view.__dict__.get(_ANSWER, (None, None, False))
        if known != key or event is not obj:
            if request.method in SAFE_METHODS:
                answer = self.can_read(request, obj, getattr(view, "document_field", None))
            else:
                answer = self.can_change(request, obj)
            view.__dict__[_ANSWER] = (key, obj, answer)
        return bool(answer)

    def _may_use_event(self, request: Request, view: Any) -> bool:
        """Ask about the event before any code of the host runs: that may never do so itself."""
        if self._wants_user() and not (request.user and request.user.is_authenticated):
            return False  # And nobody learns which events there are.
        if view.__dict__.get(_ASKING):
            return True  # In ``A | B``, get_object() asks has_permission() again.
        view.__dict__[_ASKING] = True
        try:
            return self.has_object_permission(request, view, view.get_object())
        except Http404 as error:
            raise NotFound from error  # The browsable API catches nothing else here.
        finally:
            view.__dict__[_ASKING] = False

    def _wants_user(self) -> bool:
        """Return whether no event could be used by anyone who has not signed in."""
        ours, theirs = EventDocumentsPermission, type(self)
        settled = theirs.can_read is ours.can_read and theirs.can_change is ours.can_change
        return settled and conf.read_access == "authenticated"

    @staticmethod
    def _has_perm(request: Request, action: str, event: Model | None) -> bool:
        model = type(event) if event is not None else _model(_view(request))
        options = model._meta
        permission = f"{options.app_label}.{action}_{options.model_name}"
        user = request.user or AnonymousUser()  # UNAUTHENTICATED_USER may be None.
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


def _is_detail(view: Any) -> bool:
    """Return whether a request to ``view`` is about one event."""
    detail = getattr(view, "detail", None)
    if detail is not None:  # A router says so.
        return bool(detail)
    lookup = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", "pk")
    if lookup not in view.kwargs or getattr(view, "action", "") in ("list", "create"):
        return False
    return any(hasattr(view, name) for name in ("retrieve", "update", "destroy"))


def _view(request: Request) -> Any:
    return (request.parser_context or {}).get("view")


def _model(view: Any) -> type[Model]:
    if hasattr(view, "get_queryset"):
        found: type[Model] = view.get_queryset().model
        return found
    return get_event_model()
