"""Documents open in a real browser: its PDF viewer shows the page."""

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.viewer import assert_shown
from tests.servers.serving import prepare, running

FILENAME = "議程 2026.pdf"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the origin of a running site with an event and an administrator."""
    root = tmp_path_factory.mktemp("site")
    with running("runserver", root, prepare(root)) as server:
        yield server.origin


def test_the_url_in_json_opens(page: Any, site: str) -> None:
    page.goto(event_in_json(site)["programme_file"])
    assert page.evaluate("document.contentType") == "application/pdf"
    assert_shown(page)


def test_a_link_in_a_template_opens(page: Any, site: str) -> None:
    page.goto(f"{site}/page/")
    page.evaluate("document.querySelector('iframe').remove()")
    page.click("#open")
    page.wait_for_url("**/media/events/programmes/**")
    assert page.evaluate("document.contentType") == "application/pdf"
    assert_shown(page)


def test_an_iframe_of_the_same_site_shows_the_document(page: Any, site: str) -> None:
    page.goto(f"{site}/page/")
    assert_shown(page, "#frame")


def test_the_link_in_the_admin_opens(page: Any, site: str) -> None:
    page.goto(f"{site}/admin/")
    page.fill("#id_username", "root")
    page.fill("#id_password", "x")
    page.click("[type=submit]")
    page.goto(f"{site}/admin/testapp/event/{event_in_json(site)['id']}/change/")
    page.click(".file-upload a")
    page.wait_for_url("**/media/events/programmes/**")
    assert page.evaluate("document.contentType") == "application/pdf"
    assert_shown(page)


def test_a_download_has_its_name(page: Any, site: str, tmp_path: Path) -> None:
    page.goto(f"{site}/page/")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == FILENAME
    download.value.save_as(tmp_path / "saved.pdf")
    assert (tmp_path / "saved.pdf").read_bytes().startswith(b"%PDF-")


def test_a_forged_link_shows_a_page(page: Any, site: str) -> None:
    assert page.goto(event_in_json(site)["programme_file"] + "x").status == 403
    assert page.evaluate("document.contentType") == "text/html"
    assert page.text_content("h1")


def event_in_json(site: str) -> dict[str, Any]:
    credentials = b64encode(b"root:x").decode()
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=120)
    connection.request("GET", "/api/events/", headers={"Authorization": f"Basic {credentials}"})
    [event] = json.loads(connection.getresponse().read())["results"]
    connection.close()
    return event
