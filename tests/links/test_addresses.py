"""Absolute URLs lead back to us: behind proxies, below prefixes, and outside of a request."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import django
import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf.urls.i18n import i18n_patterns
from django.core.asgi import get_asgi_application
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path, set_script_prefix
from django.utils import translation

from django_event_pdfs.links import SignedLinks, get_links
from tests.host_urls import LINKS, urlconf
from tests.testapp.models import Event

API, FILES = "django_event_pdfs.urls", "django_event_pdfs.file_urls"
MANAGER = {"Authorization": f"Basic {b64encode(b'manager:x').decode()}"}
BASE = "https://files.example.org/app/media/"


@pytest.fixture(autouse=True)
def _no_prefix_stays() -> Iterator[None]:
    yield
    set_script_prefix("/")


def ask(address: str, script_name: str = "", **headers: str) -> tuple[int, bytes]:
    """Ask as a server does; the test client knows no script names."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    factory = RequestFactory(headers={**MANAGER, "Host": "testserver", **headers})
    environ = factory.get(address).environ
    # WSGI has text as if its bytes were Latin-1 (PEP 3333).
    environ["SCRIPT_NAME"] = script_name.encode().decode("latin-1")
    statuses: list[int] = []
    response = WSGIHandler()(environ, lambda s, h: statuses.append(int(s.split()[0])))
    return statuses[0], b"".join(response)


def addresses(event: Event, detail: str = "/api/events/{}/", **given: str) -> list[str]:
    """Return the two addresses of the programme, as JSON has them."""
    status, body = ask(detail.format(event.pk), **given)
    assert status == 200, body
    shown = json.loads(body)
    return [shown["programme_file"], shown["documents"]["programme_file"]["permalink"]]


def origins(urls: list[str]) -> set[str]:
    return {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in urls}


