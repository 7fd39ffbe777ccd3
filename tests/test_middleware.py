"""LinkMiddleware: a genuine link is answered at once, and as its view would have."""

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from django_event_pdfs.links import FILE_URL_NAME, SignedLinks
from django_event_pdfs.signals import document_delivered
from django_event_pdfs.testing import MemoryStorage
from tests.conftest import upload
from tests.host_urls import urlconf
from tests.testapp.models import Event

OURS = "django_event_pdfs.middleware.LinkMiddleware"
BEFORE = "django.middleware.security.SecurityMiddleware"


class Refusing:
    """Stands for the middleware that follows: what reaches it is 418."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        response = self.get_response(request)
        response.status_code = 418
        return response


@pytest.fixture
def programme(event: Event) -> Event:
    event.programme_file = upload("議程 2026.pdf")
    event.save()
    return event


@pytest.fixture
def link(programme: Event) -> str:
    return programme.programme_file.url


@pytest.fixture
def early(settings: Any) -> None:
    settings.MIDDLEWARE = [BEFORE, OURS, *settings.MIDDLEWARE]


@pytest.fixture
def refusing(settings: Any) -> None:
    settings.MIDDLEWARE = [OURS, f"{__name__}.Refusing"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Range": "bytes=2-9"}, {"Range": "bytes=99999999-"}, {"If-None-Match": "*"}],
)
@pytest.mark.parametrize("suffix", ["", "&download=1", "x", "&fbclid=1"])
def test_an_answer_is_the_same_as_without_it(
    settings: Any, link: str, method: str, headers: dict[str, str], suffix: str
) -> None:
    def answer(middleware: list[str]) -> Any:
        settings.MIDDLEWARE = middleware
        response = Client().generic(method, link + suffix, headers=headers)
        headers_given = str(sorted(response.headers.items()))
        # A second may pass between the two.
        return response.status_code, re.sub(r"age=\d+", "", headers_given), response.getvalue()

    plain = [BEFORE, *settings.MIDDLEWARE]
    after = 1 + plain.index("django.middleware.locale.LocaleMiddleware")  # It adds a header.
    assert answer([*plain[:after], OURS, *plain[after:]]) == answer(plain)


@pytest.mark.usefixtures("refusing")
def test_a_genuine_link_goes_no_further(client: Client, link: str) -> None:
    assert client.get(link).status_code == 200


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize("target", ["/api/events/?signature=x", "/media/x?signature=", "/nothing/"])
def test_anything_else_goes_on(client: Client, db: None, target: str) -> None:
    assert client.get(target).status_code == 418


@pytest.mark.usefixtures("refusing")
def test_a_failing_link_goes_on(client: Client, programme: Event, storage: MemoryStorage) -> None:
    name = programme.programme_file.name
    expired = SignedLinks(max_age=-3600, window=1).make(name).url
    link = programme.programme_file.url
    for target in (expired, link + "x"):
        assert client.get(target).status_code == 418
    assert client.post(link).status_code == 418
    storage.delete(name)
    assert client.get(link).status_code == 418


@pytest.mark.usefixtures("early")
def test_an_expired_link_is_told_by_its_view(client: Client, programme: Event) -> None:
    link = SignedLinks(max_age=-3600, window=1).make(programme.programme_file.name).url
    response = client.get(link)
    assert (response.status_code, response.json()["codes"]) == (410, {"detail": ["link_expired"]})


@pytest.mark.usefixtures("early")
def test_a_delivery_is_told_once(client: Client, link: str) -> None:
    told = []

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["status"], kwargs["request"].resolver_match.url_name))

    document_delivered.connect(listen)
    try:
        client.get(link)
    finally:
        document_delivered.disconnect(listen)
    assert told == [(200, "event-document")]


@pytest.mark.usefixtures("early")
def test_no_query_and_no_session_is_needed(
    client: Client, link: str, django_assert_num_queries: Any
) -> None:
    client.cookies["sessionid"] = "a" * 32
    with django_assert_num_queries(0):
        assert client.get(link).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("early")
def test_under_asgi(link: str) -> None:
    async def statuses() -> list[int]:
        client = AsyncClient()
        found = [await client.get(target) for target in (link, link + "x", "/api/nothing/")]
        content = b"".join([chunk async for chunk in found[0].streaming_content])
        assert content.startswith(b"%PDF-")
        return [response.status_code for response in found]

    assert async_to_sync(statuses)() == [200, 403, 404]


def shadow(request: Any, pk: int) -> HttpResponse:
    """Stand for a view of a host that has the name of ours."""
    return HttpResponse(f"host {pk}")


def wrapped(request: Any, name: str) -> HttpResponse:
    """Stand for what a host puts around our view."""
    return HttpResponse(status=403)


def test_a_view_of_a_host_with_the_name_of_ours_is_its_own(early: None, settings: Any) -> None:
    settings.ROOT_URLCONF = urlconf(path("events/<int:pk>/", shadow, name=FILE_URL_NAME))
    assert Client().get("/events/3/?signature=x").content == b"host 3"


def test_what_a_host_wraps_our_view_in_is_asked(early: None, settings: Any, link: str) -> None:
    mounted = path("media/<path:name>", wrapped, name=FILE_URL_NAME)
    settings.ROOT_URLCONF = urlconf(mounted)
    assert Client().get(link).status_code == 403


def test_the_urls_of_a_request_are_those_that_its_middleware_chose(
    settings: Any, link: str
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.Elsewhere", OURS]
    assert Client().get(link).status_code == 404


class Elsewhere:
    """Stands for a middleware that gives a host of its own other URLs."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.urlconf = urlconf(path("events/<int:pk>/", shadow))
        return self.get_response(request)
