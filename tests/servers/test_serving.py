"""Links over real sockets: Django's own server, a WSGI server and an ASGI server."""

import http.client
import importlib.util
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from django_event_pdfs.links import SignedLinks
from tests.servers import raw_requests
from tests.servers.doctored import not_well, run
from tests.servers.linting import (
    QUESTIONS,
    REDIRECTED,
    SIGNED_IN,
    addresses,
    documented,
    explained,
    lint,
)
from tests.servers.serving import Server, environment, need, prepare, running

FILENAME = "議程 2026.pdf"

# A client's fault, told by Django or by the server before it.
REFUSALS = {400, 401, 403, 404, 405, 410, 412, 414, 417, 431, 501}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("serving")
    return root, prepare(root)


@pytest.fixture(scope="module", params=["runserver", "gunicorn", "uvicorn"])
def server(request: Any, place: tuple[Path, str]) -> Iterator[Server]:
    if request.param != "runserver":
        need(importlib.util.find_spec(request.param), request.param)
    with running(request.param, *place) as server:
        yield server


@pytest.fixture
def content(server: Server) -> bytes:
    return (server.root / "media" / server.name).read_bytes()


@pytest.fixture
def link(server: Server) -> str:
    return SignedLinks().make(server.name, FILENAME).url


@pytest.fixture
def expired(server: Server) -> str:
    return SignedLinks(max_age=-3600, window=1).make(server.name, FILENAME).url