def follow(url: str, script_name: str = "", **headers: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix(script_name)
    target = f"{quote(path)}?{parts.query}"
    status, body = ask(target, script_name, **headers)
    return status, body[:5]


def tenant(get_response: Any) -> Any:
    """Return a middleware as that of hosts whose URLs depend on the request."""

    def middleware(request: Any) -> Any:
        request.urlconf = urlconf(path("tenant/", include(API)), path("files/", include(FILES)))
        return get_response(request)

    return middleware


OPEN = (200, b"%PDF-")

pytestmark = pytest.mark.usefixtures("manager")


# Behind a proxy


@pytest.mark.parametrize(
    ("options", "headers", "origin"),
    [
        ({}, {}, "http://testserver"),
        (
            {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")},
            {"X_Forwarded_Proto": "https"},
            "https://testserver",
        ),
        (
            {"USE_X_FORWARDED_HOST": True},
            {"X_Forwarded_Host": "events.example.org"},
            "http://events.example.org",
        ),
        (
            {
                "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
                "USE_X_FORWARDED_HOST": True,
            },
            {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "events.example.org:8443"},
            "https://events.example.org:8443",
        ),
        # What Django is not told to trust says nothing.
        (
            {},
            {
                "X_Forwarded_Proto": "https",
                "X_Forwarded_Host": "evil.example.org",
                "X_Forwarded_Port": "1",
                "Forwarded": "host=evil.example.org;proto=https",
            },
            "http://testserver",
        ),
    ],
)
def test_urls_have_the_scheme_and_host_that_django_sees(
    full: Event, settings: Any, options: Any, headers: Any, origin: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "events.example.org"]
    for name, value in options.items():
        setattr(settings, name, value)
    urls = addresses(full, **headers)
    assert origins(urls) == {origin}
    assert [follow(url, **headers) for url in urls] == [OPEN, OPEN]


@pytest.mark.parametrize("name", ["Host", "X_Forwarded_Host"])
def test_a_host_that_is_not_allowed_is_in_no_url(full: Event, settings: Any, name: str) -> None:
    settings.USE_X_FORWARDED_HOST = True
    status, body = ask(f"/api/events/{full.pk}/", **{name: "evil.example.org"})
    assert (status, b"evil" in body) == (400, False)


def test_the_permalink_of_an_expired_link_is_absolute_too(full: Event, settings: Any) -> None:
    settings.USE_X_FORWARDED_HOST = True
    settings.ALLOWED_HOSTS = ["events.example.org"]
    url = SignedLinks(max_age=-3600, window=1).make(full.programme_file.name).url
    status, body = ask(
        url, "/app", X_Forwarded_Host="events.example.org", Authorization="", Accept="*/*"
    )
    permalink = f"http://events.example.org/app/api/events/{full.pk}/programme_file/"
    assert (status, json.loads(body)["permalink"]) == (410, permalink)


# Below a prefix


def test_urls_have_the_script_name(full: Event) -> None:
    urls = addresses(full, script_name="/app")
    assert [url.startswith("http://testserver/app/") for url in urls] == [True, True]
    assert [follow(url, "/app") for url in urls] == [OPEN, OPEN]
    assert addresses(full)[0].startswith("http://testserver/media/")


@pytest.mark.parametrize("script_name", ["/congrès", "/a b", "/100%", "/a;b"])
def test_a_script_name_of_any_letters_is_escaped(full: Event, script_name: str) -> None:
    urls = addresses(full, script_name=script_name)
    paths = [urlsplit(url).path for url in urls]
    assert [unquote(path).startswith(f"{script_name}/") for path in paths] == [True, True]
    assert [unquote(path).count(script_name) for path in paths] == [1, 1]
    assert [follow(url, script_name) for url in urls] == [OPEN, OPEN]
    set_script_prefix(f"{script_name}/")
    assert get_links().name_of(urls[0]) == full.programme_file.name


def test_urls_follow_the_urlconf_of_the_request(full: Event, settings: Any) -> None:
    settings.MIDDLEWARE = [f"{__name__}.tenant", *settings.MIDDLEWARE]
    urls = addresses(full, "/tenant/events/{}/")
    assert [urlsplit(url).path.split("/")[1] for url in urls] == ["files", "tenant"]
    assert [follow(url) for url in urls] == [OPEN, OPEN]


def test_a_forced_script_name_goes_before_that_of_the_server(full: Event, settings: Any) -> None:
    settings.FORCE_SCRIPT_NAME = "/forced"
    urls = addresses(full, script_name="/app")
    assert [url.startswith("http://testserver/forced/") for url in urls] == [True, True]
    assert [follow(url, "/forced") for url in urls] == [OPEN, OPEN]


def test_a_forced_script_name_holds_outside_of_a_request(full: Event, settings: Any) -> None:
    settings.FORCE_SCRIPT_NAME = "/forced"
    django.setup()  # As manage.py and every server do.
    assert full.programme_file.url.startswith("/forced/media/events/programmes/")


def test_the_root_path_of_an_asgi_server_is_a_script_name(full: Event, settings: Any) -> None:
    name = full.programme_file.name

    def made(request: Any) -> HttpResponse:
        return HttpResponse(get_links().make(name).url)

    async def fetch(address: str) -> bytes:
        target, _, query = address.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": target,
            "query_string": query.encode(),
            "root_path": "/app",
            "headers": [(b"host", b"testserver")],
        }
        communicator = ApplicationCommunicator(get_asgi_application(), scope)
        await communicator.send_input({"type": "http.request"})
        await communicator.receive_output(timeout=60)
        body, more = b"", True
        while more:
            part = await communicator.receive_output(timeout=60)
            body, more = body + part.get("body", b""), part.get("more_body", False)
        await communicator.wait(60)
        return body

    settings.ROOT_URLCONF = urlconf(path("made/", made), LINKS)
    url = async_to_sync(fetch)("/app/made/").decode()
    assert url.startswith("/app/media/events/programmes/")
    assert async_to_sync(fetch)(url).startswith(b"%PDF-")


@pytest.mark.parametrize("api", ["v1", None])
@pytest.mark.parametrize("files", ["docs", None])
def test_urls_are_those_of_a_hosts_namespace_and_prefix(
    full: Event, settings: Any, api: str | None, files: str | None
) -> None:
    settings.ROOT_URLCONF = urlconf(
        path("deep/api/", include((API, api) if api else API)),
        path("deep/files/", include((FILES, files) if files else FILES)),
    )
    urls = addresses(full, "/deep/api/events/{}/")
    assert urls[0].startswith("http://testserver/deep/files/events/programmes/")
    assert [follow(url) for url in urls] == [OPEN, OPEN]


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("maker", ["en", "fr"])
@pytest.mark.parametrize("reader", ["en", "fr"])
def test_urls_below_a_language_open_in_any_other(
    full: Event, settings: Any, maker: str, reader: str, prefixed: bool
) -> None:
    settings.LANGUAGE_CODE = "en"
    settings.ROOT_URLCONF = urlconf(
        *i18n_patterns(
            path("api/", include(API)),
            path("media/", include(FILES)),
            prefix_default_language=prefixed,
        )
    )
    prefix = f"/{maker}" if prefixed or maker == "fr" else ""
    urls = addresses(full, f"{prefix}/api/events/{{}}/")
    assert urls[0].startswith(f"http://testserver{prefix}/media/")
    assert [follow(url, Accept_Language=reader) for url in urls] == [OPEN, OPEN]


# Outside of a request


def test_without_a_request_a_link_is_a_path(full: Event) -> None:
    with translation.override(None):
        assert full.programme_file.url.startswith("/media/events/programmes/")


@pytest.mark.parametrize("script_name", ["", "/app"])
def test_base_url_is_where_links_lead_with_a_request_and_without(
    full: Event, settings: Any, script_name: str
) -> None:
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "LINKS": {"OPTIONS": {"base_url": BASE}}}
    url, permalink = addresses(full, script_name=script_name)
    assert url == full.programme_file.url
    assert url.startswith(f"{BASE}events/programmes/")
    assert permalink.startswith(f"http://testserver{script_name}/api/")
    # The proxy of that domain leads to the project below /app.
    assert follow(url, "/app") == OPEN


def test_a_link_of_base_url_may_be_sent_back(full: Event, api: Any, settings: Any) -> None:
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "LINKS": {"OPTIONS": {"base_url": BASE}}}
    url = full.programme_file.url
    response = api.patch(f"/api/events/{full.pk}/", {"programme_file": url}, format="json")
    assert (response.status_code, response.json()["programme_file"]) == (200, url)
