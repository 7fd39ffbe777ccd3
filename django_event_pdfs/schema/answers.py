"""Every status that a viewset with documents answers beside success, with its codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS
from rest_framework.settings import api_settings

from django_event_pdfs.conf import conf
from django_event_pdfs.models import AbstractEvent
from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.throttling import DOWNLOADS, UPLOADS, DocumentThrottle

_TEXT = {"type": "string"}
_SECONDS = {"type": "integer"}

_WWW_AUTHENTICATE = {
    "WWW-Authenticate": {"schema": _TEXT, "description": "how to sign in"},
}
_RETRY_AFTER = {
    "Retry-After": {"schema": _SECONDS, "description": "seconds to wait before sending it again"},
}

_FILE = (
    *("empty", "wrong_extension", "wrong_content_type", "not_a_pdf", "encrypted", "damaged"),
    *("too_many_pages", "too_complex", "no_pages", "active_content"),
)
_VALUE = ("not_a_file", "other_document", "multiple_files", "contradiction", "required", "null")
# Of the columns of AbstractEvent, beside "required", "null" and "invalid".
_COLUMNS = (
    *("blank", "max_length", "overflow", "end_before_start"),
    *("null_characters_not_allowed", "surrogate_characters_not_allowed"),
)
_BODY = ("parse_error", "incomplete_body", "suspicious_request")
_CONDITION = ("malformed_condition",)


@dataclass(frozen=True)
class Failure:
    """One status, why it is answered, and the codes that it may carry."""

    status: int
    text: str
    codes: tuple[str, ...] = ()
    headers: dict[str, Any] | None = None
    has_body: bool = True


def failures(view: Any, method: str) -> Iterator[Failure]:
    """Yield what an operation of ``view`` may answer beside success."""
    yield from _access(view)
    if _is_throttled(view, method):
        yield Failure(429, "Too many requests.", ("throttled",), _RETRY_AFTER)
    yield from _not_found(view)
    if view.action == "open_document":
        yield from _of_delivery()
    elif not view.document_field:
        yield Failure(406, "Accept names nothing that can be made.", ("not_acceptable",))
    if method not in SAFE_METHODS:
        yield Failure(411, "The body declares no length.", ("length_required",))
        yield Failure(413, "A file, or the request, is too large.", ("too_large",))
    if view.action in ("store_document", "clear_document"):
        unmet = "If-Match or If-None-Match does not hold: someone else was first."
        yield Failure(412, unmet, ("precondition_failed",))
    if method in ("POST", "PUT", "PATCH"):
        yield from _of_body(view)
    elif view.action == "clear_document":
        required = () if _document(view).blank else ("null",)
        yield Failure(400, "Refused; nothing is changed.", _CONDITION + required)
        yield _unavailable("storage_unavailable")


def model_of(view: Any) -> type[Model] | None:
    """Return the model whose documents ``view`` serves, None where nothing says which it is."""
    try:
        model: type[Model] = view.get_document_model()
    except ImproperlyConfigured:  # It has no routes of documents either.
        return None
    return model


def _access(view: Any) -> Iterator[Failure]:
    authenticators = view.get_authenticators()
    header = authenticators and authenticators[0].authenticate_header(view.request)
    codes = ("not_authenticated", "authentication_failed") if authenticators else ()
    if header:
        yield Failure(401, "Missing or wrong credentials.", codes, _WWW_AUTHENTICATE)
    others = () if header else codes
    yield Failure(403, "This is not allowed.", ("permission_denied", *others))


def _is_throttled(view: Any, method: str) -> bool:
    if not all(isinstance(throttle, DocumentThrottle) for throttle in view.get_throttles()):
        return True  # One of the host.
    sends = method in ("POST", "PUT", "PATCH")
    scope = DOWNLOADS if view.action == "open_document" else UPLOADS if sends else ""
    return bool(api_settings.DEFAULT_THROTTLE_RATES.get(scope))


def _not_found(view: Any) -> Iterator[Failure]:
    if view.action == "open_document":
        codes = ("not_found", "no_document", "file_missing")
        yield Failure(404, "No such event or document, or one that is hidden.", codes)
    elif view.detail:
        yield Failure(404, "No such event, or one that is hidden.", ("not_found",))
    elif view.action == "list" and view.pagination_class:
        yield Failure(404, "No such page.", ("not_found",))


def _of_delivery() -> Iterator[Failure]:
    etag = {"ETag": {"schema": _TEXT, "description": "of the document as it is"}}
    unmet = "If-Match or If-Unmodified-Since does not hold."
    yield Failure(304, "The client has it already.", headers=etag, has_body=False)
    yield Failure(412, unmet, headers=etag, has_body=False)
    size = {"Content-Range": {"schema": _TEXT, "description": "the size, as in bytes */13881"}}
    yield Failure(416, "The range is beyond the end.", headers=size, has_body=False)
    yield _unavailable("storage_unavailable")


def _of_body(view: Any) -> Iterator[Failure]:
    is_form = view.action != "store_document"
    codes = _BODY + (("unnamed_part", "invalid") if is_form else _CONDITION)
    stores = view.action in ("create", "update", "partial_update", "store_document")
    yield Failure(400, "Refused; nothing is stored or changed.", codes + _of_files(view) * stores)
    yield Failure(415, "A body of a type that is not taken.", ("unsupported_media_type",))
    if stores:
        scanner = ("scanner_unavailable",) if conf.scanner else ()
        yield _unavailable("busy", "storage_unavailable", *scanner)
    if view.action == "create" and _is_bundled(view):
        yield Failure(409, "There is an event with this id already.", ("already_exists",))


def _of_files(view: Any) -> tuple[str, ...]:
    codes = (*_FILE, "infected") if conf.scanner else _FILE
    if view.action == "store_document":
        return codes
    model = model_of(view)
    has_columns = model is not None and issubclass(model, AbstractEvent)
    return codes + _VALUE + (_COLUMNS if has_columns else ())


def _is_bundled(view: Any) -> bool:
    serializer = view.serializer_class
    return isinstance(serializer, type) and issubclass(serializer, EventSerializer)


def _unavailable(*codes: str) -> Failure:
    return Failure(503, "Nothing is wrong with the request: send it again.", codes, _RETRY_AFTER)


def _document(view: Any) -> Any:
    return view.get_document_model()._meta.get_field(view.document_field)
