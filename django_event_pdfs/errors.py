"""Errors as responses: DRF's own shape, and ``codes`` that says the same to a program."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from django_event_pdfs.exceptions import RETRY_AFTER, StorageUnavailable

logger = logging.getLogger("django_event_pdfs")

_TEMPORARY = {"busy", "scanner_unavailable"}


class PayloadTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The text fields of the request are too large.")
    default_code = "too_large"


class LengthRequired(exceptions.APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = _("The body must declare its length.")
    default_code = "length_required"


class ServiceUnavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("The storage of files does not answer as it should. Try again later.")
    default_code = "storage_unavailable"
    wait = RETRY_AFTER  # Where DRF looks for what goes into Retry-After.


def as_api_exception(error: Exception) -> Exception:
    """Return DRF's own exception for what Django raises, anything else as it is.

    Django itself would answer these in HTML. The status is 413 where a file is too large, and 503
    where nothing is wrong with what was sent and it may be sent again.
    """
    converted = _converted(error)
    if isinstance(converted, exceptions.ValidationError):
        codes = set(_flat(converted.get_codes()))
        if "too_large" in codes:
            converted.status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
        elif codes and codes <= _TEMPORARY:
            converted.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
            converted.wait = RETRY_AFTER  # type: ignore[attr-defined]
    return converted


def add_codes(response: Response, error: Exception) -> None:
    """Mirror every key of an error response in ``codes``.

    A body that is not DRF's own, because the host has an exception handler, is left alone.
    """
    if not isinstance(error, exceptions.APIException) or not isinstance(response.data, dict):
        return
    codes = _by_key(error.get_codes())
    if codes.keys() == response.data.keys():
        response.data = {**response.data, "codes": codes}


def _converted(error: Exception) -> Exception:
    match error:
        case Http404():
            return exceptions.NotFound(*error.args)
        case PermissionDenied():
            return exceptions.PermissionDenied(*error.args)
        case DjangoValidationError():
            return exceptions.ValidationError(get_error_detail(error))
        case StorageUnavailable():
            logger.error("The storage failed.", exc_info=error)
            return ServiceUnavailable()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case UnreadablePostError():
            return exceptions.ParseError(_("The body could not be read."), code="incomplete_body")
        case SuspiciousOperation():
            return exceptions.ParseError(code="suspicious_request")
    return error


def _by_key(codes: Any) -> dict[str, Any]:
    """Return codes in the shape of a body: a list for each key."""
    keyed = codes if isinstance(codes, dict) else {"detail": codes}
    return {key: [code] if isinstance(code, str) else code for key, code in keyed.items()}


def _flat(codes: Any) -> Iterator[str]:
    if isinstance(codes, str):
        yield codes
        return
    for inner in codes.values() if isinstance(codes, dict) else codes:
        yield from _flat(inner)