def ask(server: Server, target: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    """Ask over a socket of its own; return status, headers and every byte after them."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = server.talk("\r\n".join([*lines, "", ""]).encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    return int(status.split()[1]), [tuple(f.split(": ", 1)) for f in fields], body


def header(fields: list[tuple[str, str]], name: str) -> str:
    [value] = [value for key, value in fields if key.lower() == name.lower()]
    return value


def test_the_whole_document_arrives(server: Server, link: str, content: bytes) -> None:
    status, fields, body = ask(server, link)
    assert (status, body == content) == (200, True)
    assert header(fields, "Content-Length") == str(len(content))
    assert header(fields, "Content-Type") == "application/pdf"


@pytest.mark.parametrize(
    ("wanted", "part"),
    [("0-9", slice(10)), ("3000000-", slice(3_000_000, None)), ("-5", slice(-5, None))],
)
def test_a_range_arrives(
    server: Server, link: str, content: bytes, wanted: str, part: slice
) -> None:
    status, fields, body = ask(server, link, Range=f"bytes={wanted}")
    assert (status, body == content[part]) == (206, True)
    assert header(fields, "Content-Length") == str(len(body))


def test_head_sends_no_body(server: Server, link: str, content: bytes) -> None:
    status, fields, body = ask(server, link, "HEAD")
    assert (status, body) == (200, b"")
    assert header(fields, "Content-Length") == str(len(content))


def test_an_unchanged_document_sends_no_body(server: Server, link: str) -> None:
    _, fields, _ = ask(server, link, "HEAD")
    status, fields, body = ask(server, link, If_None_Match=header(fields, "ETag"))
    assert (status, body) == (304, b"")
    if server.kind == "runserver":
        return  # Python's own server says Content-Length: 0 of every empty answer.
    # RFC 9110, 8.6: no length but that of the document.
    assert not {"content-length", "transfer-encoding"} & {name.lower() for name, _ in fields}


def test_a_connection_can_be_used_again(server: Server, link: str, content: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    for method, headers, expected in [
        ("HEAD", {}, b""),
        ("GET", {"Range": "bytes=0-4"}, content[:5]),
        ("GET", {"If-None-Match": "*"}, b""),
        ("GET", {"Range": f"bytes={len(content)}-"}, b""),
        ("GET", {}, content),
    ]:
        connection.request(method, link, headers=headers)
        assert connection.getresponse().read() == expected
    connection.close()


def test_a_client_that_goes_away_leaves_no_file_open(server: Server, link: str) -> None:
    need(Path("/proc/self/fd").exists(), "/proc")
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
            connection.sendall(f"GET {link} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert connection.recv(1000)
    for _ in range(1200):
        if not server.open_documents():
            break
        time.sleep(0.05)
    assert server.open_documents() == []
    assert ask(server, link, "HEAD")[0] == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [(("signature=", "signature=x"), 403), (("programmes/", "programmes/%2e%2e/"), 403)],
)
def test_a_forged_link_is_refused(
    server: Server, link: str, change: tuple[str, str], status: int
) -> None:
    assert ask(server, link.replace(*change))[0] == status


@pytest.fixture
def permalink(server: Server) -> str:
    head = b"GET /api/events/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = server.talk(head + raw_requests.CREDENTIALS + b"\r\n")
    [event] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])["results"]
    return urlsplit(event["documents"]["programme_file"]["permalink"]).path


@pytest.fixture
def quiet(server: Server) -> Iterator[None]:
    """Look for errors in what the server logs meanwhile."""
    log = server.root / f"{server.kind}.log"
    before = len(log.read_bytes())
    yield
    assert b"Traceback" not in log.read_bytes()[before:]


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_a_strange_address_opens_nothing(server: Server, link: str, method: bytes) -> None:
    query = link.partition("?")[2]
    for target in raw_requests.TARGETS:
        target = target.replace(b"{name}", server.name.encode())
        target = target.replace(b"{query}", query.encode())
        refused = exchanged(server, raw_requests.request(target, b"", method))
        assert refused[0] in REFUSALS, target


@pytest.mark.usefixtures("quiet")
def test_a_strange_header_gets_the_document_or_a_refusal(
    server: Server, link: str, permalink: str, content: bytes
) -> None:
    if server.kind == "runserver":
        pytest.skip("Django's development server waits for what such headers announce.")
    for headers in raw_requests.HEADERS:
        own = b"" if b"Authorization" in headers else raw_requests.CREDENTIALS
        for target, credentials in ((link, b""), (permalink, own)):
            request = raw_requests.request(target.encode(), credentials + headers)
            status, body = exchanged(server, request)
            if status in (200, 206):
                assert body in (content, content[:1], content[1:2]), headers
            else:
                assert status in {304, 416, *REFUSALS}, headers


def exchanged(server: Server, request: bytes) -> tuple[int, bytes]:
    """Return the status and the body of an answer, after looking for what it should not hold."""
    try:
        head, _, body = server.talk(request).partition(b"\r\n\r\n")
    except ConnectionError:  # It is reset by a server that would not read to the end.
        return 400, b""
    if not head:
        return 400, b""
    assert b"Traceback" not in body
    assert b"\r\nX-Injected" not in head
    assert b"SQLite format" not in body
    status = int(head.split(None, 2)[1])
    assert b"%PDF" not in body or status in (200, 206)
    return status, body


def test_an_expired_link_is_410(server: Server, expired: str) -> None:
    assert ask(server, expired)[0] == 410


def test_curl_resumes_and_downloads(
    server: Server, link: str, content: bytes, tmp_path: Path
) -> None:
    need(shutil.which("curl"), "curl")
    target = tmp_path / "resumed.pdf"
    target.write_bytes(content[:1_000_000])
    curl = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*"]
    subprocess.run([*curl, "-C", "-", "-o", target, server.origin + link], check=True)
    assert target.read_bytes() == content
    url = f"{server.origin}{link}&download=1"
    subprocess.run([*curl, "-OJ", "--compressed", url], check=True, cwd=tmp_path)
    assert (tmp_path / "2026.pdf").read_bytes() == content  # curl reads no filename*


def test_the_doctor_finds_it_well(server: Server) -> None:
    _code, found = run(environment(server.root), "--url", server.origin)
    assert [d["id"] for d in not_well(found)] == ["only_https"]  # It is on this machine.


def test_a_linter_finds_what_is_explained_and_nothing_else(server: Server) -> None:
    def answer(target: str, method: str, headers: Any) -> Any:
        return ask(server, target, method, **headers)

    _status, _fields, body = answer("/api/events/", "GET", {"Authorization": SIGNED_IN})
    permalink = json.loads(body)["results"][0]["documents"]["programme_file"]["permalink"]
    found = lint(answer, server.origin, addresses(server.name, permalink), QUESTIONS)
    assert found == explained(QUESTIONS)


def test_every_answer_that_is_explained_is_asked_for() -> None:
    assert explained([*QUESTIONS, *REDIRECTED]) == documented()
