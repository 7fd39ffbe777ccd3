"""Errors as responses: DRF's shape, and ``codes`` beside it for every key."""

import logging
from base64 import b64encode

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import connection
from django.http import Http404
from django.test import AsyncClient
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.throttling import BaseThrottle

from django_event_pdfs.errors import add_codes, as_api_exception
from django_event_pdfs.exceptions import RETRY_AFTER
from django_event_pdfs.inspection import _turn
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import refusal
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.testapp.models import Event

EVENTS = "/api/events/"
NEW = {"name": "S", "start_date": "2026-12-01T09:00:00Z"}

pytestmark = pytest.mark.django_db


def codes(response):
    return response.json()["codes"]


def raised(error):
    """Return the answer of the bundled list when its queryset raises ``error``."""

    class Failing(EventViewSet):
        permission_classes = []

        def get_queryset(self):
            raise error

    response = Failing.as_view({"get": "list"})(APIRequestFactory().get("/"))
    return response.status_code, response.data


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404("x"), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (PermissionDenied("x"), 403, "permission_denied"),
        (PermissionDenied(), 403, "permission_denied"),
        (RequestDataTooBig("x"), 413, "too_large"),
        (TooManyFieldsSent("x"), 400, "suspicious_request"),
        (SuspiciousOperation("x"), 400, "suspicious_request"),
        (exceptions.NotAuthenticated(), 403, "not_authenticated"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.Throttled(), 429, "throttled"),
        (exceptions.NotFound(code="own_code"), 404, "own_code"),
    ],
)
def test_a_detail_error_carries_its_code(error, status, code):
    answered, body = raised(error)
    if isinstance(error, exceptions.NotAuthenticated):
        status = answered  # 401 where the first authenticator can say how.
    assert answered == status
    assert body.keys() == {"detail", "codes"}
    assert body["codes"] == {"detail": [code]}


def test_an_error_that_is_no_answer_stays_an_error():
    with pytest.raises(ZeroDivisionError):
        raised(ZeroDivisionError())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"name": "x"}, {"name": ["invalid"]}),
        (
            {"name": ["x", exceptions.ErrorDetail("y", "own")], "host_field": "z"},
            {"name": ["invalid", "own"], "host_field": ["invalid"]},
        ),
        ({"place": {"city": ["x"]}}, {"place": {"city": ["invalid"]}}),
        ({"days": [{}, {"title": ["x"]}]}, {"days": [{}, {"title": ["invalid"]}]}),
        ({"non_field_errors": ["x"]}, {"non_field_errors": ["invalid"]}),
    ],
)
def test_codes_mirror_every_key(error, expected):
    status, body = raised(exceptions.ValidationError(error))
    assert status == 400
    assert body["codes"] == expected
    assert body.keys() - {"codes"} == expected.keys()


def test_a_list_of_errors_has_no_keys_to_mirror():
    assert raised(exceptions.ValidationError(["x"]))[1] == ["x"]


def test_a_validation_error_of_django_is_no_server_error():
    error = DjangoValidationError({"name": DjangoValidationError("x", code="own")})
    status, body = raised(error)
    assert (status, body["codes"]) == (400, {"name": ["own"]})


def test_any_file_that_is_too_large_makes_the_answer_413(api, settings, storage):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 2000}
    data = {"name": "", "programme_file": upload(padding=5000), "guide_file": upload("x.txt")}
    response = api.post(EVENTS, data, format="multipart")
    assert response.status_code == 413
    assert codes(response) == {
        "name": ["blank"],
        "start_date": ["required"],
        "programme_file": ["too_large"],
        "guide_file": ["wrong_extension"],
    }
    assert storage.names() == set()


def test_a_raw_body_that_is_too_large_is_413(api, event, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 100}
    address = f"{EVENTS}{event.pk}/guide_file/"
    response = api.put(address, make_pdf(), content_type="application/pdf")
    assert (response.status_code, codes(response)) == (413, {"guide_file": ["too_large"]})


def test_an_anonymous_client_is_asked_to_sign_in(event):
    response = APIClient().get(EVENTS)
    assert (response.status_code, codes(response)) == (401, {"detail": ["not_authenticated"]})
    assert response["WWW-Authenticate"].startswith("Basic")


def test_wrong_credentials_are_401(event):
    response = APIClient().get(EVENTS, headers={"authorization": "Basic bm86bm8="})
    assert (response.status_code, codes(response)) == (401, {"detail": ["authentication_failed"]})


