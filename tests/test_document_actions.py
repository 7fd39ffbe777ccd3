"""The permalink: who may read is asked each time, the storage as little as can be."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.testing import MemoryStorage, make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

ACCESS = ("public", "authenticated", "permission")
AUTH_TABLES = ("auth_", "django_session")


@pytest.fixture
def permalink(full: Event) -> str:
    return f"/api/events/{full.pk}/programme_file/"


@pytest.fixture
def calls(storage: MemoryStorage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the storage's methods that are called from now on."""
    calls: list[str] = []

    def note(name: str, method: Callable[..., Any]) -> None:
        def noting(*args: Any) -> Any:
            calls.append(name)
            return method(*args)

        monkeypatch.setattr(storage, name, noting)

    for name in ("open", "exists", "size", "get_modified_time", "listdir", "url"):
        note(name, getattr(storage, name))
    return calls


def signed_in(user: Any, how: str) -> tuple[Client, dict[str, str]]:
    client = Client()
    if how == "session":
        client.force_login(user)
    token = b64encode(f"{user.username}:x".encode()).decode()
    return client, {"Authorization": f"Basic {token}"} if how == "basic" else {}


# What is asked


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("how", ["session", "basic"])
@pytest.mark.parametrize("condition", ["", "*"])
def test_one_query_is_enough_besides_those_of_django_auth(
    permalink: str, manager: Any, settings: Any, how: str, access: str, method: str, condition: str
) -> None:
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    client, headers = signed_in(manager, how)
    if condition:
        headers = {**headers, "If-None-Match": condition}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = getattr(client, method)(permalink, headers=headers)
    assert response.status_code == (304 if condition else 200)
    tables = [query["sql"].partition(' FROM "')[2] for query in queries]
    ours = [table for table in tables if not table.startswith(AUTH_TABLES)]
    assert [table.partition('"')[0] for table in ours] == ["testapp_event"]
    # Session and user; with "permission", Django's two of what the user and the groups may do.
    assert len(queries) <= 1 + 2 + 2 * (access == "permission")


def test_who_may_no_longer_read_is_refused_at_once(
    permalink: str, user: Any, settings: Any
) -> None:
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "permission"}
    client, headers = signed_in(user, "basic")
    user.user_permissions.set(Permission.objects.filter(codename="view_event"))
    etag = client.get(permalink, headers=headers)["ETag"]
    user.user_permissions.clear()
    again = client.get(permalink, headers={**headers, "If-None-Match": etag})
    assert again.status_code == 403


@pytest.mark.parametrize("address", ["link", "permalink"])
def test_the_storage_is_asked_nothing_about_what_the_client_has(
    full: Event, permalink: str, reader: Any, calls: list[str], address: str
) -> None:
    address = permalink if address == "permalink" else full.programme_file.url
    calls.clear()
    etag = f'"{full.programme_file.name[-30:-4]}"'
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        for method in (reader.get, reader.head):
            headers = {"If-None-Match": condition, "If-Modified-Since": "x", "Range": "bytes=0-1"}
            response = method(address, headers=headers)
            assert (response.status_code, response["ETag"]) == (304, etag)
    assert calls == []


@pytest.mark.parametrize("address", ["link", "permalink"])
@pytest.mark.parametrize(
    ("method", "headers", "asked"),
    [
        ("get", {}, ["size", "get_modified_time", "open"]),
        ("get", {"Range": "bytes=0-1"}, ["size", "get_modified_time", "open"]),
        ("get", {"Range": "bytes=9999999-"}, ["size", "get_modified_time"]),
        ("get", {"If-Match": '"other"'}, []),
        ("head", {}, ["size", "get_modified_time"]),
    ],
)
def test_the_storage_is_asked_no_more_than_it_takes(
    full: Event,
    permalink: str,
    reader: Any,
    calls: list[str],
    address: str,
    method: str,
    headers: dict[str, str],
    asked: list[str],
) -> None:
    address = permalink if address == "permalink" else full.programme_file.url
    calls.clear()
    getattr(reader, method)(address, headers=headers)
    assert calls == asked


def test_the_storage_is_asked_nothing_for_who_may_not_read(
    permalink: str, calls: list[str]
) -> None:
    calls.clear()
    assert Client().get(permalink, headers={"If-None-Match": "*"}).status_code == 401
    assert calls == []


# What it opens


def test_it_follows_the_document(full: Event, permalink: str, reader: Any) -> None:
    first = reader.get(permalink)
    full.programme_file = upload("Second.pdf", pages=3)
    full.save()
    second = reader.get(permalink, headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, second.getvalue()) == (200, make_pdf(pages=3))
    assert second["ETag"] != first["ETag"]
    assert 'filename="Second.pdf"' in second["Content-Disposition"]
    # And the rest of the first is not joined to a part of the second.
    part = reader.get(permalink, headers={"Range": "bytes=5-", "If-Range": first["ETag"]})
    assert part.status_code == 200
    full.programme_file = None
    full.save()
    gone = reader.get(permalink, headers={"If-None-Match": second["ETag"]})
    assert gone.status_code == 404


def test_it_downloads_when_asked_to(permalink: str, reader: Any) -> None:
    response = reader.get(f"{permalink}?download=1")
    assert response["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    "query", ["?download=0", "?signature=x&expires=1", "?fbclid=x", "?%00=%ff"]
)
def test_its_other_parameters_say_nothing(permalink: str, reader: Any, query: str) -> None:
    response = reader.get(permalink + query)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("inline; ")
