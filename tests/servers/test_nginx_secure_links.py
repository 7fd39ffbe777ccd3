"""example_project/deploy/nginx with secure_links/, as they stand: nginx checks and sends, alone."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from django_event_pdfs.delivery import Representation
from django_event_pdfs.links import NginxSecureLinks
from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.testing.answers import CACHE_CONTROL, CONTENT, Answer
from tests.servers.deployed import LINK_SECRET, Site
from tests.servers.doctored import OF_THE_WEB, not_well, run_on
from tests.servers.nginx import nginx, without_django
from tests.servers.site import (
    CREDENTIALS,
    FILENAME,
    SiteContract,
    codes,
    listed,
    path_of,
    permalink_of,
)

links = partial(NginxSecureLinks, secrets=[LINK_SECRET])


@pytest.fixture(scope="module")
def secure_site(request: Any) -> Iterator[Site]:
    """Return a site whose links nginx checks."""
    with nginx(request, addition="secure_links") as site:
        yield site


@pytest.fixture(scope="module")
def alone(secure_site: Site) -> Iterator[Site]:
    """Return the same site before a Django that is not there."""
    with without_django(secure_site) as site:
        yield site


class TestSecureLinks(SiteContract):
    links = staticmethod(links)

    @pytest.fixture
    def site(self, secure_site: Site) -> Site:
        return secure_site

    @pytest.fixture
    def disposition(self, site: Site) -> str:
        # nginx cannot decode a name for clients that do not know filename*.
        stored = site.name.rpartition("/")[2]
        return f"inline; filename=\"{stored}\"; filename*=UTF-8''{quote(FILENAME)}"

    def represent(
        self, site: Site, document: Representation, method: str, **headers: str
    ) -> Answer:
        """Ask by a link, so that it is nginx that answers where it can."""
        if document.public:
            return site.represent(document, method, **headers)
        target = links().make(document.name, document.filename).url
        return site.ask(f"{target}{'&download=1' * document.download}", method, **headers)

    def test_the_filename_is_that_of_the_representation(self, ask: Any, document: Any) -> None:
        stored = document.name.rpartition("/")[2]
        expected = f"inline; filename=\"{stored}\"; filename*=UTF-8''{quote(document.filename)}"
        assert ask().headers["Content-Disposition"] == expected

    def test_304_has_the_headers_that_caches_need(self, ask: Any) -> None:
        # By Django, which can subtract; nginx says a fixed time.
        whole = ask().headers
        answer = ask(If_None_Match=whole["ETag"])
        assert answer.headers["ETag"] == whole["ETag"]
        assert re.fullmatch(r"private, max-age=\d+, immutable", answer.headers["Cache-Control"])
        assert "Content-Type" not in answer.headers

    @pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}])
    def test_every_good_answer_is_guarded(self, ask: Any, headers: dict[str, str]) -> None:
        super().test_every_good_answer_is_guarded(ask, headers)

    def test_nothing_is_compressed(self, ask: Any) -> None:
        for headers in ({}, {"Range": "bytes=a-b"}):  # The second one is streamed by Django.
            answer = ask(**headers, Accept_Encoding="gzip, br, deflate")
            assert answer.body == CONTENT
            assert "Content-Encoding" not in answer.headers

    def test_encoded_slashes_open_no_other_document(
        self, site: Site, link: str, content: bytes
    ) -> None:
        # nginx resolves a path before it compares: the very same document, or nothing.
        for slashes in ("programmes%2f", "guides%2f..%2fprogrammes/", "guides/../programmes/"):
            assert site.ask(link.replace("programmes/", slashes)).body == content
        assert site.ask(link.replace("programmes/", "guides%2f")).status == 403


# Nobody but nginx


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("HEAD", {}, 200),
        ("GET", {"Range": "bytes=0-99"}, 206),
        ("GET", {"Range": "bytes=-10"}, 206),
    ],
)
@pytest.mark.parametrize("download", ["", "&download=1"])
def test_nginx_answers_without_django(
    alone: Site, download: str, method: str, headers: Any, status: int
) -> None:
    target = links().make(alone.name, FILENAME).url
    answer = alone.ask(target + download, method, **headers)
    assert answer.status == status
    assert answer.headers["Cache-Control"] == CACHE_CONTROL
    shown = "attachment; " if download else "inline; "
    assert answer.headers["Content-Disposition"].startswith(shown)


@pytest.mark.parametrize("filename", ["Programme_2026-v1.pdf", "a'b c\"d;e.pdf", "議程.pdf"])
def test_nginx_calls_a_document_by_its_name(alone: Site, filename: str) -> None:
    given = alone.ask(links().make(alone.name, filename).url).headers["Content-Disposition"]
    stored = alone.name.rpartition("/")[2]
    if re.fullmatch(r"[\w.-]+", filename, re.ASCII):
        assert given == f'inline; filename="{filename}"'
    else:
        encoded = quote(filename, safe="")
        assert given == f"inline; filename=\"{stored}\"; filename*=UTF-8''{encoded}"


def test_nginx_calls_a_document_without_a_name_as_it_is_stored(alone: Site) -> None:
    given = alone.ask(links().make(alone.name).url).headers["Content-Disposition"]
    assert given == f'inline; filename="{alone.name.rpartition("/")[2]}"'


def _other(character: str) -> str:
    return "A" if character == "_" else "_"


ALTERED = {
    "signature": lambda url: re.sub(
        "signature=(.)", lambda found: f"signature={_other(found[1])}", url
    ),
    "expiry": lambda url: url.replace("expires=1", "expires=2"),
    "filename": lambda url: url.replace("filename=a", "filename=b"),
    "no filename": lambda url: re.sub("filename=[^&]*&", "", url),
    "more": lambda url: f"{url}&utm_source=x",
    "twice": lambda url: re.sub("(filename=)([^&]*)", r"\1b.pdf&\1\2", url),
    "other case": lambda url: url.replace("filename=", "FILENAME=x&filename="),
    "download": lambda url: f"{url}&download=2",
    "order": lambda url: re.sub(r"\?(expires=\d+)&(filename=[^&]*)", r"?\2&\1", url),
    "nothing": lambda url: url.partition("?")[0],
    "another": lambda url: url.replace("/programmes/", "/guides/"),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_nginx_lets_nothing_be_altered(alone: Site, alter: Any) -> None:
    link = links().make(alone.name, "a.pdf").url
    assert alone.ask(link).status == 200
    assert alter(link) != link
    assert alone.ask(alter(link)).status == 502  # Django would answer, and is not there.


ADDED = {"more", "other case"}


@pytest.mark.parametrize("how", sorted(ALTERED.keys() - {*ADDED, "order"}))
def test_django_refuses_what_was_altered(secure_site: Site, how: str) -> None:
    answer = secure_site.ask(ALTERED[how](links().make(secure_site.name, "a.pdf").url))
    assert (answer.status, codes(answer)) == (403, ["link_forged"])


@pytest.mark.parametrize("how", sorted(ADDED))
def test_django_takes_off_what_was_added(secure_site: Site, how: str) -> None:
    link = links().make(secure_site.name, "a.pdf").url
    answer = secure_site.ask(ALTERED[how](link))
    assert answer.status == 302
    assert secure_site.ask(path_of(answer.headers["Location"])).status == 200


def test_django_serves_what_is_only_spelled_differently(secure_site: Site) -> None:
    link = links().make(secure_site.name, "a b.pdf").url
    for spelled in (ALTERED["order"](link), link.replace("%20", "+"), link.replace("_", "%5F")):
        assert secure_site.ask(spelled).status == 200


def test_an_expired_link_is_not_answered_by_nginx(alone: Site) -> None:
    assert alone.ask(links(max_age=-3600, window=1).make(alone.name).url).status == 502


def test_another_secret_opens_nothing(secure_site: Site) -> None:
    other = NginxSecureLinks(secrets=[LINK_SECRET[::-1]])
    answer = secure_site.ask(other.make(secure_site.name).url)
    assert (answer.status, codes(answer)) == (403, ["link_forged"])


def test_a_missing_file_is_for_django(alone: Site) -> None:
    name = new_name("events/programmes/", "programme_file")
    assert alone.ask(links().make(name).url).status == 502


def test_a_link_that_never_ended_ends_with_public_reading(secure_site: Site, settings: Any) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    endless = links().make(secure_site.name).url
    assert secure_site.ask(endless).status == 410  # By Django: on this site it is not public.


PUBLIC = {
    "secure_link $arg_signature,$arg_expires;": "secure_link $arg_signature;",
    'private, max-age=3600, immutable"': 'public, max-age=31536000, immutable"',
    "same-site": "cross-origin",
}


def test_where_reading_is_public_nginx_checks_links_that_never_end(
    secure_site: Site, settings: Any
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    target = links().make(secure_site.name, "a.pdf").url
    assert "expires" not in target
    with without_django(secure_site, PUBLIC) as alone:
        answer = alone.ask(target)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert alone.ask(target.replace("filename=a", "filename=b")).status == 502


# The API


def test_the_api_gives_such_links_and_takes_them_back(secure_site: Site) -> None:
    [event] = [event for event in listed(secure_site) if event["name"] == "Summit"]
    assert links().name_of(event["programme_file"]) == secure_site.name
    target = permalink_of(event).replace("programme_file/", "")
    body = f'{{"programme_file": "{event["programme_file"]}"}}'.encode()
    answer = secure_site.ask(
        target, "PATCH", body, Authorization=CREDENTIALS, Content_Type="application/json"
    )
    assert answer.status == 200
    assert links().name_of(json.loads(answer.body)["programme_file"]) == secure_site.name


def test_a_replaced_document_opens_no_more(secure_site: Site) -> None:
    [event] = [event for event in listed(secure_site) if event["name"] == "Summit"]
    target = permalink_of(event).replace("programme_file", "guide_file")

    def put() -> str:
        secure_site.ask(
            target,
            "PUT",
            make_pdf(),
            Authorization=CREDENTIALS,
            Content_Type="application/pdf",
        )
        [found] = [event for event in listed(secure_site) if event["name"] == "Summit"]
        return path_of(found["guide_file"])

    first, second = put(), put()
    assert secure_site.ask(second).status == 200
    answer = secure_site.ask(first)
    assert (answer.status, codes(answer)) == (404, ["document_removed"])


def test_the_doctor_finds_it_well(secure_site: Site) -> None:
    _code, found = run_on(secure_site)
    assert found.keys() >= OF_THE_WEB
    assert not_well(found) == []