@pytest.mark.parametrize(
    ("method", "path", "content_type", "status", "code"),
    [
        ("get", "x/", None, 404, "not_found"),
        ("put", "", None, 405, "method_not_allowed"),
        ("trace", "", None, 405, "method_not_allowed"),
        ("post", "", "application/xml", 415, "unsupported_media_type"),
        ("get", "?format=xyz", None, 404, "not_found"),
    ],
)
def test_what_rest_refuses_carries_codes_too(api, method, path, content_type, status, code):
    options = {"data": b"<x/>", "content_type": content_type} if content_type else {}
    response = getattr(api, method)(EVENTS + path, **options)
    assert (response.status_code, codes(response)) == (status, {"detail": [code]})


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_is_not_there_is_405_whoever_asks(reader, method):
    for client in (reader, APIClient()):
        assert getattr(client, method)(EVENTS).status_code == 405


def test_an_unknown_method_is_405(api):
    response = api.generic("BREW", EVENTS)
    assert (response.status_code, codes(response)) == (405, {"detail": ["method_not_allowed"]})


def test_a_plain_user_may_not_write(reader):
    response = reader.post(EVENTS, NEW)
    assert (response.status_code, codes(response)) == (403, {"detail": ["permission_denied"]})


class Never(BaseThrottle):
    def allow_request(self, request, view):
        return False

    def wait(self):
        return 7


def test_a_throttled_client_is_told_when_to_come_back(reader, monkeypatch):
    monkeypatch.setattr(EventViewSet, "throttle_classes", [Never])
    response = reader.get(EVENTS)
    assert (response.status_code, response["Retry-After"]) == (429, "7")
    assert codes(response) == {"detail": ["throttled"]}


def own_handler(exc, context):
    return Response({"error": type(exc).__name__}, status=418)


def test_the_body_of_a_host_s_own_handler_is_left_alone(api, settings):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "EXCEPTION_HANDLER": "tests.test_errors.own_handler",
    }
    response = api.get(f"{EVENTS}x/")
    assert (response.status_code, response.json()) == (418, {"error": "NotFound"})


def telling_handler(exc, context):
    return Response({"status": exc.status_code, "codes": exc.get_codes()}, exc.status_code)


@pytest.mark.parametrize("raw", [True, False])
def test_a_host_s_own_handler_sees_that_a_file_is_too_large(api, event, settings, raw):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 100}
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "EXCEPTION_HANDLER": "tests.test_errors.telling_handler",
    }
    address = f"{EVENTS}{event.pk}/"
    if raw:
        response = api.put(f"{address}guide_file/", make_pdf(), content_type="application/pdf")
    else:
        response = api.patch(address, {"guide_file": upload()}, format="multipart")
    body = {"status": 413, "codes": {"guide_file": ["too_large"]}}
    assert (response.status_code, response.json()) == (413, body)


def test_the_status_of_other_errors_stays_after_one_that_was_too_large():
    large = exceptions.ErrorDetail("x", "too_large")
    assert as_api_exception(exceptions.ValidationError({"days": [{}, large]})).status_code == 413
    assert as_api_exception(exceptions.ValidationError({"name": ["x"]})).status_code == 400
    assert exceptions.ValidationError.status_code == 400


def temporary(*found):
    """Return what a validation error with these codes becomes: its status, and when to retry."""
    details = {f"file_{n}": [exceptions.ErrorDetail("x", code)] for n, code in enumerate(found)}
    error = as_api_exception(exceptions.ValidationError(details))
    return error.status_code, getattr(error, "wait", None)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (["busy"], 503),
        (["scanner_unavailable"], 503),
        (["busy", "scanner_unavailable"], 503),
        (["busy", "busy"], 503),
        (["busy", "damaged"], 400),
        (["scanner_unavailable", "infected"], 400),
        (["too_large", "busy"], 413),
        (["too_large", "damaged"], 413),
        (["damaged"], 400),
        ([], 400),
    ],
)
def test_a_file_may_come_again_when_nothing_else_is_wrong(found, status):
    assert temporary(*found) == (status, RETRY_AFTER if status == 503 else None)


def test_a_temporary_refusal_of_django_may_come_again_too():
    status, body = raised(DjangoValidationError({"guide_file": refusal("busy")}))
    assert (status, body["codes"]) == (503, {"guide_file": ["busy"]})


@pytest.fixture
def no_turn(settings):
    """Take the turns of this process away: there is none to wait for."""
    policy = {**settings.EVENT_PDFS, "INSPECTION": {"concurrency": 1, "wait": 0}}
    settings.EVENT_PDFS = policy
    with _turn():
        yield policy


