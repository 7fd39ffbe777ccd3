"""How documents look in JSON, to whoever receives it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone, is_aware, make_naive
from rest_framework.fields import DateTimeField
from rest_framework.request import Request

from django_event_pdfs.conf import conf
from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.facts import filename_in, shown_facts
from django_event_pdfs.fields import PDFField
from django_event_pdfs.links import (
    Link,
    MakeLink,
    NginxSecureLinks,
    Permalinks,
    SignedLinks,
    get_links,
)
from django_event_pdfs.naming import random_part
from django_event_pdfs.permissions import EventDocumentsPermission, documents_permission
from django_event_pdfs.representations import Simply, simply

_KEY = "django_event_pdfs.documents"

# The absolute URL of a link and its end; neither where there is no link to give.
_Shown = tuple[str | None, datetime | None]
_NOT_SHOWN: _Shown = (None, None)


class DocumentPresenter:
    """Turns documents into URLs and entries, or into None where they may not be read.

    Made once per response. Without a request (an event serialised by hand) everything may be read,
    and URLs are as the link maker gives them.
    """

    def __init__(self, request: Request | None, permission: EventDocumentsPermission) -> None:
        self.request = request
        self.permission = permission
        links = get_links()
        self.make_link: MakeLink = links.maker()
        self.permalinks = Permalinks(request, self.absolute)
        self.zone, self._is_naive = get_current_timezone(), not settings.USE_TZ
        self.always = self._settled_once()
        is_ours = type(links).maker in (SignedLinks.maker, NginxSecureLinks.maker)
        self._origin = f"{request.scheme}://{request.get_host()}" if request and is_ours else ""
        self._answers: dict[tuple[type[Model], Any, str], bool] = {}
        self._columns: dict[PDFField, Column] = {}
        self._expiry: tuple[datetime | None, Any] = (None, None)

    @classmethod
    def of(cls, context: Any) -> "DocumentPresenter":
        """Return the presenter of a serializer's context, which keeps it."""
        presenter: DocumentPresenter | None = context.get(_KEY)
        if presenter is None or presenter.zone is not get_current_timezone():
            request = _rest_request(context.get("request"))
            presenter = cls(request, documents_permission(context.get("view")))
            context[_KEY] = presenter
        return presenter

    def prepare(self, events: Iterable[Model]) -> None:
        """Tell the permission which page of events it is going to be asked about."""
        if self.request is not None:
            self.permission.prepare(self.request, events)

    def may_read(self, event: Model, field_name: str) -> bool:
        """Return whether the document may be read; asks nothing per row where it can't matter."""
        if self.always is not None or self.request is None:
            return self.always is not False
        if event.pk is None:
            return self.permission.can_read(self.request, event, field_name)
        key = (type(event), event.pk, field_name)
        if key not in self._answers:  # An event shows a document twice: as a URL, and in documents.
            self._answers[key] = self.permission.can_read(self.request, event, field_name)
        return self._answers[key]

    def column(self, field: PDFField) -> "Column":
        """Return what presents the documents of one field."""
        if field not in self._columns:
            self._columns[field] = Column(self, field)
        return self._columns[field]

    def url(self, document: DocumentFile) -> str | None:
        """Return the absolute link, None where there is none to give."""
        return self.column(document.field).url_of(document)

    def entry(self, document: DocumentFile) -> Mapping[str, Any] | None:
        """Return the document's entry in ``documents``, None where it may not be read."""
        return self.column(document.field).entry_of(document)

    def absolute(self, url: str) -> str:
        """Return the URL as ``request.build_absolute_uri`` does."""
        if self.request is None:
            return url
        return self.request.build_absolute_uri(url)

    def absolute_link(self, link: Link) -> str:
        """Return the URL of a link of :attr:`make_link` as ``request.build_absolute_uri`` does."""
        url = link.url
        # Signed links are percent-encoded paths; only those with dots as segments want resolving.
        if self._origin and url[:1] == "/" and "/." not in url:
            return self._origin + url
        return self.absolute(url)

    def moment(self, value: datetime | None) -> Any:
        """Return a moment as the serializer's other dates."""
        dates, known = self._dates
        if self._is_naive and value and is_aware(value):
            value = make_naive(value, self.zone)  # REST framework would take that of UTC.
        if known and known.convert and type(value) is datetime:
            return known.convert(value)
        return value and dates.to_representation(value)

    def expiry(self, value: datetime | None) -> Any:
        """Return the end of a link as :meth:`moment` does; those of a response mostly share it."""
        if value is not self._expiry[0]:
            self._expiry = (value, self.moment(value))
        return self._expiry[1]

    @cached_property
    def _dates(self) -> tuple[DateTimeField, Simply | None]:
        field = DateTimeField()
        return field, simply(field)

    def _settled_once(self) -> bool | None:
        """Return the answer that holds for every row, None where each row is asked about."""
        if self.request is None:
            return True
        overridden = type(self.permission).can_read is not EventDocumentsPermission.can_read
        if overridden or conf.read_access == "permission":
            return None
        return self.permission.can_read(self.request, None, None)


