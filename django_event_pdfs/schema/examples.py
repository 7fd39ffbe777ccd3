"""The body of an error, as the API makes it."""

from typing import Any

from rest_framework import exceptions

from django_event_pdfs.errors import LengthRequired, PayloadTooLarge, ServiceUnavailable
from django_event_pdfs.preconditions import PreconditionFailed
from django_event_pdfs.serializers import AlreadyExists
from django_event_pdfs.validators import MESSAGES

_ERRORS: dict[int, exceptions.APIException] = {
    401: exceptions.NotAuthenticated(),
    403: exceptions.PermissionDenied(),
    404: exceptions.NotFound(),
    406: exceptions.NotAcceptable(),
    409: AlreadyExists(),
    411: LengthRequired(),
    412: PreconditionFailed(),
    413: PayloadTooLarge(),
    415: exceptions.UnsupportedMediaType("text/plain"),
    429: exceptions.Throttled(60),
    503: ServiceUnavailable(),
}


def example_of(status: int, document: str) -> dict[str, Any]:
    """Return an example of the answer ``status``; a refused file is that of ``document``."""
    if status == 400:
        return _body(document, [MESSAGES["not_a_pdf"]], "not_a_pdf")
    error = _ERRORS[status]
    return _body("detail", error.detail, str(error.get_codes()))


def _body(key: str, message: Any, code: str) -> dict[str, Any]:
    return {key: message, "codes": {key: [code]}}