BUSY_AND = [
    ({"guide_file": lambda: upload("b.pdf")}, 503, ["busy"]),
    ({"guide_file": lambda: upload("b.exe")}, 400, ["wrong_extension"]),
    ({"guide_file": lambda: upload(padding=20_000)}, 413, ["too_large"]),
]


@pytest.mark.parametrize(("other", "status", "found"), BUSY_AND)
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_one_busy_document_beside_another(
    api, event, settings, no_turn, storage, other, status, found, method
):
    settings.EVENT_PDFS = {**no_turn, "MAX_SIZE": 10_000}
    address = EVENTS if method == "post" else f"{EVENTS}{event.pk}/"
    files = {name: make() for name, make in other.items()}
    data = {**NEW, "programme_file": upload(), **files}
    response = getattr(api, method)(address, data, format="multipart")
    assert response.status_code == status
    assert codes(response) == {"programme_file": ["busy"], "guide_file": found}
    assert response.headers.get("Retry-After") == (str(RETRY_AFTER) if status == 503 else None)
    assert storage.names() == set()
    assert Event.objects.count() == 1


def test_a_wrong_name_beside_a_busy_document_is_400(api, event, no_turn):
    data = {"name": "", "guide_file": upload()}
    response = api.patch(f"{EVENTS}{event.pk}/", data, format="multipart")
    assert (response.status_code, codes(response)) == (
        400,
        {"name": ["blank"], "guide_file": ["busy"]},
    )


@pytest.mark.parametrize("raw", [True, False])
def test_a_host_s_own_handler_sees_that_a_file_may_come_again(api, event, settings, no_turn, raw):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "EXCEPTION_HANDLER": "tests.test_errors.telling_handler",
    }
    address = f"{EVENTS}{event.pk}/"
    if raw:
        response = api.put(f"{address}guide_file/", make_pdf(), content_type="application/pdf")
    else:
        response = api.patch(address, {"guide_file": upload()}, format="multipart")
    body = {"status": 503, "codes": {"guide_file": ["busy"]}}
    assert (response.status_code, response.json()) == (503, body)


@pytest.mark.parametrize("raw", [True, False])
def test_a_host_s_name_for_general_errors_changes_nothing_of_a_refusal(api, event, settings, raw):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NON_FIELD_ERRORS_KEY": "errors"}
    address, data = f"{EVENTS}{event.pk}/", make_pdf(password="x")
    if raw:
        response = api.put(f"{address}guide_file/", data, content_type="application/pdf")
    else:
        response = api.patch(address, {"guide_file": upload(password="x")}, format="multipart")
    assert (response.status_code, codes(response)) == (400, {"guide_file": ["encrypted"]})
    assert response.json().keys() == {"guide_file", "codes"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("raw", [True, False])
def test_a_refusal_in_a_transaction_of_the_request_stores_nothing(api, event, storage, raw):
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    address = f"{EVENTS}{event.pk}/"
    try:
        if raw:
            response = api.put(f"{address}guide_file/", b"x", content_type="application/pdf")
        else:
            data = {"name": "New", "programme_file": upload(), "guide_file": upload("a.txt")}
            response = api.patch(address, data, format="multipart")
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert response.status_code == 400
    assert storage.names() == set()
    assert Event.objects.get().name == "Tech Summit"


def test_a_refusal_is_the_same_under_asgi(manager, event, storage):
    headers = {"authorization": f"Basic {b64encode(b'manager:x').decode()}"}
    data = {**NEW, "guide_file": upload(password="x")}
    response = async_to_sync(AsyncClient().post)(EVENTS, data, headers=headers)
    assert (response.status_code, codes(response)) == (400, {"guide_file": ["encrypted"]})
    assert storage.names() == set()


def test_codes_are_added_only_to_what_they_mirror():
    response = Response({"name": ["x"], "status": "error"})
    add_codes(response, exceptions.ValidationError({"name": ["x"]}))
    assert "codes" not in response.data


def test_an_exception_of_rest_is_passed_on_as_it_is():
    error = exceptions.NotFound()
    assert as_api_exception(error) is error


def test_no_refusal_is_logged_as_an_error(api, event, caplog):
    caplog.set_level(logging.INFO)
    api.post(EVENTS, {"programme_file": upload("x.txt")}, format="multipart")
    api.post(EVENTS, b"{", content_type="application/json")
    api.put(f"{EVENTS}{event.pk}/guide_file/", b"x", content_type="application/pdf")
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert Event.objects.count() == 1
