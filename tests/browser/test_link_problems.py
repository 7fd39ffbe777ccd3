"""What people see where a link opens nothing, on a phone and in a frame; and a tracked link."""

from collections.abc import Iterator
from typing import Any

import pytest

from django_event_pdfs.links import SignedLinks
from tests.servers.serving import Server, prepare, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("site")
    with running("runserver", root, prepare(root)) as server:
        yield server


@pytest.fixture
def phone(new_page: Any) -> Any:
    """Return a page of a phone whose owner reads French."""
    return new_page(viewport={"width": 320, "height": 568}, locale="fr-FR")


@pytest.fixture
def expired(server: Server) -> str:
    return server.origin + SignedLinks(max_age=-3600, window=1).make(server.name).url


def test_the_page_fits_a_phone_in_the_language_of_its_owner(phone: Any, expired: str) -> None:
    assert phone.goto(expired).status == 410
    assert phone.text_content("h1") == "Aucun document ici"
    assert phone.evaluate("document.documentElement.lang") == "fr"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    assert phone.locator(".actions a").bounding_box()["height"] >= 44  # What a finger hits.


def test_the_page_can_be_used_by_keyboard(phone: Any, expired: str) -> None:
    phone.goto(expired)
    phone.keyboard.press("Tab")
    assert "/programme_file/" in phone.evaluate("document.activeElement.href")
    assert phone.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_frame_of_the_site_shows_the_page(phone: Any, server: Server, expired: str) -> None:
    phone.goto(f"{server.origin}/page/")
    phone.evaluate("url => { document.querySelector('iframe').src = url }", expired)
    frame = phone.frame_locator("#frame")
    frame.locator("h1").wait_for()
    assert frame.locator("h1").text_content() == "Aucun document ici"


def test_a_tracked_link_opens_without_what_was_added(phone: Any, server: Server) -> None:
    link = server.origin + SignedLinks().make(server.name, "Programme.pdf").url
    phone.goto(f"{link}&fbclid=IwAR0")
    assert phone.evaluate("document.contentType") == "application/pdf"
    assert phone.url == link
