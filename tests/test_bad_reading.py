"""Whatever a request to read a document holds: a defined answer, no traceback, no stray bytes.

What a test client cannot send is in ``servers/test_serving.py``.
"""

import logging
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.test import AsyncClient, Client

from django_event_pdfs.links import SignedLinks
from django_event_pdfs.testing import MemoryStorage, make_pdf
from tests.conftest import upload
from tests.host_api import mount, own
from tests.testapp.models import Attachment, Event, Meeting

READER = {"Authorization": f"Basic {b64encode(b'participant:x').decode()}"}
OLD = "Mon, 01 Jan 1900 00:00:00 GMT"
PDF = make_pdf()
SECRET = b"%PDF-1.7 of somebody else"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes


@pytest.fixture(params=["wsgi", "asgi"])
def ask(request: Any, caplog: pytest.LogCaptureFixture) -> Callable[..., Answer]:
    """Return ``ask(address, method, **headers)``, which also looks for errors in the log."""

    async def fetch(method: str, address: str, headers: Any) -> Answer:
        response = await AsyncClient().generic(method, address, headers=headers)
        if response.streaming and response.is_async:
            body = b"".join([chunk async for chunk in response])
        else:
            body = response.getvalue()
        return Answer(response.status_code, response.headers, body)

    def ask(address: str, method: str = "GET", **headers: str) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if request.param == "asgi":
            answer = async_to_sync(fetch)(method, address, headers)
        else:
            response = Client().generic(method, address, headers=headers)
            answer = Answer(response.status_code, response.headers, response.getvalue())
        assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []
        assert [r.getMessage() for r in caplog.records if r.exc_info] == []
        assert answer.status < 500
        if answer.status >= 400:
            assert b"%PDF" not in answer.body
            assert "immutable" not in answer.headers.get("Cache-Control", "")
        return answer

    return ask


@pytest.fixture
def programme(event: Event, participant: Any) -> Event:
    event.programme_file = upload("Programme.pdf")
    event.save()
    return event


@pytest.fixture(params=["link", "permalink"])
def address(request: Any, programme: Event) -> str:
    permalink = f"/api/events/{programme.pk}/programme_file/"
    return permalink if request.param == "permalink" else programme.programme_file.url


