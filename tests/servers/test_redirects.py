"""Documents in an S3 store that enforces signatures, opened by the clients that people have."""

import http.client
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from django_event_pdfs.naming import new_name
from django_event_pdfs.testing import make_pdf
from tests.endpoints import NEW
from tests.servers.ceph import SECRET_KEY, Ceph
from tests.servers.doctored import not_well, run
from tests.servers.linting import REDIRECTED, SIGNED_IN, addresses, explained, lint
from tests.servers.serving import need
from tests.servers.stores import StoreSite, store_site
from tests.sigv4 import is_genuine, life

FILENAME = "議程 2026.pdf"

Fetch = Callable[[str, dict[str, str]], tuple[int, bytes]]


@pytest.fixture(scope="module")
def site(ceph: Ceph, tmp_path_factory: Any) -> Iterator[StoreSite]:
    """Return a site with every default: signed links, redirected at the click."""
    with store_site(tmp_path_factory.mktemp("redirects"), ceph.bucket()) as site:
        yield site


@pytest.fixture(scope="module")
def direct(ceph: Ceph, tmp_path_factory: Any) -> Iterator[StoreSite]:
    """Return a site whose links are the store's own URLs."""
    links = {"BACKEND": "django_event_pdfs.links.StorageLinks"}
    with store_site(tmp_path_factory.mktemp("direct"), ceph.bucket(), LINKS=links) as site:
        yield site


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    """Ask and follow nothing; return status, headers and body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=120)
    target = f"{parts.path}?{parts.query}"
    connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def event_of(site: StoreSite) -> dict[str, Any]:
    _, _, body = ask(f"{site.origin}/api/events/", Authorization=SIGNED_IN)
    event: dict[str, Any] = json.loads(body)["results"][0]
    return event


@pytest.fixture
def link(site: StoreSite) -> str:
    return str(event_of(site)["programme_file"])


@pytest.fixture
def permalink(site: StoreSite) -> str:
    return str(event_of(site)["documents"]["programme_file"]["permalink"])


# Clients that follow


def by_curl(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    return curl(url, *given)


def by_curl_user(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    return curl(url, *(["-u", "root:x"] if headers else []))


def curl(url: str, *arguments: str) -> tuple[int, bytes]:
    need(shutil.which("curl"), "curl")
    command = ["curl", "-sL", "-w", "%{stderr}%{http_code}", *arguments, url]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return int(done.stderr), done.stdout


def by_requests(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    requests = pytest.importorskip("requests")
    answer = requests.get(url, headers=headers, timeout=120)
    return answer.status_code, answer.content


def by_node(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    need(shutil.which("node"), "node")
    script = (
        "const [url, headers] = process.argv.slice(1);"
        "const answer = await fetch(url, {headers: JSON.parse(headers)});"
        "console.error(answer.status);"
        "process.stdout.write(Buffer.from(await answer.arrayBuffer()));"
    )
    command = ["node", "--input-type=module", "-e", script, url, json.dumps(headers)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return int(done.stderr), done.stdout


def by_urllib(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def by_wget(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    need(shutil.which("wget"), "wget")
    given = [f"--header={name}: {value}" for name, value in headers.items()]
    command = ["wget", "-q", "-O", "-", "--content-on-error", *given, url]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return 200 if done.returncode == 0 else 400, done.stdout


STRIPPING = (by_curl, by_curl_user, by_requests, by_node)
KEEPING = (by_urllib, by_wget)


@pytest.mark.parametrize("fetch", [*STRIPPING, *KEEPING], ids=lambda fetch: fetch.__name__)
def test_a_link_opens_in_every_client(site: StoreSite, link: str, fetch: Fetch) -> None:
    assert fetch(link, {}) == (200, site.content())


@pytest.mark.parametrize("fetch", STRIPPING, ids=lambda fetch: fetch.__name__)
def test_a_permalink_opens_though_the_client_is_signed_in(
    site: StoreSite, permalink: str, fetch: Fetch
) -> None:
    assert fetch(permalink, {"Authorization": SIGNED_IN}) == (200, site.content())


@pytest.mark.parametrize("fetch", KEEPING, ids=lambda fetch: fetch.__name__)
def test_a_client_that_shows_its_credentials_to_strangers_is_refused_by_the_store(
    site: StoreSite, permalink: str, fetch: Fetch
) -> None:
    # Docs say so, and that a link needs none.
    status, body = fetch(permalink, {"Authorization": SIGNED_IN})
    assert status == 400
    assert not body.startswith(b"%PDF")


def test_a_client_that_does_not_follow_can_do_so_by_itself(site: StoreSite, permalink: str) -> None:
    status, headers, body = ask(permalink, Authorization=SIGNED_IN)
    assert (status, body) == (302, b"")
    assert ask(headers["Location"])[2] == site.content()


def test_a_part_is_asked_of_the_store(site: StoreSite, link: str) -> None:
    content = site.content()
    status, headers, _ = ask(link, Range="bytes=100-199")
    assert status == 302
    status, answered, body = ask(headers["Location"], Range="bytes=100-199")
    assert (status, body) == (206, content[100:200])
    assert answered["Content-Range"] == f"bytes 100-199/{len(content)}"


def test_the_store_presents_the_document(site: StoreSite, link: str) -> None:
    for more, kind in (("", "inline"), ("&download=1", "attachment")):
        _, headers, _ = ask(link + more)
        _, answered, _ = ask(headers["Location"])
        assert answered["Content-Type"] == "application/pdf"
        assert answered["Content-Disposition"].startswith(f"{kind}; ")
        assert quote(FILENAME) in answered["Content-Disposition"]
        assert answered["Cache-Control"].startswith("private, max-age=")


def test_head_is_answered_without_the_store_being_followed(site: StoreSite, link: str) -> None:
    status, headers, body = ask(link, "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(site.content())
    assert ask(link, If_None_Match=headers["ETag"])[0] == 304


# What the store refuses


def location(url: str) -> str:
    return str(ask(url)[1]["Location"])


def test_a_redirect_is_signed_for_minutes(site: StoreSite, link: str) -> None:
    url = location(link)
    assert is_genuine(url, SECRET_KEY)
    assert life(url)[1].total_seconds() == 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("inline", "attachment"),
        ("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("application%2Fpdf", "text%2Fhtml"),
    ],
)
def test_a_redirect_cannot_be_altered(site: StoreSite, link: str, old: str, new: str) -> None:
    url = location(link)
    assert old in url
    assert ask(url.replace(old, new))[0] == 403


def test_a_redirect_opens_nothing_else(site: StoreSite, link: str) -> None:
    bucket, other = site.options["bucket_name"], new_name("events/programmes/", "programme_file")
    site.client.put_object(Bucket=bucket, Key=other, Body=b"another")
    url = location(link)
    assert ask(url.replace(site.name, other))[0] == 403
    assert ask(url.partition("?")[0])[0] == 403
    assert ask(url, "DELETE")[0] == 403


def test_a_missing_file_is_the_stores_404(site: StoreSite) -> None:
    from django_event_pdfs.links import SignedLinks

    gone = SignedLinks().make(new_name("events/programmes/", "programme_file")).url
    assert ask(location(site.origin + gone))[0] == 404
    assert ask(site.origin + gone, "HEAD")[0] == 404


def test_a_forged_link_is_not_redirected(site: StoreSite, link: str) -> None:
    assert ask(link.replace("filename=", "filename=x"))[0] == 403


def test_a_redirect_ends(ceph: Ceph, tmp_path_factory: Any) -> None:
    delivery = {"OPTIONS": {"max_age": 2}}
    root = tmp_path_factory.mktemp("short")
    with store_site(root, ceph.bucket(), DELIVERY=delivery) as site:
        url = location(str(event_of(site)["programme_file"]))
        assert _awaited(403, lambda: ask(url)[0])
        # And a new click opens it again, where the client is not slower than the URL is valid.
        link = str(event_of(site)["programme_file"])
        assert _awaited((200, site.content()), lambda: curl(link))


def _awaited(expected: Any, ask: Callable[[], Any]) -> bool:
    """Return whether the answer becomes what is expected, at the latest after a minute."""
    deadline = time.monotonic() + 60
    while not (is_there := ask() == expected) and time.monotonic() < deadline:
        time.sleep(0.2)
    return is_there


# The store's own URLs as links


@pytest.fixture
def given(direct: StoreSite) -> dict[str, Any]:
    document: dict[str, Any] = event_of(direct)["documents"]["programme_file"]
    return document


def test_a_storage_link_leads_to_the_store_and_opens(direct: StoreSite, given: Any) -> None:
    url = given["url"]
    assert url.startswith(direct.options["endpoint_url"])
    assert event_of(direct)["programme_file"].partition("?")[0] == url.partition("?")[0]
    status, headers, body = ask(url)
    assert (status, body) == (200, direct.content())
    assert headers["Content-Type"] == "application/pdf"
    assert quote(FILENAME) in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "private, max-age=3600, immutable"


def test_a_storage_link_says_when_it_ends(given: Any) -> None:
    signed, lasts = life(given["url"])
    assert datetime.fromisoformat(given["expires_at"]) == signed + lasts
    assert signed + lasts > datetime.now(UTC)


@pytest.mark.parametrize("tail", ["", "&download=1"])
def test_a_storage_link_cannot_be_altered(given: Any, tail: str) -> None:
    url = given["url"] + tail if tail else given["url"].replace("inline", "attachment")
    assert ask(url)[0] == 403


def test_a_storage_link_sent_back_keeps_the_document(direct: StoreSite, given: Any) -> None:
    event = event_of(direct)
    old = given["url"].replace("X-Amz-Date=2", "X-Amz-Date=1")  # long expired
    body = json.dumps({"programme_file": old}).encode()
    after = send(direct, "PATCH", f"{event['id']}/", body)["documents"]["programme_file"]
    assert after["etag"] == given["etag"]


def test_a_storage_link_ends_with_its_document(direct: StoreSite) -> None:
    event = send(direct, "POST", "", json.dumps(NEW).encode())
    document = f"{event['id']}/programme_file/"
    url = send(direct, "PUT", document, make_pdf(), "application/pdf")["url"]
    assert ask(url)[0] == 200
    send(direct, "DELETE", f"{event['id']}/")
    assert ask(url)[0] == 404


def send(
    site: StoreSite, method: str, path: str, body: bytes = b"", kind: str = "application/json"
) -> Any:
    """Send a request to the API and return what it answers."""
    request = urllib.request.Request(
        f"{site.origin}/api/events/{path}",
        body or None,
        {"Content-Type": kind, "Authorization": SIGNED_IN},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def test_a_linter_finds_what_is_explained_and_nothing_else(site: StoreSite) -> None:
    def answer(target: str, method: str, headers: Any) -> Any:
        status, fields, body = ask(site.origin + target, method, **headers)
        return status, fields.items(), body

    permalink = event_of(site)["documents"]["programme_file"]["permalink"]
    found = lint(answer, site.origin, addresses(site.name, permalink), REDIRECTED)
    assert found == explained(REDIRECTED)


@pytest.mark.parametrize(
    ("fixture", "unasked"),
    [
        ("site", {"link_head"}),
        (
            "direct",
            {"link_head", "link_expired", "link_download", "link_with_credentials", "own_address"},
        ),
    ],
)
def test_the_doctor_finds_it_well(request: Any, fixture: str, unasked: set[str]) -> None:
    site: StoreSite = request.getfixturevalue(fixture)
    _code, found = run(site.environment, "--url", site.origin)
    # The site is on this machine, so that nobody asks whether it is reached by https.
    expected = dict.fromkeys({*unasked, "only_https"}, "skipped")
    assert {d["id"]: d["status"] for d in not_well(found)} == expected