class Column:
    """The documents of one field, in one response."""

    def __init__(self, presenter: DocumentPresenter, field: PDFField) -> None:
        self._presenter = presenter
        self._field = field
        self._attname, self._facts_name = field.attname, field.facts_name
        self._folders = field.served_folders
        self._is_open = presenter.always is True
        self._make_link, self._absolute_link = presenter.make_link, presenter.absolute_link
        # A document is shown twice: as a URL, and in ``documents``.
        self._last: tuple[str, str, _Shown] = ("", "", _NOT_SHOWN)

    def url(self, event: Model) -> str | None:
        """Return the absolute link to an event's document, None where there is none to give."""
        return self._url(event, *self._held(event))

    def url_of(self, document: DocumentFile) -> str | None:
        """Return the absolute link to a document."""
        return self._url(document.instance, *_held(document))

    def entry(self, event: Model) -> Mapping[str, Any] | None:
        """Return the entry of an event's document, None where it may not be read."""
        return self._entry(event, *self._held(event))

    def entry_of(self, document: DocumentFile) -> Mapping[str, Any] | None:
        """Return the entry of a document."""
        return self._entry(document.instance, *_held(document))

    def _held(self, event: Model) -> tuple[str, Any, bool]:
        """Return name and facts as they came from the row, without making a file of them."""
        held = event.__dict__
        name = held.get(self._attname)
        if type(name) is not str or self._facts_name not in held:
            return _held(getattr(event, self._attname))
        return name, held[self._facts_name], True

    def _url(self, event: Model, name: str, facts: Any, is_stored: bool) -> str | None:
        if not (name and self._is_readable(event)):
            return None
        return self._link(name, filename_in(facts, name), is_stored)[0]

    def _entry(
        self, event: Model, name: str, facts: Any, is_stored: bool
    ) -> Mapping[str, Any] | None:
        presenter = self._presenter
        if not (name and self._is_readable(event)):
            return None
        known, stored_at = shown_facts(facts, name) or (None, None)
        filename = filename_in(facts, name)
        url, expires_at = self._link(name, filename, is_stored)
        part = random_part(name)
        return {
            "url": url,
            "expires_at": url and presenter.expiry(expires_at),
            "permalink": presenter.permalinks.of(event, self._field.name),
            "filename": filename or name.rpartition("/")[2],
            "size": known and known["size"],
            "pages": known and known["pages"],
            "sha256": known and known["sha256"],
            "etag": part and f'"{part}"',
            "stored_at": presenter.moment(stored_at),
        }

    def _link(self, name: str, filename: str, is_stored: bool) -> _Shown:
        if not is_stored or not name.startswith(self._folders):
            return _NOT_SHOWN
        last = self._last
        if last[0] == name and last[1] == filename:
            return last[2]
        try:
            link = self._make_link(name, filename)
            shown: _Shown = (self._absolute_link(link), link.expires_at)
        except LinkUnavailable:
            shown = _NOT_SHOWN
        self._last = (name, filename, shown)
        return shown

    def _is_readable(self, event: Model) -> bool:
        return self._is_open or self._presenter.may_read(event, self._field.name)


def _held(document: DocumentFile) -> tuple[str, Any, bool]:
    """Return the name of a document, its facts as in JSON, and whether it is stored."""
    return document.name or "", document.facts_as_json, document._committed


def _rest_request(request: Any) -> Request | None:
    """Return the request of a REST view as it is, and that of any other view with its user."""
    if not isinstance(request, HttpRequest):
        return request if isinstance(request, Request) else None
    wrapped = Request(request)
    wrapped.user = getattr(request, "user", None) or AnonymousUser()
    return wrapped