# Headers, on links and permalinks alike


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Range": "bytes=9999999-"}, 416, id="past the end"),
        pytest.param({"Range": "bytes=-0"}, 416, id="the last nothing"),
        pytest.param({"Range": "bytes=a-b"}, 200, id="letters"),
        pytest.param({"Range": "bytes=9-5"}, 200, id="backwards"),
        pytest.param({"Range": "bytes=" + "0-0," * 999 + "0-0"}, 200, id="1,000 ranges"),
        pytest.param({"Range": "bytes=0-" + "9" * 60_000}, 200, id="a long number"),
        pytest.param({"Range": "bytes=-" + "-" * 60_000}, 200, id="dashes"),
        pytest.param({"Range": "bytes=0-0\x00"}, 200, id="a range with NUL"),
        pytest.param({"Range": "octets=0-1"}, 200, id="another unit"),
        pytest.param({"If_None_Match": "*"}, 304, id="any etag"),
        pytest.param({"If_None_Match": "W/{etag}"}, 304, id="a weak etag"),
        pytest.param({"If_None_Match": "w/{etag}"}, 200, id="a weak etag in lower case"),
        pytest.param({"If_None_Match": '"' * 60_000}, 200, id="quotes"),
        pytest.param({"If_None_Match": '"a", ' * 12_000 + "{etag}"}, 304, id="12,000 etags"),
        pytest.param({"If_None_Match": '"é\x00\xff"'}, 200, id="an etag of no text"),
        pytest.param({"If_Match": "W/{etag}"}, 412, id="a weak etag that must match"),
        pytest.param({"If_Match": "nonsense"}, 200, id="no etag that must match"),
        pytest.param({"If_Match": "*", "Range": "bytes=-0"}, 416, id="any etag, and nothing"),
        pytest.param({"If_Modified_Since": OLD}, 200, id="changed since 1900"),
        pytest.param({"If_Unmodified_Since": OLD}, 412, id="unchanged since 1900"),
        pytest.param({"If_Modified_Since": "Mon, 99 Zzz 0000 99:99:99 GMT"}, 200, id="no date"),
        pytest.param({"If_Unmodified_Since": "9" * 60_000}, 200, id="a long date"),
        pytest.param({"Range": "bytes=0-4", "If_Range": OLD}, 200, id="a part as of 1900"),
        pytest.param({"Range": "bytes=0-4", "If_Range": "W/{etag}"}, 200, id="a part, weakly"),
        pytest.param({"Range": "bytes=0-4", "If_Range": "{etag}"}, 206, id="a part, strongly"),
        pytest.param({"If_Range": "{etag}"}, 200, id="a condition of nothing"),
        pytest.param({"Accept": "é" * 5_000}, 200, id="a long Accept"),
        pytest.param({"Accept_Language": "fr-" * 20_000}, 200, id="a long language"),
        pytest.param({"Accept_Language": "../../etc/passwd"}, 200, id="a language that climbs"),
        pytest.param(
            {"Cookie": "sessionid=\xff; django_language=x"}, 200, id="a cookie of no text"
        ),
        pytest.param({"Cookie": "sessionid=" + "x" * 60_000}, 200, id="a long cookie"),
        pytest.param({"Content_Length": "-1"}, 200, id="a body of less than nothing"),
        pytest.param(
            {"Content_Type": "multipart/form-data; boundary="}, 200, id="a body of no parts"
        ),
        pytest.param({"Transfer_Encoding": "chunked"}, 200, id="a body of unknown length"),
    ],
)
def test_a_header_is_obeyed_refused_or_ignored(
    ask: Any, address: str, programme: Event, headers: dict[str, str], status: int
) -> None:
    content = programme.programme_file.read()
    etag = f'"{programme.programme_file.name[-30:-4]}"'
    headers = {name: value.replace("{etag}", etag) for name, value in headers.items()}
    answer = ask(address, **{**READER, **headers})
    assert answer.status == status
    expected = {200: content, 206: content[:5], 304: b"", 412: b"", 416: b""}
    assert answer.body == expected.get(status, answer.body)
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic " + "A" * 60_000, "Basic w6k6w6k=", "Bearer x", "\x00", "é"],
)
def test_bad_credentials_spoil_a_link_as_little_as_they_open_a_permalink(
    ask: Any, programme: Event, authorization: str
) -> None:
    permalink = f"/api/events/{programme.pk}/programme_file/"
    assert ask(programme.programme_file.url, Authorization=authorization).status == 200
    assert ask(permalink, Authorization=authorization).status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 410),
        ({"Range": "bytes=0-1"}, 410),
        ({"If-None-Match": "*"}, 410),
        ({"Authorization": "Basic !"}, 410),
        ({"Authorization": f"Basic {b64encode(b'participant:y').decode()}"}, 410),
        ({"Cookie": "sessionid=" + "x" * 32}, 410),
        (READER, 200),
        ({**READER, "Range": "bytes=9999999-"}, 416),
    ],
)
def test_an_expired_link_opens_for_good_credentials_alone(
    ask: Any, programme: Event, method: str, headers: dict[str, str], status: int
) -> None:
    url = SignedLinks(max_age=-3600, window=1).make(programme.programme_file.name).url
    answer = ask(url, method, **headers)
    assert answer.status == (200 if (method, status) == ("HEAD", 416) else status)
    if status == 410:
        assert answer.headers["Cache-Control"] == "no-store"


# Addresses


@pytest.fixture
def others(programme: Event, storage: MemoryStorage) -> dict[str, str]:
    """Return names of files that no link of ours opens."""
    attachment = Attachment.objects.create(file=ContentFile(SECRET, "invoice.pdf"))
    return {
        "outside": storage.save("avatars/x.pdf", ContentFile(SECRET)),
        "root": storage.save("db.pdf", ContentFile(SECRET)),
        "attachment": attachment.file.name,
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("{attachment}", 403, id="another model's file in a folder of documents"),
        pytest.param("{outside}", 404, id="a file outside the folders"),
        pytest.param("{root}", 404, id="a file at the root"),
        pytest.param("events/programmes/../../{outside}", 403, id="climbing"),
        pytest.param(
            "events/programmes/..%2f..%2f{outside}", 403, id="climbing by encoded slashes"
        ),
        pytest.param("events/programmes/%2e%2e/%2e%2e/{root}", 403, id="climbing by encoded dots"),
        pytest.param("events/programmes/..%5c..%5c{root}", 403, id="climbing by backslashes"),
        pytest.param("events/programmes/%252e%252e%252f{root}", 403, id="encoded twice"),
        pytest.param("events/programmes//{root}", 403, id="two slashes"),
        pytest.param("events/programmes/%2f{root}", 403, id="an absolute name"),
        pytest.param("events%2fprogrammes%2fa.pdf", 403, id="encoded slashes"),
        pytest.param("events/programmes/%00.pdf", 404, id="NUL"),
        pytest.param("events/programmes/a.pdf%00.html", 404, id="NUL before an extension"),
        pytest.param("events/programmes/a%0d%0aSet-Cookie:x.pdf", 404, id="a line end"),
        pytest.param("events/programmes/%ff%fe.pdf", 403, id="no UTF-8"),
        pytest.param("events/programmes/%ed%b3%bf.pdf", 403, id="a lone surrogate"),
        pytest.param("events/programmes/%e2%80%ae.pdf", 403, id="a bidi mark"),
        pytest.param("events/programmes/" + "a/" * 3_000, 403, id="many folders"),
        pytest.param("events/programmes/" + "%f0%9f%8e%89" * 3_000, 403, id="a long name"),
        pytest.param("events/programmes/CON", 403, id="a device"),
        pytest.param("events/programmes/", 404, id="a folder"),
        pytest.param("Events/Programmes/a.pdf", 404, id="another case"),
    ],
)
def test_an_address_that_is_no_link_opens_nothing(
    ask: Any, programme: Event, others: dict[str, str], path: str, status: int
) -> None:
    _, _, query = programme.programme_file.url.partition("?")
    for tail in ("", f"?{query}", f"?{query}&download=1", "?signature=", f"?{query}&fbclid=x"):
        for method in ("GET", "HEAD"):
            assert ask(f"/media/{path.format(**others)}{tail}", method).status == status


