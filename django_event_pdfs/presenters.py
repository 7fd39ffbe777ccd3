"""How documents look in JSON, to whoever receives it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest
from rest_framework.fields import DateTimeField
from rest_framework.request import Request

from django_event_pdfs.conf import conf
from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links import Link, permalink
from django_event_pdfs.naming import random_part
from django_event_pdfs.permissions import EventDocumentsPermission, documents_permission

_KEY = "django_event_pdfs.documents"


class DocumentPresenter:
    """Turns documents into URLs and entries, or into None where they may not be read.

    Made once per response. Without a request (an event serialised by hand) everything may be read,
    and URLs are as the link maker gives them.
    """

    def __init__(self, request: Request | None, permission: EventDocumentsPermission) -> None:
        self.request = request
        self.permission = permission
        self._always = self._settled_once()
        self._answers: dict[tuple[type[Model], Any, str], bool] = {}

    @classmethod
    def of(cls, context: Any) -> "DocumentPresenter":
        """Return the presenter of a serializer's context, which keeps it."""
        if _KEY not in context:
            request = _rest_request(context.get("request"))
            context[_KEY] = cls(request, documents_permission(context.get("view")))
        presenter: DocumentPresenter = context[_KEY]
        return presenter

    def prepare(self, events: Iterable[Model]) -> None:
        """Tell the permission which page of events it is going to be asked about."""
        if self.request is not None:
            self.permission.prepare(self.request, events)

    def may_read(self, event: Model, field_name: str) -> bool:
        """Return whether the document may be read; asks nothing per row where it can't matter."""
        if self._always is not None or self.request is None:
            return self._always is not False
        if event.pk is None:
            return self.permission.can_read(self.request, event, field_name)
        key = (type(event), event.pk, field_name)
        if key not in self._answers:  # An event shows a document twice: as a URL, and in documents.
            self._answers[key] = self.permission.can_read(self.request, event, field_name)
        return self._answers[key]

    def url(self, document: DocumentFile) -> str | None:
        """Return the absolute link, None where there is none to give."""
        link = self._link(document)
        return self._absolute(link.url) if link else None

    def entry(self, document: DocumentFile) -> Mapping[str, Any] | None:
        """Return the document's entry in ``documents``, None where it may not be read."""
        if not self._readable(document):
            return None
        link, facts, part = self._link(document), document.facts, random_part(document.name)
        address = permalink(document.instance, document.field.name, self.request)
        return {
            "url": link and self._absolute(link.url),
            "expires_at": link and _timestamp(link.expires_at),
            "permalink": address and self._absolute(address),
            "filename": document.filename,
            "size": facts and facts.size,
            "pages": facts and facts.pages,
            "sha256": facts and facts.sha256,
            "etag": part and f'"{part}"',
            "stored_at": facts and _timestamp(facts.stored_at),
        }

    def _settled_once(self) -> bool | None:
        """Return the answer that holds for every row, None where each row is asked about."""
        if self.request is None:
            return True
        overridden = type(self.permission).can_read is not EventDocumentsPermission.can_read
        if overridden or conf.read_access == "permission":
            return None
        return self.permission.can_read(self.request, None, None)

    def _readable(self, document: DocumentFile) -> bool:
        return bool(document) and self.may_read(document.instance, document.field.name)

    def _link(self, document: DocumentFile) -> Link | None:
        if not self._readable(document):
            return None
        try:
            return document.link
        except LinkUnavailable:
            return None

    def _absolute(self, url: str) -> str:
        return self.request.build_absolute_uri(url) if self.request else url


def _rest_request(request: Any) -> Request | None:
    """Return the request of a REST view as it is, and that of any other view with its user."""
    if not isinstance(request, HttpRequest):
        return request if isinstance(request, Request) else None
    wrapped = Request(request)
    wrapped.user = getattr(request, "user", None) or AnonymousUser()
    return wrapped


def _timestamp(moment: Any) -> Any:
    return DateTimeField().to_representation(moment) if moment else None
