"""Signed links: what they say, how long they hold, and that nobody else can make one."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, unquote, urlsplit

import pytest
from django.urls import clear_script_prefix, set_script_prefix
from django.utils.encoding import escape_uri_path

from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links import SignedLinks, Verdict, get_links, signed
from django_event_pdfs.links.signed import escape_name

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
NAME = "events/programmes/programme_abcdefghijklmnopqrstuvwx23.pdf"
NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())


class Clock:
    """Stands where the module finds ``time``."""

    now: float = NOON

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(signed, "time", clock)
    return clock


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)


def made(filename: str = "Programme.pdf") -> dict[str, list[str]]:
    return query_of(get_links().make(NAME, filename).url)


# What a link says


def test_a_link_is_the_mount_the_name_and_a_signed_query() -> None:
    parts = urlsplit(get_links().make(NAME, "Programme.pdf").url)
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", f"/media/{NAME}")
    assert list(query_of(parts.geturl())) == ["expires", "filename", "signature"]


@pytest.mark.parametrize(
    "filename", ["a b&c=d;e.pdf", "100%25.pdf", "議程.pdf", "🎉+x.pdf", 'a"b#c?.pdf']
)
def test_a_filename_comes_back_as_it_was(filename: str) -> None:
    verdict = get_links().verify(NAME, made(filename))
    assert verdict == Verdict(filename, 7 * DAY + DAY // 2)


@pytest.mark.parametrize("name", ["events/programmes/a b.pdf", "events/programmes/議程#1?&=%.pdf"])
def test_a_legacy_name_survives_its_url(name: str) -> None:
    url = get_links().make(name).url
    assert unquote(urlsplit(url).path) == f"/media/{name}"
    assert get_links().name_of(url) == name


def test_a_document_without_a_filename_has_none_in_its_link() -> None:
    assert "filename" not in made("")
    assert get_links().verify(NAME, made("")) == Verdict(None, 7 * DAY + DAY // 2)


def test_filename_false_leaves_the_filename_out() -> None:
    query = query_of(SignedLinks(filename=False).make(NAME, "Programme.pdf").url)
    assert list(query) == ["expires", "signature"]


def test_links_with_a_filename_hold_when_new_ones_have_none() -> None:
    assert SignedLinks(filename=False).verify(NAME, made()).filename == "Programme.pdf"


# They are in databases, caches and mails of hosts, so no release may change a letter.
@pytest.mark.parametrize(
    ("access", "name", "filename", "expected"),
    [
        (
            "authenticated",
            NAME,
            "Programme 2026.pdf",
            f"{NAME}?expires=1773014400&filename=Programme+2026.pdf"
            "&signature=HaAWPbzmn67TBd09WkpIfdunw4oY69gEqKwUgk7nbwo",
        ),
        (
            "authenticated",
            "events/programmes/a b.pdf",
            "議程+&é/.pdf",
            "events/programmes/a%20b.pdf?expires=1773014400"
            "&filename=%E8%AD%B0%E7%A8%8B%2B%26%C3%A9%2F.pdf"
            "&signature=f_q_sp_kvKs9PYzvsSyH4PXLedbYLfavhpY8N_Fy_0U",
        ),
        (
            "authenticated",
            "events/programmes/a~b'(c).pdf",
            "",
            "events/programmes/a~b'(c).pdf?expires=1773014400"
            "&signature=OECQci9hhRigM1CWYgPckDQ8hffLk__cGczdtCcElmI",
        ),
        (
            "public",
            "events/programmes/%é.pdf",
            "~x.pdf",
            "events/programmes/%25%C3%A9.pdf?filename=~x.pdf"
            "&signature=de1oOauKxx5rCi0cCzg-w7JPMWVq67H8oGN1v2KCOLc",
        ),
        (
            "public",
            "events/programmes/x.pdf",
            "",
            "events/programmes/x.pdf?signature=dpXXu6u49-i9JJ93tLQE5wdxG28JkMAY50X0-9L4pNQ",
        ),
    ],
)
def test_the_text_of_a_link_never_changes(
    settings: Any, access: str, name: str, filename: str, expected: str
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    settings.SECRET_KEY = "golden"
    assert get_links().make(name, filename).url == f"/media/{expected}"


@pytest.mark.parametrize("filename", ["", "Programme.pdf"])
def test_links_made_for_one_answer_are_those_made_one_by_one(filename: str) -> None:
    make = get_links().maker()
    for name in (NAME, "events/guides/guide_abcdefghijklmnopqrstuvwx23.pdf", NAME):
        assert make(name, filename) == get_links().make(name, filename)


# How long it holds


@pytest.mark.parametrize("hour", [0, 1, 12, 23])
def test_a_link_is_the_same_text_within_a_window(clock: Clock, hour: int) -> None:
    clock.now = NOON - 12 * HOUR + 1
    first = get_links().make(NAME, "a.pdf")
    clock.now += hour * HOUR
    assert get_links().make(NAME, "a.pdf") == first


def test_a_new_window_makes_a_new_link(clock: Clock) -> None:
    first = get_links().make(NAME)
    clock.now += DAY
    second = get_links().make(NAME)
    assert second.expires_at - first.expires_at == timedelta(days=1)
    assert second.url != first.url


@pytest.mark.parametrize(
    ("access", "max_age", "window"),
    [("authenticated", 7 * DAY, DAY), ("permission", 10 * MINUTE, 5 * MINUTE)],
)
@pytest.mark.parametrize("moment", [0, 0.999, 1, 149.5, 299, 300, 86_399, 86_400])
def test_a_link_holds_for_its_age_and_at_most_a_window_more(
    settings: Any, clock: Clock, access: str, max_age: int, window: int, moment: float
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    clock.now = NOON - 12 * HOUR + moment
    expires = get_links().make(NAME).expires_at.timestamp()
    assert max_age <= expires - int(clock.now) < max_age + window
    assert expires % window == 0


def test_a_link_expires_at_its_second(clock: Clock) -> None:
    link, query = get_links().make(NAME), made("")
    clock.now = link.expires_at.timestamp() - 1
    assert get_links().verify(NAME, query) == Verdict(None, 1)
    clock.now += 1
    verdict = get_links().verify(NAME, query)
    assert verdict == Verdict(None, 0)
    assert verdict.expired


def test_an_expired_link_never_holds_again(clock: Clock) -> None:
    query = made()
    clock.now += 10_000 * DAY
    assert get_links().verify(NAME, query).expired


@pytest.mark.parametrize(
    "options",
    [
        {"max_age": HOUR, "window": MINUTE},
        {"max_age": timedelta(hours=1), "window": timedelta(minutes=1)},
    ],
)
@pytest.mark.parametrize("access", ["authenticated", "permission", "public"])
def test_max_age_and_window_are_options(settings: Any, access: str, options: Any) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access, "LINKS": {"OPTIONS": options}}
    assert get_links().make(NAME).expires_at == datetime.fromtimestamp(NOON + HOUR, UTC)


def test_a_window_of_nothing_rounds_nothing(clock: Clock) -> None:
    clock.now = NOON + 7
    link = SignedLinks(max_age=HOUR, window=0).make(NAME)
    assert link.expires_at == datetime.fromtimestamp(NOON + 7 + HOUR, UTC)


@pytest.mark.parametrize("access", ["public", "authenticated", "permission"])
@pytest.mark.parametrize("max_age", [1, MINUTE, 7 * MINUTE, timedelta(hours=2)])
def test_a_shorter_age_has_no_longer_window(
    settings: Any, clock: Clock, access: str, max_age: Any
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    clock.now = NOON + 1
    age = signed.seconds(max_age)
    expires = SignedLinks(max_age=max_age).make(NAME).expires_at.timestamp()
    assert age <= expires - clock.now <= 2 * age


def test_a_longer_age_keeps_the_window_of_a_day(clock: Clock) -> None:
    clock.now = NOON - 12 * HOUR + 1
    links = SignedLinks(max_age=30 * DAY)
    first = links.make(NAME)
    clock.now += DAY - 1
    assert links.make(NAME) == first


@pytest.mark.parametrize("access", ["publc", "Public", "", None, "authenticated ", True])
def test_a_misspelt_access_makes_links_that_end_soonest(
    settings: Any, clock: Clock, access: Any
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    assert get_links().make(NAME).expires_at == datetime.fromtimestamp(NOON + 10 * MINUTE, UTC)
    query = made()
    clock.now += 15 * MINUTE
    assert get_links().verify(NAME, query).expired


def test_public_links_do_not_expire(settings: Any, clock: Clock) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    assert get_links().make(NAME).expires_at is None
    query = made("")
    assert list(query) == ["signature"]
    clock.now += 10_000 * DAY
    assert get_links().verify(NAME, query) == Verdict(None, None)


@pytest.mark.parametrize("access", ["authenticated", "permission"])
def test_a_link_without_expiry_stops_when_reading_is_no_longer_public(
    settings: Any, access: str
) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": "public"}
    query = made("")
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    assert get_links().verify(NAME, query).expired


# Nobody else makes one


def changed(query: dict[str, list[str]], **values: Any) -> dict[str, list[str]]:
    merged = {**query, **values}
    return {key: value for key, value in merged.items() if value is not None}


@pytest.mark.parametrize(
    "values",
    [
        {"expires": [str(NOON + 900 * DAY)]},
        {"expires": [""]},
        {"expires": ["never"]},
        {"expires": None},
        {"expires": [f"0{NOON}"]},
        {"filename": ["Invoice.pdf"]},
        {"filename": [""]},
        {"filename": None},
        {"filename": ["programme.pdf"]},
        {"signature": ["A" * 43]},
        {"signature": [""]},
        {"signature": ["é"]},
        {"signature": None},
        {"signature": None, "expires": None, "filename": None},
        {"Expires": ["1"]},
        {"utm_source": ["mail"]},
        {"download": ["2"]},
        {"download": [""]},
        {"download": ["1", "1"]},
        {"download": []},
    ],
)
def test_a_changed_query_is_forged(values: dict[str, Any]) -> None:
    assert get_links().verify(NAME, changed(made(), **values)) is None


@pytest.mark.parametrize("key", ["expires", "filename", "signature"])
@pytest.mark.parametrize("first", [True, False])
def test_a_repeated_parameter_is_forged(key: str, first: bool) -> None:
    query = made()
    pair = [*query[key], "x"] if first else ["x", *query[key]]
    assert get_links().verify(NAME, {**query, key: pair}) is None
    assert get_links().verify(NAME, {**query, key: query[key] * 2}) is None


def test_every_letter_of_the_signature_counts() -> None:
    query = made()
    [text] = query["signature"]
    for place, letter in enumerate(text):
        other = "B" if letter == "A" else "A"
        forged = {**query, "signature": [text[:place] + other + text[place + 1 :]]}
        assert get_links().verify(NAME, forged) is None
    for forged_text in (text + "=", text + " ", text[:-1], text.swapcase()):
        assert get_links().verify(NAME, {**query, "signature": [forged_text]}) is None


@pytest.mark.parametrize(
    "name",
    [
        "events/programmes/programme_zyxwvutsrqponmlkjihgfedc76.pdf",
        NAME.upper(),
        NAME + "/",
        NAME.replace("programmes/", "guides/"),
        NAME.replace("programmes/", "programmes//"),
        f"events/programmes/../programmes/{NAME.rpartition('/')[2]}",
        quote(NAME, safe=""),
        NAME + "?expires=9999999999",
    ],
)
def test_a_link_opens_no_other_name(name: str) -> None:
    assert get_links().verify(name, made()) is None


def test_a_name_cannot_pass_for_another_name_with_parameters() -> None:
    name = "events/programmes/a.pdf?expires=9999999999"
    query = query_of(get_links().make(name).url)
    forged = {**query, "expires": ["9999999999"]}
    assert get_links().verify("events/programmes/a.pdf", forged) is None


def test_a_filename_cannot_pass_for_an_expiry() -> None:
    query = made(f"a.pdf&expires={NOON + 900 * DAY}")
    assert get_links().verify(NAME, {**query, "filename": ["a.pdf"]}) is None


@pytest.mark.parametrize("query", [{}, {"download": ["1"]}, {"": [""]}])
def test_a_name_alone_opens_nothing(query: dict[str, list[str]]) -> None:
    assert get_links().verify(NAME, query) is None


def test_download_alone_may_be_added() -> None:
    assert get_links().verify(NAME, {**made(), "download": ["1"]}) == Verdict(
        "Programme.pdf", 7 * DAY + DAY // 2
    )


@pytest.mark.parametrize("access", ["authenticated", "public"])
def test_a_link_for_a_download_has_it_added(settings: Any, access: str) -> None:
    settings.EVENT_PDFS = {"READ_ACCESS": access}
    plain, download = get_links().make(NAME), get_links().make_download(NAME)
    assert download == replace(plain, url=f"{plain.url}&download=1")
    assert get_links().verify(NAME, query_of(download.url))


# Keys


def test_another_secret_key_makes_other_signatures(settings: Any) -> None:
    query = made()
    settings.SECRET_KEY = "another"
    assert get_links().verify(NAME, query) is None


def test_links_outlive_a_rotation_of_the_secret_key(settings: Any) -> None:
    old_key, query = settings.SECRET_KEY, made()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["older", old_key]
    assert get_links().verify(NAME, query)
    settings.SECRET_KEY_FALLBACKS = []
    assert get_links().verify(NAME, query) is None


def test_new_links_are_signed_with_the_new_key(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    query = made()
    settings.SECRET_KEY_FALLBACKS = []
    assert get_links().verify(NAME, query)


def test_a_secret_key_may_be_bytes(settings: Any) -> None:
    settings.SECRET_KEY = b"\xff bytes"
    assert get_links().verify(NAME, made())


def test_the_key_is_not_that_of_other_signatures(settings: Any) -> None:
    query = made("")
    message = f"{NAME}?expires={query['expires'][0]}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
    text = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert get_links().verify(NAME, {**query, "signature": [text]}) is None


# Where it leads


def test_base_url_makes_links_absolute_without_any_mount(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.testapp"  # no module with URLs
    for base_url in ("https://media.example.org/docs", "https://media.example.org/docs/"):
        links = SignedLinks(base_url=base_url)
        url = links.make(NAME, "a.pdf").url
        assert url.startswith(f"https://media.example.org/docs/{NAME}?")
        assert links.name_of(url) == NAME
        assert links.name_of(url.replace("/docs/", "/other/")) is None


def test_without_a_mount_there_is_no_link(settings: Any) -> None:
    settings.ROOT_URLCONF = "django_event_pdfs.urls"
    with pytest.raises(LinkUnavailable):
        get_links().make(NAME)


# Recognising an echo


@pytest.mark.parametrize("origin", ["", "http://testserver", "https://other.example.org:8443"])
@pytest.mark.parametrize("suffix", ["", "&download=1", "#page=2"])
def test_a_genuine_url_is_recognised(origin: str, suffix: str) -> None:
    assert get_links().name_of(f"{origin}{get_links().make(NAME, 'a.pdf').url}{suffix}") == NAME


def test_an_expired_url_is_recognised(clock: Clock) -> None:
    url = get_links().make(NAME, "a.pdf").url
    clock.now += 900 * DAY
    assert get_links().name_of(url) == NAME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "programme.pdf",
        f"/media/{NAME}",
        f"/media/{NAME}?signature=x",
        "/media/events/programmes/",
        "/api/events/",
        "http://[",
        "http://testserver",
        "\x00",
        "\ud800",
        "/media/events/programmes/\ud800.pdf?signature=x",
        "/media/events/programmes/a.pdf?signature=\udfff",
        "data:application/pdf;base64,JVBERi0=",
        "/media/events/programmes/%FF%FE.pdf?signature=x",
        "?" + "a=1&" * 5000,
    ],
)
def test_any_other_text_is_no_link(text: str) -> None:
    assert get_links().name_of(text) is None


def test_a_verdict_is_expired_only_when_no_second_is_left() -> None:
    verdict = Verdict(None, 0)
    assert verdict.expired
    assert not replace(verdict, max_age=1).expired
    assert not replace(verdict, max_age=None).expired


@pytest.mark.parametrize("text", ["Programme 2026.pdf", "a b~c_d-e.pdf", "議程.pdf", "a+b", "%20"])
def test_a_filename_is_escaped_as_in_any_query(text: str) -> None:
    filenames = [text, *(f"a{chr(code)}b.pdf" for code in range(0x100))]
    for filename in filenames:
        url = SignedLinks().make(NAME, filename).url
        assert f"filename={quote_plus(filename)}&" in url


def test_a_link_that_is_remembered_is_signed_by_the_key_of_its_time(settings: Any) -> None:
    first = SignedLinks().make(NAME, "A.pdf")
    assert SignedLinks().make(NAME, "A.pdf") == first
    settings.SECRET_KEY = "another"
    other = SignedLinks().make(NAME, "A.pdf")
    assert other != first
    assert SignedLinks().name_of(other.url) == NAME
    assert SignedLinks().name_of(first.url) is None


def test_a_link_with_another_filename_is_another() -> None:
    make = SignedLinks().maker()
    links = [make(NAME, filename) for filename in ("A.pdf", "B.pdf", "", "A.pdf")]
    assert links[0] == links[3]
    assert len({link.url for link in links}) == 3


def test_few_links_are_remembered(monkeypatch: Any) -> None:
    monkeypatch.setattr(signed, "_MOST", 10)
    signed._signed.cache_clear()
    make = SignedLinks().maker()
    urls = {make(f"events/programmes/{number}.pdf").url for number in range(25)}
    assert len(urls) == 25
    expires = int(query_of(urls.pop())["expires"][0])
    assert len(signed._signed(signed.signer(), expires, "/media/")._known) == 5


def test_a_link_that_is_remembered_is_of_its_mount() -> None:
    first = SignedLinks().make(NAME)
    set_script_prefix("/below/")
    try:
        second = SignedLinks().make(NAME)
    finally:
        clear_script_prefix()
    of_another_site = SignedLinks(base_url="https://media.example.org/").make(NAME)
    paths = [link.url.partition(NAME)[0] for link in (first, second, of_another_site)]
    assert paths == ["/media/", "/below/media/", "https://media.example.org/"]


def test_a_name_is_escaped_as_django_escapes_paths() -> None:
    for text in ("", NAME, "議程.pdf", *map(chr, range(0x100))):
        for name in (text, f"events/{text}.pdf"):
            assert escape_name(name) == escape_uri_path(name)
