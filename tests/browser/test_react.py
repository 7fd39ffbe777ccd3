"""The React page, built by Vite and served from another origin than the API."""

import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from django_event_pdfs.testing import make_pdf
from tests.browser.viewer import assert_shown
from tests.servers.clients.npm import Client
from tests.servers.example import MANAGER, Example, example, filled

__all__ = ["example", "filled"]

ROW = "Programme of Tech Summit 2027"
# The page itself keeps what its bars show: a test may be away for as long as an upload takes.
WATCH = """() => {
    window.values = [];
    const look = () => document.querySelectorAll("progress").forEach(b => values.push(b.value));
    const what = {subtree: true, childList: true, attributes: true};
    new MutationObserver(look).observe(document.body, what);
}"""


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the page and serve it; return its origin."""
    client = Client("react", tmp_path_factory.mktemp("react"))
    schema = client.folder / "openapi.yaml"
    example.manage("spectacular", "--file", str(schema))
    client.run("openapi-typescript", schema.name, "--output", "src/schema.d.ts")
    client.run("npm", "run", "build", VITE_API=example.origin)
    files = partial(Files, directory=str(client.folder / "dist"))
    with ThreadingHTTPServer(("127.0.0.1", example.page_port), files) as server:
        Thread(target=server.serve_forever).start()
        yield example.page_origin
        server.shutdown()


@pytest.fixture
def row(page: Any, site: str) -> Any:
    """Sign in, and return the row of one document."""
    page.goto(site)
    page.get_by_label("Name").fill(MANAGER["username"])
    page.get_by_label("Password").fill(MANAGER["password"])
    page.get_by_role("button", name="Sign in").click()
    row = page.get_by_role("listitem", name=ROW)
    row.wait_for()
    return row


def pdf(name: str = "summit.pdf", **options: Any) -> dict[str, Any]:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": "application/pdf", "buffer": make_pdf(**options)}


def choose(row: Any, file: dict[str, Any]) -> None:
    row.locator("input[type=file]").set_input_files(file)


def test_events_are_listed_with_size_and_pages(page: Any, row: Any) -> None:
    assert page.locator(".card").count() == 6
    assert re.search(r"\.pdf · [\d.]+ (kB|MB) · \d+ pages?", row.inner_text())


def test_an_upload_shows_its_progress_and_what_it_became(page: Any, row: Any) -> None:
    session = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.evaluate(WATCH)
    choose(row, pdf("slow.pdf", pages=3, padding=2_000_000))
    row.get_by_text("slow.pdf · 2 MB · 3 pages").wait_for()
    assert any(0 < value < 1 for value in page.evaluate("values"))
    assert row.get_by_role("progressbar").count() == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({**pdf(), "buffer": b"hello"}, "The file is not a PDF, whatever its name says."),
        ({**pdf(), "name": "summit.exe"}, "does not end in “.pdf”"),
        (pdf(password="secret"), "Remove the password and upload it again."),
        (pdf(padding=11 * 1024 * 1024), "larger than the limit of 10"),
    ],
    ids=["no PDF", "wrong name", "encrypted", "too large"],
)
def test_a_refusal_is_shown_in_words(row: Any, file: dict[str, Any], words: str) -> None:
    before = row.locator(".quiet").inner_text()
    choose(row, file)
    alert = row.get_by_role("alert")
    alert.wait_for()
    assert words in alert.inner_text()
    assert row.locator(".quiet").inner_text() == before


def test_a_server_that_is_busy_says_when_to_try_again(page: Any, row: Any) -> None:
    words = "Too many files are being checked at the moment."
    body = {"programme_file": [words], "codes": {"programme_file": ["busy"]}}
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After",
        "Retry-After": "10",
    }

    def busy(route: Any) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=503, headers=headers, body=json.dumps(body))
        else:
            route.continue_()

    page.route("**/api/events/*/", busy)
    choose(row, pdf())
    row.get_by_text(f"{words} (in 10 seconds)").wait_for()


def test_a_server_that_is_gone_is_told_in_words(page: Any, row: Any) -> None:
    page.route("**/api/events/*/", lambda route: route.abort())
    choose(row, pdf())
    row.get_by_text("The server could not be reached").wait_for()


def test_a_document_opens_in_a_tab_of_its_own(page: Any, row: Any) -> None:
    choose(row, pdf("opened.pdf"))
    row.get_by_text("opened.pdf").wait_for()
    with page.context.expect_page() as opened:
        row.get_by_role("link", name="Open").click()
    tab = opened.value
    tab.wait_for_url("**/media/events/programmes/**")
    assert tab.evaluate("document.contentType") == "application/pdf"
    assert_shown(tab)


def test_a_document_is_removed_and_uploaded_anew(page: Any, row: Any) -> None:
    page.on("dialog", lambda question: question.accept())
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("status").get_by_text("none yet").wait_for()
    choose(row, pdf("again.pdf"))
    row.get_by_role("status").get_by_text("again.pdf").wait_for()


def test_whoever_does_not_want_to_remove_a_document_keeps_it(page: Any, row: Any) -> None:
    asked: list[str] = []
    sent: list[str] = []
    page.on("dialog", lambda question: (asked.append(question.message), question.dismiss()))
    page.on("request", lambda request: sent.append(request.method))
    row.get_by_role("button", name="Remove").click()
    page.evaluate("fetch('/')")
    assert asked == ["Remove the programme of Tech Summit 2027?"]
    assert sent == ["GET"]


def test_a_wrong_password_is_told_in_words(page: Any, site: str) -> None:
    page.goto(site)
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("No active account found").wait_for()


def test_a_phone_shows_it_without_scrolling_sideways(page: Any, row: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
