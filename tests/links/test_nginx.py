"""Links for nginx's secure_link: what they say, and that nobody else can make one."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links import NginxSecureLinks, Verdict, signed

DAY = 24 * 60 * 60
NAME = "events/programmes/programme_abcdefghijklmnopqrstuvwx23.pdf"
OTHER = "events/programmes/programme_abcdefghijklmnopqrstuvwx24.pdf"
NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
SECRET = "of-nginx-and-Django-alone_0123456789"
OLDER = "what-it-was-before-this-one_987654321"

FILENAMES = ["a b&c=d;e.pdf", "100%25.pdf", "議程.pdf", "🎉+x.pdf", "a\"b#c?'(1)*.pdf", "~a_-.pdf"]


class Clock:
    """Stands where the module of signed links finds ``time``."""

    now: float = NOON

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(signed, "time", clock)
    return clock


@pytest.fixture
def links() -> NginxSecureLinks:
    return NginxSecureLinks(secrets=[SECRET])


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)


def as_nginx_signs(url: str, secret: str) -> str:
    """Sign a URL from what nginx knows of it: the decoded path, the rest as it stands."""
    parts = urlsplit(url)
    raw = dict(part.split("=", 1) for part in parts.query.split("&"))
    name = unquote(parts.path).removeprefix("/media/")
    text = f"{raw.get('expires', '')} {name} {raw.get('filename', '')} {secret}"
    return base64.urlsafe_b64encode(hashlib.md5(text.encode()).digest()).decode().rstrip("=")


# What a link says


def test_a_link_has_the_shape_of_a_signed_one(links: NginxSecureLinks) -> None:
    link = links.make(NAME, "Programme.pdf")
    parts = urlsplit(link.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", f"/media/{NAME}")
    assert list(query_of(link.url)) == ["expires", "filename", "signature"]
    assert link.expires_at == datetime.fromtimestamp(NOON + 7 * DAY + DAY // 2, UTC)


@pytest.mark.parametrize("filename", [*FILENAMES, ""])
def test_the_signature_is_what_nginx_computes(links: NginxSecureLinks, filename: str) -> None:
    url = links.make(NAME, filename).url
    assert query_of(url)["signature"] == [as_nginx_signs(url, SECRET)]


@pytest.mark.parametrize("filename", [*FILENAMES, ""])
def test_nginx_can_say_the_filename_as_it_stands(links: NginxSecureLinks, filename: str) -> None:
    # RFC 8187, 3.2.1, and what the configuration of nginx takes for a link.
    query = urlsplit(links.make(NAME, filename).url).query
    assert re.fullmatch(r"expires=\d+(&filename=[\w.~%-]+)?&signature=[\w-]{22}", query, re.ASCII)


@pytest.mark.parametrize("filename", FILENAMES)
def test_a_filename_comes_back_as_it_was(links: NginxSecureLinks, filename: str) -> None:
    query = query_of(links.make(NAME, filename).url)
    assert links.verify(NAME, query) == Verdict(filename, 7 * DAY + DAY // 2)


def test_filename_false_leaves_the_filename_out() -> None:
    links = NginxSecureLinks(secrets=[SECRET], filename=False)
    assert list(query_of(links.make(NAME, "a.pdf").url)) == ["expires", "signature"]


def test_where_reading_is_public_a_link_never_ends(links: NginxSecureLinks, settings: Any) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    link = links.make(NAME, "a.pdf")
    assert link.expires_at is None
    assert query_of(link.url)["signature"] == [as_nginx_signs(link.url, SECRET)]
    assert links.verify(NAME, query_of(link.url)) == Verdict("a.pdf", None)


def test_a_link_that_never_ended_ends_with_public_reading(
    links: NginxSecureLinks, settings: Any
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    query = query_of(links.make(NAME).url)
    settings.EVENT_PDFS = {"READ_ACCESS": "authenticated"}
    assert links.verify(NAME, query).expired


def test_the_options_of_signed_links_are_its_own() -> None:
    links = NginxSecureLinks(
        secrets=[SECRET],
        max_age=timedelta(hours=1),
        window=1,
        base_url="https://files.example.org/d/",
    )
    link = links.make(NAME, "a.pdf")
    assert link.url.startswith(f"https://files.example.org/d/{NAME}?expires={NOON + 3600}&")
    assert links.name_of(link.url) == NAME


def test_without_a_mount_there_is_no_link(links: NginxSecureLinks, settings: Any) -> None:
    settings.ROOT_URLCONF = "django_event_pdfs.urls"
    with pytest.raises(LinkUnavailable):
        links.make(NAME)


# How it is judged


def test_a_link_expires(links: NginxSecureLinks, clock: Clock) -> None:
    url = links.make(NAME, "a.pdf").url
    clock.now += 9 * DAY
    assert links.verify(NAME, query_of(url)).expired
    assert links.name_of(url) == NAME


@pytest.mark.parametrize(
    "change",
    [
        {"expires": ["9999999999"]},
        {"expires": ["1"]},
        {"filename": ["b.pdf"]},
        {"filename": []},
        {"signature": ["x" * 22]},
        {"signature": [""]},
        {"signature": []},
        {"expires": []},
        {"utm_source": ["x"]},
        {"download": ["2"]},
    ],
)
def test_nothing_can_be_altered(links: NginxSecureLinks, change: Any) -> None:
    query = query_of(links.make(NAME, "a.pdf").url)
    altered = {key: value for key, value in (query | change).items() if value}
    assert links.verify(NAME, altered) is None


def test_a_parameter_that_is_repeated_makes_a_forgery(links: NginxSecureLinks) -> None:
    query = query_of(links.make(NAME, "a.pdf").url)
    for key, values in query.items():
        assert links.verify(NAME, query | {key: values * 2}) is None


@pytest.mark.parametrize("filename", ["a.pdf", ""])
def test_no_filename_can_be_added_not_even_an_empty_one(
    links: NginxSecureLinks, filename: str
) -> None:
    query = query_of(links.make(NAME).url)
    assert links.verify(NAME, query | {"filename": [filename]}) is None


def test_no_empty_expiry_can_be_added(links: NginxSecureLinks, settings: Any) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    assert links.verify(NAME, query_of(links.make(NAME).url) | {"expires": [""]}) is None


def test_download_may_be_added(links: NginxSecureLinks) -> None:
    query = query_of(links.make(NAME, "a.pdf").url)
    assert links.verify(NAME, query | {"download": ["1"]}).filename == "a.pdf"


def test_a_link_opens_no_other_document(links: NginxSecureLinks) -> None:
    assert links.verify(OTHER, query_of(links.make(NAME, "a.pdf").url)) is None


def test_text_cannot_move_from_one_part_to_the_next(links: NginxSecureLinks) -> None:
    query = query_of(links.make("events/programmes/a b.pdf", "").url)
    moved = {**query, "filename": ["b.pdf"]}
    assert links.verify("events/programmes/a", moved) is None


def test_other_encodings_of_the_same_link_are_the_same(links: NginxSecureLinks) -> None:
    url = links.make(NAME, "a b.pdf").url.replace("%20", "+").replace("_", "%5f")
    assert links.name_of(url) == NAME


@pytest.mark.parametrize("url", ["", "/", "http://[", f"/media/{NAME}", "/media/\ud800", "%00"])
def test_any_other_text_is_no_link(links: NginxSecureLinks, url: str) -> None:
    assert links.name_of(url) is None


# Its secrets


def test_the_first_secret_signs_and_all_verify() -> None:
    old, new = NginxSecureLinks(secrets=[OLDER]), NginxSecureLinks(secrets=[SECRET, OLDER])
    url = new.make(NAME, "a.pdf").url
    assert query_of(url)["signature"] == [as_nginx_signs(url, SECRET)]
    assert new.name_of(old.make(NAME, "a.pdf").url) == NAME
    assert old.name_of(url) is None


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        SECRET,
        None,
        [SECRET, ""],
        ["x" * 31],
        [SECRET.encode()],
        ["with a space, or what nginx reads as $variable"],
        ["'quoted-and-long-enough-for-the-length-of-it'"],
        7,
    ],
)
def test_with_secrets_that_protect_nothing_no_link_is_made_or_believed(secrets: Any) -> None:
    links = NginxSecureLinks(secrets=secrets)
    for use in (lambda: links.make(NAME), lambda: links.verify(NAME, {"signature": ["x"]})):
        with pytest.raises(ImproperlyConfigured, match="E045"):
            use()


@pytest.mark.parametrize("as_fallback", [False, True])
def test_the_secret_of_django_is_no_secret_of_nginx(settings: Any, as_fallback: bool) -> None:
    settings.SECRET_KEY_FALLBACKS = [SECRET] if as_fallback else []
    settings.SECRET_KEY = "x" * 50 if as_fallback else SECRET
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        NginxSecureLinks(secrets=[SECRET]).make(NAME)


def test_an_error_does_not_tell_the_secret() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        NginxSecureLinks(secrets=["too-short-to-be-safe"]).make(NAME)
    assert "too-short" not in str(error.value)
