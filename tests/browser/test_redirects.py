"""Documents in an object store, opened by a real browser: it follows the redirect."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.viewer import assert_shown
from tests.servers.ceph import Ceph, ceph
from tests.servers.stores import StoreSite, store_site
from tests.servers.test_redirects import event_of

__all__ = ["ceph"]

SIGNED_IN = "Basic " + b64encode(b"root:x").decode()
FETCH = """async ([url, headers]) => {
    const answer = await fetch(url, {headers});
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const start = String.fromCharCode(...bytes.slice(0, 5));
    return [answer.status, answer.redirected, bytes.length, start];
}"""


@pytest.fixture(scope="module")
def site(ceph: Ceph, tmp_path_factory: Any) -> Iterator[StoreSite]:
    with store_site(tmp_path_factory.mktemp("redirects"), ceph.bucket()) as site:
        rule = {"AllowedOrigins": [site.origin], "AllowedMethods": ["GET", "HEAD"]}
        site.client.put_bucket_cors(
            Bucket=site.options["bucket_name"], CORSConfiguration={"CORSRules": [rule]}
        )
        yield site


def test_a_link_opens_in_the_viewer(page: Any, site: StoreSite) -> None:
    page.goto(event_of(site)["programme_file"])
    assert page.url.startswith(site.options["endpoint_url"])
    assert_shown(page)


def test_a_page_of_the_site_frames_it(page: Any, site: StoreSite) -> None:
    page.goto(f"{site.origin}/page/")
    assert_shown(page, "#frame")


@pytest.mark.parametrize(
    ("kind", "headers"), [("url", {}), ("permalink", {"Authorization": SIGNED_IN})]
)
def test_a_script_reads_it_signed_in_or_not(
    page: Any, site: StoreSite, kind: str, headers: dict[str, str]
) -> None:
    page.goto(f"{site.origin}/page/")
    url = event_of(site)["documents"]["programme_file"][kind]
    expected = [200, True, len(site.content()), "%PDF-"]
    assert page.evaluate(FETCH, [url, headers]) == expected


def test_it_is_saved_under_its_name(page: Any, site: StoreSite) -> None:
    url = event_of(site)["programme_file"] + "&download=1"
    with page.expect_download() as download:
        page.evaluate("url => { location.href = url }", url)
    assert download.value.suggested_filename == "議程 2026.pdf"
