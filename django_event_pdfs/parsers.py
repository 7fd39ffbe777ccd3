"""Parsers: a raw PDF as the body, a multipart body that must be complete, JSON of any depth."""

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import FileUploadParser, JSONParser, MultiPartParser

from django_event_pdfs.naming import document_stem
from django_event_pdfs.validators import CONTENT_TYPES


class _CountingStream:
    """A body that counts what was read of it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.count = 0

    def read(self, *args: int) -> bytes:
        chunk: bytes = self.stream.read(*args)
        self.count += len(chunk)
        return chunk


class _CompleteBody:
    """Refuse a body that ends before its declared length.

    When a connection breaks, servers hand on what had arrived. A multipart body cut between two
    files would pass for one with the second file left out.
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        counting = _CountingStream(stream)
        parsed = cast(Any, super()).parse(counting, media_type, parser_context)
        if counting.count < _declared_length(parser_context):
            raise ParseError("The body ended before its declared length.", code="incomplete_body")
        return parsed


class EventMultiPartParser(_CompleteBody, MultiPartParser):
    """``multipart/form-data``, complete."""


class EventJSONParser(JSONParser):
    """``application/json``. Refuses what is nested too deeply, which would end in a 500."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply.") from error


class PDFParser(_CompleteBody, FileUploadParser):
    """The body is one PDF. ``request.data["file"]`` is the upload.

    Its name comes from the URL, else from ``Content-Disposition``, else from the field.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        declared = _declared_type(media_type, parser_context)
        if declared not in CONTENT_TYPES:
            raise UnsupportedMediaType(media_type)
        parsed = super().parse(stream, media_type, parser_context)
        parsed.files["file"].content_type = declared
        return parsed

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        view = parser_context["view"]
        if view.takes_file_name:
            return str(parser_context["request"].path.rpartition("/")[2])
        named = super().get_filename(stream, media_type, parser_context)
        return named or f"{document_stem(view.document_field)}.pdf"


def _declared_type(media_type: str | None, parser_context: Mapping[str, Any] | None) -> str:
    """Return the type of the body without parameters, empty where the client declared none."""
    meta = (parser_context or {})["request"].META
    # wsgiref, and so runserver, makes this up where a client (curl -T) says nothing.
    if media_type == "text/plain" and meta.get("SERVER_SOFTWARE", "").startswith("WSGIServer/"):
        return ""
    return (media_type or "").partition(";")[0].strip().lower()


def _declared_length(parser_context: Mapping[str, Any] | None) -> int:
    try:
        return int((parser_context or {})["request"].META["CONTENT_LENGTH"])
    except (KeyError, TypeError, ValueError):
        return 0
