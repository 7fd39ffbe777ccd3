"""Conditions of a write to a document, so that nobody overwrites what he has not seen.

RFC 9110, 13.1. The ETags are those of a GET of the permalink, and of ``documents``.
"""

import re
from dataclasses import dataclass

from django.core.files.storage import Storage
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status

from django_event_pdfs.delivery.base import etag_of

# RFC 9110, 8.8.3, between commas, of which several may follow each other (5.6.1.2).
_ETAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_ETAGS = re.compile(rf"{_ETAG}(?:[ \t]*,[ \t,]*{_ETAG})*")


class PreconditionFailed(exceptions.APIException):
    """Someone else was first."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = gettext_lazy(
        "The document was changed meanwhile, or is not what you expect. Read it again."
    )
    default_code = "precondition_failed"


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What a request says of the document that it wants to change; None: nothing.

    Each is ``"*"``, any document, or ETags. Weak ones are accepted where RFC 9110 wants strong
    ones: servers that compress an answer make its ETag weak, and a document has only one form.
    """

    match: frozenset[str] | str | None
    none_match: frozenset[str] | str | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Preconditions":
        """Read ``If-Match`` and ``If-None-Match``.

        Raises:
            ParseError: one is malformed. To ignore it would be to overwrite.
        """
        return cls(_read(request, "If-Match"), _read(request, "If-None-Match"))

    def check(self, storage: Storage, name: str | None) -> None:
        """Raise where they do not hold for the document ``name``, None where there is none.

        Raises:
            PreconditionFailed: they do not hold.
        """
        if self.match is None and self.none_match is None:
            return
        etag = _etag_of(storage, name) if name else None
        if self.match is not None and not _holds(self.match, name, etag):
            raise PreconditionFailed
        if self.none_match is not None and _holds(self.none_match, name, etag):
            raise PreconditionFailed


def _etag_of(storage: Storage, name: str) -> str | None:
    try:
        return etag_of(storage, name)
    except FileNotFoundError:
        return None  # A legacy row whose file is missing: nobody has seen it.


def _holds(wanted: frozenset[str] | str, name: str | None, etag: str | None) -> bool:
    return bool(name) if isinstance(wanted, str) else etag in wanted


def _read(request: HttpRequest, header: str) -> frozenset[str] | str | None:
    value = request.headers.get(header)
    if value is None:
        return None
    if value.strip() == "*":
        return "*"
    if not _ETAGS.fullmatch(value.strip(" \t,")):
        problem = _("“%(header)s” must be a list of ETags in double quotes, or “*”.")
        raise exceptions.ParseError(problem % {"header": header}, code="malformed_condition")
    return frozenset(etag.removeprefix("W/") for etag in re.findall(_ETAG, value))
