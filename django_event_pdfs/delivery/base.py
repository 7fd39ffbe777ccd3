"""What every delivery backend does, in the order of RFC 9110, 13.2.2."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.core.files.storage import Storage
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.delivery.ranges import ByteRange, UnsatisfiableRange, parse_range
from django_event_pdfs.disposition import content_disposition
from django_event_pdfs.naming import random_part
from django_event_pdfs.storage import Stat, stat

# Preconditions that come before If-None-Match (RFC 9110, 13.2.2) and may need the file's date.
GUARDS = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}


@dataclass(frozen=True, slots=True)
class Representation:
    """A document on its way out: where it is, and how this answer presents it.

    ``cache_control`` is the header's value; ``public`` says that anyone may read.
    """

    storage: Storage
    name: str
    filename: str
    cache_control: str
    download: bool = False
    public: bool = False

    @property
    def named_etag(self) -> str | None:
        """The strong validator that the name alone gives, None for a name we did not choose."""
        part = random_part(self.name)
        return part and f'"{part}"'


class BaseDelivery(ABC):
    """Answers GET and HEAD for a document.

    Option: ``frame_ancestors``, the sources of the CSP directive of that name that may frame a
    document (default: the site itself).
    """

    def __init__(self, *, frame_ancestors: Sequence[str] = ("'self'",)) -> None:
        self.frame_ancestors = frame_ancestors

    def respond(self, request: HttpRequest, document: Representation) -> HttpResponseBase:
        """Answer a request that may read ``document``: 200, 206, 304, 412 or 416.

        Raises:
            FileNotFoundError: the storage has no such file.
        """
        # A middleware that compresses would break ranges and gain nothing: PDFs are compressed.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        response = self._respond(request, document)
        if response.status_code == 304:
            response = _without_length(request, response)
        self._add_headers(response, document)
        return response

    @abstractmethod
    def body(
        self, request: HttpRequest, document: Representation, wanted: ByteRange
    ) -> HttpResponseBase:
        """Return a response whose body is the bytes ``wanted``."""

    def _respond(self, request: HttpRequest, document: Representation) -> HttpResponseBase:
        etag = document.named_etag
        if etag and "HTTP_IF_NONE_MATCH" in request.META and not GUARDS & request.META.keys():
            # The name says it all, so an unchanged document costs no call to the storage.
            early = get_conditional_response(request, etag=etag)
            if early is not None:
                early["ETag"] = etag
                return early
        found = stat(document.storage, document.name)
        return self._respond_found(request, document, found, etag or _stat_etag(found))

    def _respond_found(
        self, request: HttpRequest, document: Representation, found: Stat, etag: str
    ) -> HttpResponseBase:
        modified = int(found.modified.timestamp()) if found.modified else None
        response: HttpResponseBase | None
        response = get_conditional_response(request, etag=etag, last_modified=modified)
        if response is None:
            response = self._content(request, document, found, etag)
        response["ETag"] = etag
        if modified is not None:
            response["Last-Modified"] = _http_date(modified)
        return response

    def _content(
        self, request: HttpRequest, document: Representation, found: Stat, etag: str
    ) -> HttpResponseBase:
        try:
            wanted = self._wanted_range(request, found, etag)
        except UnsatisfiableRange:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.size}"})
        whole = ByteRange(0, found.size)
        if request.method == "HEAD":
            return self._head(whole)
        response = self.body(request, document, wanted or whole)
        if wanted:
            response.status_code = 206
            response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{found.size}"
        return response

    @staticmethod
    def _head(whole: ByteRange) -> HttpResponse:
        response = HttpResponse()
        response["Content-Length"] = str(whole.length)
        response["Accept-Ranges"] = "bytes"
        return response

    @staticmethod
    def _wanted_range(request: HttpRequest, found: Stat, etag: str) -> ByteRange | None:
        header = request.META.get("HTTP_RANGE")
        if not header or request.method != "GET":  # RFC 9110, 14.2: defined for GET only.
            return None
        condition = request.META.get("HTTP_IF_RANGE")
        if condition and not _if_range_holds(condition.strip(), found, etag):
            return None
        return parse_range(header, found.size)

    def _add_headers(self, response: HttpResponseBase, document: Representation) -> None:
        for name, value in protective_headers(self.frame_ancestors, public=document.public).items():
            response[name] = value
        # A stored 412 or 416 would answer requests that have no such condition or range.
        failed = response.status_code >= 400
        response["Cache-Control"] = "no-store" if failed else document.cache_control
        # Read by XFrameOptionsMiddleware: frame-ancestors speaks for us, and more precisely.
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        if response.status_code in (200, 206):
            response["Content-Type"] = "application/pdf"
            response["Content-Disposition"] = content_disposition(
                document.filename, download=document.download
            )


def _without_length(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a 304 that ``CommonMiddleware`` gives no ``Content-Length: 0``.

    The length would have to be the document's (RFC 9110, 8.6), and nobody asked the storage.
    """
    nothing = _no_chunks() if isinstance(request, ASGIRequest) else ()
    streamed = StreamingHttpResponse(nothing, status=304, headers=response.headers)
    del streamed["Content-Type"]
    return streamed


async def _no_chunks() -> AsyncIterator[bytes]:
    for _chunk in range(0):
        yield b""


def etag_of(storage: Storage, name: str) -> str:
    """Return the ETag that a GET of ``name`` is answered with, by a ``stat`` for a legacy name.

    Raises:
        FileNotFoundError: the storage has no such file.
    """
    part = random_part(name)
    return f'"{part}"' if part else _stat_etag(stat(storage, name))


_http_date = lru_cache(maxsize=1024)(http_date)


def _stat_etag(found: Stat) -> str:
    modified = f"{found.modified.timestamp():.6f}" if found.modified else "0"
    return f'"{found.size:x}-{modified.replace(".", "")}"'


def _if_range_holds(condition: str, found: Stat, etag: str) -> bool:
    """RFC 9110, 13.1.5: strong comparison, or the exact date."""
    if condition.startswith('"'):
        return condition == etag
    return found.modified is not None and parse_http_date_safe(condition) == int(
        found.modified.timestamp()
    )
