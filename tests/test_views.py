"""The view behind a link: it opens in any client, and says clearly why when it does not."""

import logging
from base64 import b64encode
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.db import connection
from django.test import AsyncClient, Client
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ModelViewSet

from django_event_pdfs.links import get_links, signed
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import MemoryStorage, make_pdf
from django_event_pdfs.viewsets import EventDocumentsViewSetMixin, EventViewSet
from tests.conftest import upload
from tests.testapp.models import Event, Meeting

DAY = 24 * 60 * 60
FILES = "django_event_pdfs.file_urls"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture
def programme(event: Event) -> Event:
    event.programme_file = upload("Programme 2026.pdf")
    event.save()
    return event


@pytest.fixture
def link(programme: Event) -> str:
    return programme.programme_file.url


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return ``later()``, after which the links made before have expired."""

    class Clock:
        now = 1_800_000_000.0

        def time(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(signed, "time", clock)

    def later() -> None:
        clock.now += 30 * DAY

    return later


def basic(username: str, password: str = "x") -> dict[str, str]:
    token = b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class MeetingViewSet(EventDocumentsViewSetMixin, ModelViewSet):
    queryset = Meeting.objects.all()


def urlconf(*patterns: Any) -> ModuleType:
    module = ModuleType("urls_of_a_host")
    module.urlpatterns = list(patterns)
    return module


def code_of(response: Any) -> str:
    [code] = response.json()["codes"]["detail"]
    return code


def body_of(response: Any) -> bytes:
    return response.getvalue()


# A genuine link


def test_a_link_opens_without_a_header(client: Client, link: str, storage: MemoryStorage) -> None:
    response = client.get(link)
    [name] = storage.names()
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert body_of(response) == storage.open(name).read()
    assert response["Content-Disposition"] == 'inline; filename="Programme 2026.pdf"'


def test_a_link_opens_under_asgi(async_client: AsyncClient, link: str) -> None:
    async def fetch() -> tuple[int, bytes]:
        response = await async_client.get(link, headers={"Range": "bytes=0-7"})
        chunks = [chunk async for chunk in response.streaming_content]
        return response.status_code, b"".join(chunks)

    status, body = async_to_sync(fetch)()
    assert (status, body[:5]) == (206, b"%PDF-")


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 200), ("text/html", 200), ("image/png", 200)]
)
def test_any_accept_gets_the_document(client: Client, link: str, accept: str, status: int) -> None:
    assert client.get(link, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("filename", ["議程 2026.pdf", "برنامج.pdf", "a;b'c.pdf", "🎉.pdf"])
def test_a_download_has_the_name_it_was_uploaded_with(
    client: Client, event: Event, filename: str
) -> None:
    event.guide_file = upload(filename)
    event.save()
    header = client.get(f"{event.guide_file.url}&download=1")["Content-Disposition"]
    assert header.startswith("attachment; ")
    name = header.rpartition("''")[2] if "''" in header else header.split('"')[1]
    assert unquote(name) == filename


def test_a_link_may_be_cached_until_it_expires(client: Client, later: Any, link: str) -> None:
    assert client.get(link)["Cache-Control"] == "private, max-age=662400, immutable"


def test_a_public_link_may_be_cached_by_anyone(
    client: Client, settings: Any, programme: Event
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    response = client.get(programme.programme_file.url)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_name_we_did_not_choose_is_asked_about_each_time(
    client: Client, event: Event, storage: MemoryStorage
) -> None:
    name = storage.save("events/programmes/summit 2025.pdf", ContentFile(make_pdf()))
    Event.objects.filter(pk=event.pk).update(programme_file=name)
    event.refresh_from_db()
    response = client.get(event.programme_file.url)
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Disposition"] == 'inline; filename="summit 2025.pdf"'
    again = client.get(event.programme_file.url, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_link_opens_files_of_the_further_folders_of_a_field(
    client: Client, db: None, storage: MemoryStorage
) -> None:
    storage.save("old/badges/2019/b.pdf", ContentFile(make_pdf()))
    meeting = Meeting.objects.create(title="Board", badge_file="old/badges/2019/b.pdf")
    assert client.get(meeting.badge_file.url).status_code == 200


# It asks nothing


@pytest.mark.parametrize("change", ["", "x"])
def test_a_link_is_judged_without_database_and_session(
    client: Client,
    programme: Event,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    client.cookies["sessionid"] = "somebody"
    url = programme.programme_file.url + change
    for headers in ({}, {"Accept": BROWSER}, {"Range": "bytes=0-1"}, {"If-None-Match": "*"}):
        with django_assert_num_queries(0):
            response = client.get(url, headers=headers)
        assert "Cookie" not in response.get("Vary", "")
        assert response.status_code == 403 if change else response.status_code < 400


def test_a_link_opens_where_every_other_page_requires_a_login(
    client: Client, settings: Any, link: str
) -> None:
    login_required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, login_required]
    assert client.get(link).status_code == 200
    assert client.get(f"{link}x").status_code == 403


# A link that is not genuine


@pytest.mark.parametrize(
    "suffix",
    ["x", "&download=0", "&signature=x", "&download=1&download=1", "&x=1&download=2", "x&x=1"],
)
def test_a_forged_link_is_403(client: Client, link: str, suffix: str) -> None:
    response = client.get(link + suffix)
    assert (response.status_code, code_of(response)) == (403, "link_forged")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("filename", ["a.pdf", "議程 2026.pdf", "a&b=c;d+%41.pdf", ""])
def test_parameters_arrive_as_they_were_signed(
    client: Client, programme: Event, filename: str
) -> None:
    url = get_links().make(programme.programme_file.name, filename).url
    # Also where a client did not encode what it should have.
    for target in (url, unquote(url) if filename == "議程 2026.pdf" else url):
        path, _, query = target.partition("?")
        assert client.get(path, QUERY_STRING=query.encode().decode("latin-1")).status_code == 200


def test_a_name_alone_is_403_whether_there_is_a_file_or_not(client: Client, link: str) -> None:
    name = new_name("events/programmes/", "programme_file")
    for address in (urlsplit(link).path, f"/media/{name}"):
        assert code_of(client.get(address)) == "link_forged"


def test_a_browser_is_told_in_html(client: Client, link: str) -> None:
    response = client.get(f"{link}x", headers={"Accept": BROWSER})
    assert (response.status_code, response["Cache-Control"]) == (403, "no-store")
    assert response["Content-Type"].startswith("text/html")
    assert b"<h1>" in response.content


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/pdf", "image/png"])
def test_anything_else_is_told_in_json(client: Client, link: str, accept: str) -> None:
    response = client.get(f"{link}x", headers={"Accept": accept} if accept else {})
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("expired", [False, True])
def test_a_link_outlives_a_rotation_of_the_secret_key(
    client: Client, settings: Any, later: Any, link: str, expired: bool
) -> None:
    if expired:
        later()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["older", settings.SECRET_KEY]
    assert client.get(link).status_code == (410 if expired else 200)
    settings.SECRET_KEY_FALLBACKS = []
    assert code_of(client.get(link)) == "link_forged"


# What others add to a link


@pytest.mark.parametrize("own", ["", "&download=1"])
@pytest.mark.parametrize(
    "added", ["&fbclid=IwAR0_x", "&utm_source=mail&utm_medium=e%20mail", "&mc_eid=", "&é=%ff", "&="]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_trackers_add_is_taken_off_by_a_redirect(
    client: Client, link: str, own: str, added: str, method: str
) -> None:
    response = getattr(client, method)(f"{link}{added}{own}")
    assert (response.status_code, response["Location"]) == (302, f"{link}{own}")
    assert response["Cache-Control"] == "no-store"
    assert response.content == b""
    assert client.get(response["Location"]).status_code == 200


def test_a_name_of_any_letters_survives_the_redirect(
    client: Client, event: Event, storage: MemoryStorage
) -> None:
    name = storage.save("events/programmes/a b#?&=+%41議.pdf", ContentFile(make_pdf()))
    Event.objects.filter(pk=event.pk).update(programme_file=name)
    event.refresh_from_db()
    response = client.get(f"{event.programme_file.url}&fbclid=x")
    assert response["Location"] == event.programme_file.url
    # It is genuine. An emulator of Google's store has no file of such a name.
    assert client.get(response["Location"]).status_code in (200, 503)


def test_a_forged_link_with_a_tracker_is_forged(client: Client, link: str) -> None:
    address = link.replace("expires=", "expires=9")
    assert code_of(client.get(f"{address}&fbclid=x")) == "link_forged"
    assert code_of(client.get(f"{urlsplit(link).path}?fbclid=x")) == "link_forged"


def test_more_parameters_than_django_counts_are_a_forged_link(
    client: Client, link: str, caplog: Any
) -> None:
    assert code_of(client.get(link + "&a=1" * 1000)) == "link_forged"
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_only_reading_is_allowed(link: str, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, link)
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"
    assert response["Cache-Control"] == "no-store"


# An expired link


def test_an_expired_link_tells_where_the_document_lives(
    client: Client, programme: Event, later: Any, link: str
) -> None:
    later()
    response = client.get(link)
    assert (response.status_code, code_of(response)) == (410, "link_expired")
    address = f"http://testserver/api/events/{programme.pk}/programme_file/"
    assert response.json()["permalink"] == address
    assert response["Cache-Control"] == "no-store"
    page = client.get(link, headers={"Accept": BROWSER})
    assert page.status_code == 410
    assert f'href="{address}"' in page.content.decode()


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_expired_link_opens_with_valid_credentials(
    client: Client, later: Any, link: str, participant: Any, method: str
) -> None:
    later()
    response = getattr(client, method)(link, headers=basic("participant"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))


def test_an_expired_link_opens_in_a_session(
    client: Client, later: Any, link: str, participant: Any
) -> None:
    later()
    client.force_login(participant)
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=0-3"}, 206),
        ({"If-None-Match": "*"}, 304),
        ({"If-Match": '"x"'}, 412),
        ({"Range": "bytes=999999-"}, 416),
    ],
)
def test_an_expired_link_with_credentials_keeps_the_meaning_of_headers(
    client: Client, later: Any, link: str, participant: Any, headers: Any, status: int
) -> None:
    later()
    assert client.get(link, headers={**basic("participant"), **headers}).status_code == status


def test_an_expired_link_with_credentials_still_downloads(
    client: Client, later: Any, link: str, participant: Any
) -> None:
    later()
    response = client.get(f"{link}&download=1", headers=basic("participant"))
    assert response["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("headers", [basic("participant", "wrong"), {"Authorization": "Basic !"}])
def test_an_expired_link_stays_shut_for_bad_credentials(
    client: Client, later: Any, link: str, participant: Any, headers: dict[str, str]
) -> None:
    later()
    assert code_of(client.get(link, headers=headers)) == "link_expired"


def test_an_expired_link_asks_in_a_transaction_where_the_host_wants_one(
    client: Client, later: Any, link: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    later()
    # REST framework marks the transaction of a refusal; it must not be the caller's.
    assert client.get(link).status_code == 410
    assert Event.objects.count() == 1


def test_an_expired_link_stays_shut_for_who_may_not_read(
    client: Client, later: Any, link: str, participant: Any, manager: Any, settings: Any
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "permission", "EVENT_MODEL": "testapp.Event"}
    later()
    assert client.get(link, headers=basic("participant")).status_code == 410
    assert client.get(link, headers=basic("manager")).status_code == 200


def test_an_expired_link_to_an_invisible_event_is_410(
    client: Client, later: Any, participant: Any, settings: Any
) -> None:
    router = SimpleRouter()
    router.register("meetings", MeetingViewSet)
    settings.ROOT_URLCONF = urlconf(
        path("api/", include(router.urls)), path("media/", include(FILES))
    )
    meeting = Meeting(title="Board", badge_file=upload())
    meeting.save()
    url = meeting.badge_file.url
    later()
    assert client.get(url, headers=basic("participant")).status_code == 200
    Meeting.objects.update(hidden=True)
    assert code_of(client.get(url, headers=basic("participant"))) == "link_expired"


def test_an_expired_link_of_a_model_without_a_viewset_names_no_permalink(
    client: Client, later: Any, participant: Any
) -> None:
    meeting = Meeting(title="Board", badge_file=upload())
    meeting.save()
    url = meeting.badge_file.url
    later()
    response = client.get(url, headers=basic("participant"))
    assert code_of(response) == "link_expired"
    assert "permalink" not in response.json()


@pytest.mark.parametrize("accept", [BROWSER, "application/json"])
def test_an_expired_link_says_that_its_file_is_missing_or_cannot_be_had(
    client: Client,
    later: Any,
    link: str,
    participant: Any,
    storage: MemoryStorage,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    accept: str,
) -> None:
    later()
    headers = {**basic("participant"), "Accept": accept}
    storage.delete(*storage.names())
    missing = client.get(link, headers=headers)

    def fail(name: str) -> int:
        raise ConnectionError("no storage")

    # One of Python alone, whatever the storage is on which this suite runs.
    backend = {"BACKEND": "django_event_pdfs.testing.MemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    monkeypatch.setattr(MemoryStorage, "size", lambda self, name: fail(name))
    monkeypatch.setattr(MemoryStorage, "exists", lambda self, name: fail(name))
    failing = client.get(link, headers=headers)
    assert (missing.status_code, failing.status_code) == (404, 503)
    assert failing["Retry-After"] == "10"
    for response in (missing, failing):
        assert response["Cache-Control"] == "no-store"
        assert ("html" in response["Content-Type"]) == (accept == BROWSER)


@pytest.mark.parametrize(
    "data", [["no"], {"error": "no"}, {"codes": ["detail"]}, {"codes": {"detail": []}}, "no", None]
)
def test_an_expired_link_is_410_whatever_a_host_makes_of_a_refusal(
    client: Client, later: Any, link: str, monkeypatch: pytest.MonkeyPatch, data: Any
) -> None:
    monkeypatch.setattr(
        EventViewSet, "get_exception_handler", lambda self: lambda *args: Response(data, status=403)
    )
    later()
    assert code_of(client.get(link)) == "link_expired"


def test_the_page_of_an_expired_link_leads_to_the_event(
    client: Client, later: Any, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Event, "get_absolute_url", lambda self: f"exampleapp://events/{self.pk}", raising=False
    )
    later()
    page = client.get(link, headers={"Accept": BROWSER}).content.decode()
    assert f'href="exampleapp://events/{Event.objects.get().pk}"' in page


# A document that is gone


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("expired", [False, True])
def test_a_removed_document_is_404(
    client: Client, programme: Event, later: Any, link: str, expired: bool
) -> None:
    programme.programme_file = None
    programme.save()
    if expired:
        later()
    response = client.get(link)
    assert (response.status_code, code_of(response)) == (404, "document_removed")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_a_replaced_document_is_404_and_its_new_link_opens(
    client: Client, programme: Event, link: str
) -> None:
    programme.programme_file = upload()
    programme.save()
    assert code_of(client.get(link)) == "document_removed"
    assert client.get(programme.programme_file.url).status_code == 200


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_file_missing_in_storage_is_404_and_logged_as_an_error(
    client: Client, link: str, storage: MemoryStorage, caplog: Any, method: str
) -> None:
    [name] = storage.names()
    storage.delete(name)
    with caplog.at_level(logging.ERROR, logger="django_event_pdfs"):
        response = getattr(client, method)(link)
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
    assert [name in record.getMessage() for record in caplog.records] == [True]


def test_a_missing_file_has_a_code_of_its_own(
    client: Client, link: str, storage: MemoryStorage
) -> None:
    storage.delete(*storage.names())
    assert code_of(client.get(link)) == "file_missing"
