"""What NginxDelivery and ApacheDelivery have in common. The answers themselves: tests/servers."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.test import AsyncRequestFactory, RequestFactory
from django.utils.decorators import decorator_from_middleware

from django_event_pdfs.delivery import (
    ApacheDelivery,
    BaseDelivery,
    NginxDelivery,
    Representation,
)
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import MemoryStorage
from tests.delivery.contract import CONTENT, SIZE, DeliveryContract, MiddlewareContract, read

HEADERS = {NginxDelivery: "X-Accel-Redirect", ApacheDelivery: "X-Sendfile"}


@pytest.fixture(params=[NginxDelivery, ApacheDelivery])
def delivery(request: Any) -> BaseDelivery:
    return request.param()


class TestWithoutLocalPaths(DeliveryContract):
    """Django streams what the web server cannot read."""

    @pytest.fixture(params=[NginxDelivery, ApacheDelivery])
    def delivery(self, request: Any) -> BaseDelivery:
        return request.param()

    @pytest.fixture
    def place(self) -> Storage:
        return MemoryStorage()


@pytest.fixture
def document(tmp_path: Path) -> Representation:
    return stored_in(tmp_path)


def stored_in(folder: Path) -> Representation:
    place = FileSystemStorage(folder)
    name = place.save(new_name("events/programmes/", "programme_file"), ContentFile(CONTENT))
    return Representation(place, name, "a.pdf", "private, max-age=60")


class TestHandedOver(MiddlewareContract):
    """A header that names the file survives middleware, and no cache keeps it."""

    @pytest.fixture(params=[NginxDelivery, ApacheDelivery])
    def delivery(self, request: Any) -> BaseDelivery:
        return request.param()

    @pytest.fixture
    def document(self, tmp_path: Path) -> Representation:
        return stored_in(tmp_path)


@pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["wsgi", "asgi"])
def ask(request: Any, delivery: BaseDelivery, document: Representation) -> Any:
    def ask(method: str = "GET", **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return read(delivery.respond(request.param().generic(method, "/", headers=given), document))

    return ask


@pytest.fixture
def header(delivery: BaseDelivery) -> str:
    return HEADERS[type(delivery)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Range": "bytes=0-9"},
        {"Range": "bytes=0-"},
        {"Range": "bytes=-9"},
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    ],
)
def test_the_file_is_handed_over_whole(ask: Any, header: str, headers: dict[str, str]) -> None:
    answer = ask(**headers)
    # The web server cuts out the range and says so itself.
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers[header]
    assert not {"content-range", "content-length"} & {*answer.fields()}


def test_a_range_under_a_condition_that_holds_is_handed_over(ask: Any, header: str) -> None:
    whole = ask().headers
    for condition in (whole["ETag"], whole["Last-Modified"]):
        assert header in ask(Range="bytes=0-9", If_Range=condition).headers


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"Range": "bytes=a-b"}, 200, CONTENT),
        ({"Range": "bytes=0-0,-1"}, 200, CONTENT),
        ({"Range": "bytes=0-9", "If_Range": '"other"'}, 200, CONTENT),
        ({"If_Match": "*"}, 200, CONTENT),
        ({"If_Match": "*", "Range": "bytes=0-9"}, 206, CONTENT[:10]),
        ({"If_Unmodified_Since": "Mon, 01 Jan 2090 00:00:00 GMT"}, 200, CONTENT),
        ({"If_Match": '"other"'}, 412, b""),
        ({"If_None_Match": "*"}, 304, b""),
        ({"Range": f"bytes={SIZE}-"}, 416, b""),
    ],
)
def test_what_the_web_server_would_judge_otherwise_is_answered_by_django(
    ask: Any, header: str, headers: dict[str, str], status: int, body: bytes
) -> None:
    answer = ask(**headers)
    assert (answer.status, answer.body) == (status, body)
    assert header not in answer.headers


def test_django_answers_head(ask: Any, header: str) -> None:
    answer = ask("HEAD")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))
    assert header not in answer.headers


def test_the_headers_of_the_document_are_there(ask: Any) -> None:
    head, get = ask("HEAD").fields(), ask().fields()
    assert {*head} - {*get} <= {"content-length", "accept-ranges"}
    assert {name: get[name] for name in {*head} & {*get}}.items() <= head.items()


def test_django_finds_out_that_the_file_is_missing(ask: Any, document: Representation) -> None:
    document.storage.delete(document.name)
    with pytest.raises(FileNotFoundError):
        ask()


def test_a_file_outside_the_storage_is_not_handed_over(
    delivery: BaseDelivery, document: Representation, tmp_path: Path
) -> None:
    inner = FileSystemStorage(tmp_path / "events")
    (tmp_path / "secret.pdf").write_bytes(CONTENT)
    for name in ("../secret.pdf", str(tmp_path / "secret.pdf"), "programmes/../../secret.pdf"):
        with pytest.raises(Exception, match="outside"):
            delivery.respond(
                RequestFactory().get("/"), Representation(inner, name, "a.pdf", "private")
            )


def test_a_cache_of_django_does_not_keep_the_header(
    delivery: BaseDelivery, document: Representation, header: str, settings: Any
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    public = Representation(document.storage, document.name, "a.pdf", "public, max-age=60")

    from django.middleware.cache import CacheMiddleware

    view = decorator_from_middleware(CacheMiddleware)(lambda r: delivery.respond(r, public))
    assert header in view(RequestFactory().get(f"/{document.name}")).headers
    asked = {"If-Match": "*"}
    answer = read(view(RequestFactory().get(f"/{document.name}", headers=asked)))
    assert answer.body == CONTENT
