"""Parsers: a raw PDF as the body, a multipart body that must be complete, JSON of any depth."""

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any, cast

from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import FileUploadParser, JSONParser, MultiPartParser

from django_event_pdfs.bodies import WatchedBody, body_length
from django_event_pdfs.naming import document_stem
from django_event_pdfs.validators import CONTENT_TYPES


class _CompleteBody:
    """Refuse a body that ends too early.

    When a connection breaks, servers hand on what had arrived. A multipart body cut between two
    files would pass for one with the second file left out.
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]._request
        body = WatchedBody(stream, request, self.delimiter(media_type))
        try:
            parsed = cast(Any, super()).parse(body, media_type, parser_context)
        except ParseError as error:  # In English, whatever the client reads.
            raise ParseError(_("The body could not be read.")) from error
        try:
            if body.count < (body_length(request) or 0):
                raise _incomplete()
            self.check(body, parsed)
        except ParseError:
            _close(parsed.files)
            raise
        return parsed

    def delimiter(self, media_type: str | None) -> bytes:
        """Return what parts the body, where anything does."""
        return b""

    def check(self, body: WatchedBody, parsed: Any) -> None:
        """Raise where a body of the declared length is not what its type wants."""


class EventMultiPartParser(_CompleteBody, MultiPartParser):
    """``multipart/form-data``, complete, and with all its parts understood."""

    def delimiter(self, media_type: str | None) -> bytes:
        _type, parameters = parse_header_parameters(media_type or "")
        return f"--{parameters.get('boundary', '')}".encode()

    def check(self, body: WatchedBody, parsed: Any) -> None:
        # RFC 2046, 5.1.1: the close delimiter. Django ignores a file that ends without it.
        if body.delimiter + b"--" not in body.tail:
            raise _incomplete()
        # Django leaves out a part whose headers it cannot read, and a file called "..".
        parts = sum(len(values) for _name, values in [*parsed.data.lists(), *parsed.files.lists()])
        if parts != body.delimiters - 1:
            raise ParseError(_("A part of the form has no readable name."), code="unnamed_part")


class EventJSONParser(JSONParser):
    """``application/json``. Refuses what is nested too deeply, which would end in a 500."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ParseError as error:  # In English, whatever the client reads.
            raise ParseError(_not_json(error.__context__)) from error


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


def _close(files: Mapping[str, Any]) -> None:
    """Close the uploads that no request will."""
    for name, file in files.items():
        for upload in files.getlist(name) if isinstance(files, MultiValueDict) else [file]:
            upload.close()


def _not_json(error: BaseException | None) -> str:
    if isinstance(error, JSONDecodeError):
        place = {"line": error.lineno, "column": error.colno}
        return _("The JSON cannot be read at line %(line)d, column %(column)d.") % place
    return _("The JSON cannot be read.")


def _incomplete() -> ParseError:
    return ParseError(_("The body ended too early."), code="incomplete_body")
