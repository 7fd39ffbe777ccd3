"""Documents in pages of other origins: framed where that is allowed, and read by pdf.js."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from django_event_pdfs.links import SignedLinks
from django_event_pdfs.naming import new_name
from tests.benchmarks.documents import brochure
from tests.browser.origins import MODULES, another_origin
from tests.browser.viewer import assert_shown
from tests.servers.deployed import HOST
from tests.servers.nginx import nginx
from tests.servers.serving import need, prepare, running

READ = """async ([origin, url]) => {
    const pdfjs = await import(`${origin}/pdfjs-dist/build/pdf.min.mjs`);
    pdfjs.GlobalWorkerOptions.workerSrc = `${origin}/pdfjs-dist/build/pdf.worker.min.mjs`;
    const options = {url, disableAutoFetch: true, disableStream: true};
    const pdf = await pdfjs.getDocument(options).promise;
    const page = await pdf.getPage(7);
    const operators = (await page.getOperatorList()).fnArray.length;
    return [pdf.numPages, page.view[2], operators > 0];
}"""
FETCH = "url => fetch(url).then(answer => answer.status, error => error.name)"


@pytest.fixture(scope="module")
def friend() -> Iterator[str]:
    """Return an origin that the site allows."""
    for package in ("gunicorn", "corsheaders", "playwright"):
        need(find_spec(package), package)
    with another_origin() as origin:
        yield origin


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    with another_origin() as origin:
        yield origin


@pytest.fixture(scope="module")
def site(friend: str, tmp_path_factory: Any) -> Iterator["Place"]:
    """Return a site that Django serves alone."""
    delivery = {"OPTIONS": {"frame_ancestors": ["'self'", friend]}}
    root = tmp_path_factory.mktemp("origins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENT_PDFS_TEST_ORIGINS", friend)
        patch.setenv("EVENT_PDFS_TEST_OPTIONS", json.dumps({"DELIVERY": delivery}))
        with running("gunicorn", root, prepare(root)) as server:
            yield Place(server.origin, root / "media", server.name)


@pytest.fixture(scope="module")
def nginx_site(friend: str, request: Any) -> Iterator["Place"]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENT_PDFS_TEST_ORIGINS", friend)
        with nginx(request) as site:
            yield Place(f"https://{HOST}:{site.https}", site.folder / "media", site.name)


class Place:
    """Where a site is, and where its documents are."""

    def __init__(self, origin: str, folder: Path, name: str) -> None:
        self.origin, self.folder, self.name = origin, folder, name

    def link(self, name: str = "") -> str:
        return self.origin + SignedLinks().make(name or self.name, "議程 2026.pdf").url

    def store(self, content: bytes) -> str:
        """Put a document beside the others, and return its link."""
        name = new_name("events/programmes/", "programme_file")
        (self.folder / name).write_bytes(content)
        return self.link(name)


def test_an_origin_that_is_allowed_frames_a_document(page: Any, site: Place, friend: str) -> None:
    page.goto(f"{friend}/frame?src={quote(site.link())}")
    assert_shown(page, "#frame")


def test_no_other_origin_frames_it(page: Any, site: Place, stranger: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{stranger}/frame?src={quote(site.link(), safe='')}")

    def seen() -> tuple[list[str], bool]:
        framed = [frame.url for frame in page.frames[1:]]
        return framed, "frame-ancestors" in " ".join(said)

    refused = (["chrome-error://chromewebdata/"], True)
    for _ in range(600):
        if seen() == refused:
            break
        page.wait_for_timeout(100)
    assert seen() == refused


@pytest.mark.parametrize("kind", ["site", "nginx_site"])
def test_pdf_js_of_another_origin_reads_a_page_by_ranges(
    page: Any, friend: str, kind: str, request: Any
) -> None:
    need(MODULES.is_dir(), "pdfjs-dist (npm ci --prefix tests/browser)")
    content = brochure()
    url = request.getfixturevalue(kind).store(content)
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(friend)
    assert page.evaluate(READ, [friend, url]) == [12, 595, True]
    lengths = [int(answer.headers["content-length"]) for answer in answers if answer.status == 206]
    assert len(lengths) > 2
    assert sum(lengths) < len(content) / 4
    assert len(content) > 9_000_000


def test_a_script_of_no_other_origin_reads_it(page: Any, site: Place, stranger: str) -> None:
    page.goto(stranger)
    assert page.evaluate(FETCH, site.link()) == "TypeError"


def test_a_script_of_an_allowed_origin_reads_why_a_link_fails(
    page: Any, site: Place, friend: str
) -> None:
    page.goto(friend)
    assert page.evaluate(FETCH, site.link() + "x") == 403