@pytest.mark.parametrize(
    "query",
    [
        "expires=99999999999",
        "expires=-1&signature=x",
        "expires=" + "9" * 60_000,
        "signature=" + "A" * 60_000,
        "signature=%00",
        "signature=%ff",
        "signature[]=x",
        "%00=%00",
        "&&&===",
        "a" * 60_000,
        ";".join(["signature=x"] * 1_000),
    ],
)
def test_a_query_that_is_not_ours_is_forged(ask: Any, programme: Event, query: str) -> None:
    name = programme.programme_file.name
    assert ask(f"/media/{name}?{query}").status == 403


@pytest.mark.parametrize("credentials", [{}, READER])
@pytest.mark.parametrize("max_age", [3600, -3600])
@pytest.mark.django_db(transaction=True)
def test_a_link_of_a_deleted_event_opens_nothing(
    ask: Any, programme: Event, credentials: dict[str, str], max_age: int
) -> None:
    url = SignedLinks(max_age=max_age, window=1).make(programme.programme_file.name).url
    permalink = f"/api/events/{programme.pk}/programme_file/"
    programme.delete()
    assert ask(url, **credentials).status == 404
    assert ask(permalink, **credentials).status == (404 if credentials else 401)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("{pk}/badge_file/", id="a document of another model"),
        pytest.param("{pk}/programme_file_facts/", id="a column that is no document"),
        pytest.param("{pk}/guide_file/", id="a document that is not there"),
        pytest.param("{meeting}/programme_file/", id="an event of another model"),
        pytest.param("{pk}/../{pk}/programme_file/", id="climbing"),
        pytest.param("{pk}/programme_file/../../../db.pdf", id="climbing out"),
        pytest.param("{pk}%00/programme_file/", id="NUL in the id"),
        pytest.param("%00/programme_file/", id="NUL for an id"),
        pytest.param("{pk}/programme_file%00/", id="NUL in the name"),
        pytest.param("%ff/programme_file/", id="no UTF-8"),
        pytest.param("-1/programme_file/", id="a number"),
        pytest.param("9" * 5_000 + "/programme_file/", id="a long number"),
        pytest.param("é%e2%80%ae/programme_file/", id="no id"),
        pytest.param("{pk}/PROGRAMME_FILE/", id="another case"),
        pytest.param("{pk}/programme_file/programme.pdf", id="a name behind it"),
    ],
)
def test_an_address_that_is_no_permalink_opens_nothing(
    ask: Any, programme: Event, path: str
) -> None:
    meeting = Meeting.objects.create(title="M", programme_file=upload(), badge_file=upload())
    address = f"/api/events/{path.format(pk=programme.pk, meeting=meeting.pk)}"
    for method in ("GET", "HEAD"):
        assert ask(address, method, **READER).status in (404, 405)


@pytest.mark.parametrize("key", ["%00", "a%00b"])
@pytest.mark.parametrize("tail", ["", "guide_file/"])
def test_a_database_is_not_asked_for_what_no_column_holds(
    reader: Any, settings: Any, django_assert_num_queries: Any, key: str, tail: str
) -> None:
    mount(settings, own(lookup_field="title"))
    with django_assert_num_queries(0):  # PostgreSQL would refuse it, by an error of its driver.
        assert reader.get(f"/meetings/{key}/{tail}").status_code == 404
