"""The headers of documents: what a request may bring, and what an answer has."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

_TEXT = {"type": "string"}
_DATE = "an HTTP date"


def _request_header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, _TEXT, OpenApiParameter.HEADER, description=text)


def _response_header(name: str, text: str, *statuses: int, kind: Any = None) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        kind or _TEXT,
        OpenApiParameter.HEADER,
        description=text,
        response=list(statuses),
    )


_IF_MATCH = _request_header("If-Match", "ETags, or *: only while the document is one of these")
_IF_NONE_MATCH = _request_header("If-None-Match", "ETags, or *: only while it is none of these")

_OPEN = (
    _request_header("Range", "one range of bytes, as in bytes=0-65535"),
    _request_header("If-Range", f"an ETag, or {_DATE}: the range only while this holds"),
    _request_header("If-Modified-Since", _DATE),
    _request_header("If-Unmodified-Since", _DATE),
    _IF_MATCH,
    _IF_NONE_MATCH,
    OpenApiParameter("download", _TEXT, description="1: a browser saves it instead of showing it"),
    _response_header("ETag", "changes with the document", 200, 206),
    _response_header("Last-Modified", _DATE, 200, 206),
    _response_header("Accept-Ranges", "bytes", 200, 206),
    _response_header("Content-Disposition", "the name of the file", 200, 206),
    _response_header("Content-Range", "as in bytes 0-65535/1048576", 206),
    _response_header("Location", "a URL of the object store", 302),
)

_WRITE = (_IF_MATCH, _IF_NONE_MATCH)

_STORE = (
    *_WRITE,
    _request_header("Content-Disposition", 'names the file, as in attachment; filename="a.pdf"'),
)

PARAMETERS: dict[str, tuple[OpenApiParameter, ...]] = {
    "open_document": _OPEN,
    "store_document": _STORE,
    "clear_document": _WRITE,
}
