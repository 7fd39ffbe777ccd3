"""example_project/deploy/nginx with public/, as they stand: nginx sends documents to everybody."""

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

import pytest

from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.testing.answers import CONTENT
from tests.servers.deployed import Site
from tests.servers.linting import EXPLAINED, findings
from tests.servers.nginx import nginx, without_django
from tests.servers.serving import need
from tests.servers.site import ORIGIN, created, listed, path_of

FOREVER = "public, max-age=31536000, immutable"
LEGACY = "events/programmes/summit.pdf"


@pytest.fixture(scope="module")
def public_site(request: Any) -> Iterator[Site]:
    """Return a site whose documents are public."""
    with nginx(request, "uvicorn", "public") as site:
        yield site


@pytest.fixture(scope="module")
def alone(public_site: Site) -> Iterator[Site]:
    """Return the same site before a Django that is not there."""
    with open(public_site.place.path(LEGACY), "wb") as file:
        file.write(CONTENT)
    with without_django(public_site) as site:
        yield site


@pytest.fixture
def target(alone: Site) -> str:
    return f"/media/{alone.name}"


@pytest.fixture
def content(alone: Site) -> bytes:
    with alone.place.open(alone.name) as file:
        return bytes(file.read())


def test_the_api_gives_plain_addresses_and_takes_them_back(public_site: Site) -> None:
    event = created(public_site)
    address = event["programme_file"]
    assert address.startswith(f"{ORIGIN}/media/events/programmes/programme_")
    assert address.endswith(".pdf")
    assert event["documents"]["programme_file"]["expires_at"] is None
    assert public_site.ask(path_of(address)).status == 200


def test_everybody_reads_the_list(public_site: Site) -> None:
    events = json.loads(public_site.ask("/api/events/").body)["results"]
    assert "Summit" in {event["name"] for event in events}
    assert len(events) == len(listed(public_site))


def test_a_document_has_the_headers_of_the_contract(
    alone: Site, target: str, content: bytes
) -> None:
    answer = alone.ask(target)
    assert (answer.status, answer.body) == (200, content)
    stored = alone.name.rpartition("/")[2]
    expected = {
        **protective_headers(["'self'"], public=True),
        "Content-Type": "application/pdf",
        "Content-Length": str(len(content)),
        "Content-Disposition": f'inline; filename="{stored}"',
        "Cache-Control": FOREVER,
        "Accept-Ranges": "bytes",
        "Strict-Transport-Security": "max-age=86400",
    }
    assert {name: answer.headers[name] for name in expected} == expected


def test_download_saves_it(alone: Site, target: str) -> None:
    disposition = alone.ask(f"{target}?download=1").headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")


def test_head_has_the_headers_of_get_and_no_body(alone: Site, target: str) -> None:
    head = alone.ask(target, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.fields() == alone.ask(target).fields()


def test_an_unchanged_document_is_304(alone: Site, target: str) -> None:
    whole = alone.ask(target).headers
    assert whole["ETag"].startswith('"')
    for condition in (
        {"If_None_Match": whole["ETag"]},
        {"If_None_Match": f'"other", W/{whole["ETag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": whole["Last-Modified"]},
    ):
        answer = alone.ask(target, **condition)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["ETag"] == whole["ETag"]
    assert alone.ask(target, If_None_Match='"other"').status == 200
    assert alone.ask(target, If_Match='"other"').status == 412
    assert alone.ask(target, If_Match=whole["ETag"]).status == 200


@pytest.mark.parametrize(
    ("header", "cut"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=3000000-3000009", slice(3_000_000, 3_000_010)),
    ],
)
def test_a_part_arrives(alone: Site, target: str, content: bytes, header: str, cut: slice) -> None:
    answer = alone.ask(target, Range=header)
    assert (answer.status, answer.body) == (206, content[cut])
    etag = answer.headers["ETag"]
    assert alone.ask(target, Range=header, If_Range=etag).status == 206
    assert alone.ask(target, Range=header, If_Range='"other"').status == 200


def test_of_several_parts_the_whole_is_sent(alone: Site, target: str, content: bytes) -> None:
    answer = alone.ask(target, Range="bytes=0-0,5-9")
    assert (answer.status, answer.body) == (200, content)


@pytest.mark.parametrize("header", ["bytes=9999999-", "bytes=9999999-9999999", "bytes=a-b"])
def test_no_cache_keeps_that_there_is_no_such_part(alone: Site, target: str, header: str) -> None:
    answer = alone.ask(target, Range=header)
    assert answer.status == 416
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_a_name_that_may_be_used_again_is_asked_for_again(alone: Site) -> None:
    answer = alone.ask(f"/media/{LEGACY}")
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("name", ['a"b.pdf', "a\r\nSet-Cookie: b=c.pdf", "議程.pdf"])
def test_no_name_ends_a_header(alone: Site, name: str) -> None:
    with open(alone.place.path(f"events/programmes/{name}"), "wb") as file:
        file.write(CONTENT)
    answer = alone.ask(f"/media/events/programmes/{quote(name)}")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers.get("Content-Disposition", "inline") == "inline"
    os.remove(alone.place.path(f"events/programmes/{name}"))


@pytest.mark.parametrize(
    "path",
    ["/media/../project_settings.py", "/media/%2e%2e/a.pdf", "/media/events/", "/_event_pdfs/a"],
)
def test_nothing_else_is_reachable(public_site: Site, path: str) -> None:
    assert public_site.ask(path).status in (400, 404)


def test_a_missing_document_is_404(alone: Site) -> None:
    assert alone.ask("/media/events/programmes/none.pdf").status == 404


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("HEAD", {}, 200),
        ("GET", {"Range": "bytes=0-9"}, 206),
        ("GET", {"If-None-Match": "*"}, 304),
    ],
)
def test_a_linter_finds_nothing_wrong(
    alone: Site, target: str, method: str, headers: Any, status: int
) -> None:
    need(find_spec("httplint"), "httplint")
    answer = alone.ask(target, method, **headers)
    assert answer.status == status
    url = ORIGIN + target
    found = findings(url, method, headers, status, answer.headers.items(), answer.body)
    # "public" is for caches that see credentials, too (RFC 9111, 3.5).
    assert found <= {*EXPLAINED, "STORE_PUBLIC_UNNECESSARY"}
