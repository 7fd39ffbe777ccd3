"""Parsers: a raw PDF as the body, and a multipart body that must be complete."""

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import FileUploadParser, MultiPartParser

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


class PDFParser(_CompleteBody, FileUploadParser):
    """The body is one PDF. ``request.data["file"]`` is the upload.

    Its name comes from the URL, else from ``Content-Disposition``, else from the field.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        if (media_type or "").partition(";")[0].strip().lower() not in CONTENT_TYPES:
            raise UnsupportedMediaType(media_type)
        return super().parse(stream, media_type, parser_context)

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        named = super().get_filename(stream, media_type, parser_context)
        field: str = parser_context["view"].document_field
        return named or f"{document_stem(field)}.pdf"


def _declared_length(parser_context: Mapping[str, Any] | None) -> int:
    try:
        return int((parser_context or {})["request"].META["CONTENT_LENGTH"])
    except (KeyError, TypeError, ValueError):
        return 0
