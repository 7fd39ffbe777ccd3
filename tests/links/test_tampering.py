"""Nothing in a link can be changed: every character and every parameter of it, one by one."""

import string
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from django.test import Client

from tests.conftest import upload
from tests.testapp.models import Event

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BYTES = b"%PDF-"
# What a change puts in: letters of both alphabets, and whatever separates the parts of a URL.
OTHERS = "aA0./?&=+%;é\x00"


@pytest.fixture
def link(event: Event) -> str:
    event.programme_file = upload("Pro gramme+é.pdf")
    event.save()
    return event.programme_file.url


def means(url: str) -> tuple[str, dict[str, list[str]]]:
    """Return what a URL says, however its characters are escaped."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True, encoding="utf-8")
    query.pop("download", None)
    return unquote(parts.path), query


def opens(client: Client, url: str) -> bool:
    """Return whether bytes leave; any answer but a refusal in the words of the library fails."""
    response = client.get(url)
    if response.status_code == 200:
        assert b"".join(response.streaming_content).startswith(BYTES)
        return True
    assert response.status_code in (302, 403, 404), url
    assert response.status_code != 302 or means(response["Location"]) != means(url)
    assert BYTES not in response.content
    return False


def changed(url: str, place: int) -> Any:
    """Yield the URL without a character, with another in its place, or with one before it."""
    yield url[:place] + url[place + 1 :]
    for other in OTHERS:
        escaped = (
            other if other.isascii() and other.isprintable() and other != " " else quote(other)
        )
        yield url[:place] + escaped + url[place + 1 :]
        yield url[:place] + escaped + url[place:]


def test_no_character_of_a_link_can_be_changed(client: Client, link: str) -> None:
    for place in range(1, len(link) + 1):
        for url in changed(link, place):
            assert not opens(client, url) or means(url) == means(link), url


def test_no_link_is_cut_short(client: Client, link: str) -> None:
    assert [end for end in range(1, len(link)) if opens(client, link[:end])] == []


@pytest.mark.parametrize("key", ["expires", "filename", "signature"])
def test_no_parameter_can_be_left_out_repeated_or_renamed(
    client: Client, link: str, key: str
) -> None:
    path, _, query = link.partition("?")
    parts = query.split("&")
    [mine] = [part for part in parts if part.startswith(key)]
    rest = [part for part in parts if part is not mine]
    for others in (
        rest,
        [*parts, mine],
        [*parts, f"{key}="],
        [*rest, mine.upper()],
        [*rest, f"{key}[]={mine.partition('=')[2]}"],
        [*rest, mine.replace("=", "%00=", 1)],
        [*rest, mine.replace("=", "%20=", 1)],
    ):
        assert not opens(client, f"{path}?{'&'.join(others)}")


def test_their_order_and_their_escapes_say_nothing(client: Client, link: str) -> None:
    path, _, query = link.partition("?")
    backwards = "&".join(reversed(query.split("&")))
    assert opens(client, f"{path}?{backwards}")
    assert opens(client, f"{path}?{query.replace('+', '%20', 1)}")
    assert opens(client, f"{path}?{query.replace('%C3', '%c3')}")


@pytest.mark.parametrize("value", ["1", "%31"])
def test_download_can_be_added_anywhere(client: Client, link: str, value: str) -> None:
    path, _, query = link.partition("?")
    assert opens(client, f"{link}&download={value}")
    assert opens(client, f"{path}?download={value}&{query}")


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # They complain of a machine that is slow, too.
)
@given(name=TEXT, query=st.dictionaries(TEXT, TEXT, max_size=6))
def test_no_text_is_a_link_by_chance(
    client: Client, db: None, name: str, query: dict[str, str]
) -> None:
    pairs = [f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in query.items()]
    path = quote(name, safe=string.punctuation.replace("?", "").replace("#", ""))
    assert not opens(client, f"/media/events/programmes/{path}?{'&'.join(pairs)}")
