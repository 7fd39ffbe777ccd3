"""Uploads over real sockets: too long, lying, cut off, no PDF, and a crowd of all of these."""

import importlib.util
import json
import os
import random
import re
import socket
import sqlite3
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from django_event_pdfs.storage import UPLOADS
from django_event_pdfs.testing import make_pdf
from tests.servers.serving import Server, need, prepare, running

MEBIBYTE = 1024 * 1024
SMALL = make_pdf()
LARGE = make_pdf(padding=3 * MEBIBYTE)
FORM = "multipart/form-data; boundary=x"
MANAGER = f"Basic {b64encode(b'root:x').decode()}"
NO_PDF = b"MZ" + bytes(4 * MEBIBYTE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    root = tmp_path_factory.mktemp("uploads")
    return root, prepare(root)


@pytest.fixture(
    scope="module", params=["runserver", "gunicorn", "gunicorn-sync", "uvicorn-limited"]
)
def server(request: Any, place: tuple[Path, str]) -> Iterator[Server]:
    module = request.param.partition("-")[0]
    if module != "runserver":
        need(importlib.util.find_spec(module), module)
    with running(request.param, *place) as server:
        yield server
        log = (server.root / f"{server.kind}.log").read_text()
        assert not re.search(r"Traceback|\b500\b.*HTTP|HTTP/1.1\" 500", log), log


def asynchronous(server: Server) -> bool:
    return server.kind.startswith("uvicorn")


@pytest.fixture
def event(server: Server) -> str:
    """Return the path of an event of the test's own."""
    status, answer = send(server, "POST", "/api/events/", form(guide_file=SMALL), content_type=FORM)
    assert status == 201
    return f"/api/events/{answer['id']}/"


def form(**files: bytes) -> bytes:
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nCrowd\r\n',
        b'--x\r\nContent-Disposition: form-data; name="start_date"\r\n\r\n2027-01-01\r\n',
    ]
    for name, content in files.items():
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.pdf"\r\n'
        parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n")
    return b"".join([*parts, b"--x--\r\n"])


def head(
    method: str,
    path: str,
    *,
    content_type: str = "application/pdf",
    auth: str = MANAGER,
    length: int | None = None,
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"Content-Type: {content_type}"]
    lines += [f"Authorization: {auth}"] if auth else []
    lines += ["Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def parsed(answer: bytes) -> tuple[int, Any]:
    lines, _, body = answer.partition(b"\r\n\r\n")
    return int(lines.split()[1]), json.loads(body) if body else None


def answered(server: Server, request: bytes) -> tuple[int, Any]:
    """Send a request, and return its answer when it is there, whatever the server waits for."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as file:
            lines = b"".join(iter(file.readline, b"\r\n"))
            [length] = re.findall(rb"(?i)content-length: (\d+)", lines)
            return parsed(lines + b"\r\n" + file.read(int(length)))


def send(server: Server, method: str, path: str, body: bytes, **options: Any) -> tuple[int, Any]:
    options = {"length": len(body), **options}
    return parsed(server.talk(head(method, path, **options) + body))


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def waiting(server: Server) -> list[str]:
    """Return what lies in the folder of uploads, in a moment in which requests end."""
    folder = server.root / "media" / UPLOADS
    return settled(lambda: os.listdir(folder) if folder.exists() else [])


def settled(surplus: Callable[[], list[str]]) -> list[str]:
    """Return what is too much as soon as that is nothing, at the latest after a minute."""
    for _ in range(1200):
        if not (found := surplus()):
            break
        time.sleep(0.05)
    return found


# By its length


@pytest.mark.parametrize(
    ("method", "tail", "content_type"),
    [("POST", "", FORM), ("PUT", "programme_file/", "application/pdf")],
)
def test_a_request_that_is_too_long_is_413_before_its_body(
    server: Server, event: str, method: str, tail: str, content_type: str
) -> None:
    path = "/api/events/" if method == "POST" else event + tail
    status, answer = answered(
        server, head(method, path, content_type=content_type, length=64 * MEBIBYTE)
    )
    key = "programme_file" if tail else "detail"
    assert (status, answer["codes"]) == (413, {key: ["too_large"]})


def test_a_stranger_is_asked_who_he_is_before_the_body(server: Server) -> None:
    body = form(guide_file=LARGE)
    request = head("POST", "/api/events/", content_type=FORM, auth="", length=len(body))
    # Under ASGI Django reads the body first.
    assert answered(server, request + (body if asynchronous(server) else b""))[0] == 401


@pytest.mark.parametrize("auth", [MANAGER, ""])
def test_a_client_that_sends_all_the_same_gets_its_answer(server: Server, auth: str) -> None:
    body = b"x" * (40 * MEBIBYTE)
    for _ in range(3):
        status, answer = send(server, "POST", "/api/events/", body, content_type=FORM, auth=auth)
        codes = answer["codes"]["detail"]
        assert (status, codes) in [(413, ["too_large"]), (401, ["not_authenticated"])]


def test_what_is_longer_than_declared_is_not_read(server: Server, event: str) -> None:
    path = event + "programme_file/"
    status, _answer = send(server, "PUT", path, LARGE, length=len(LARGE) - 100)
    assert status == 400
    assert waiting(server) == []


def test_a_body_that_ends_before_its_length_is_refused(server: Server, event: str) -> None:
    request = head("PUT", event + "programme_file/", length=len(LARGE) + 9) + LARGE
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not asynchronous(server):  # There, who says that no more comes is gone.
        assert parsed(answer)[1]["codes"] == {"detail": ["incomplete_body"]}
    assert waiting(server) == []
    assert send(server, "GET", event, b"")[1]["programme_file"] is None


def test_a_body_of_no_declared_length(server: Server, event: str) -> None:
    request = head("PUT", event + "programme_file/")
    body = chunked(LARGE[:MEBIBYTE], LARGE[MEBIBYTE:])
    if asynchronous(server):
        assert parsed(server.talk(request + body))[0] == 201
        status, answer = parsed(server.talk(request + chunked(*[b"x" * MEBIBYTE] * 20)))
        assert (status, answer["codes"]) == (413, {"programme_file": ["too_large"]})
        status, answer = parsed(server.talk(request + chunked()))
        assert (status, answer["codes"]) == (400, {"programme_file": ["empty"]})
    else:
        status, answer = parsed(server.talk(request + body))
        assert (status, answer["codes"]) == (411, {"detail": ["length_required"]})


# By what it is


@pytest.mark.parametrize("kind", ["form", "raw"])
def test_what_is_no_pdf_is_refused_at_its_first_bytes(
    server: Server, event: str, kind: str
) -> None:
    method, body, options = "PUT", NO_PDF, {"length": len(NO_PDF)}
    path = event + "programme_file/"
    if kind == "form":
        method, path, body = "PATCH", event, form(programme_file=NO_PDF)
        options = {"length": len(body), "content_type": FORM}
    # No more than this is sent, so the answer does not wait for more.
    sent = body if asynchronous(server) else body[:8192]
    status, answer = answered(server, head(method, path, **options) + sent)
    assert (status, answer["codes"]) == (400, {"programme_file": ["not_a_pdf"]})
    assert send(server, method, path, body, **options)[0] == 400
    assert waiting(server) == []


def test_two_large_files_arrive_however_slowly(server: Server, event: str) -> None:
    body = form(programme_file=LARGE, guide_file=LARGE)
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(head("PATCH", event, content_type=FORM, length=len(body)))
        for start in range(0, len(body), MEBIBYTE):
            connection.sendall(body[start : start + MEBIBYTE])
            time.sleep(0.01)
        status, answer = parsed(b"".join(iter(lambda: connection.recv(65536), b"")))
    assert (status, answer["documents"]["guide_file"]["size"]) == (200, len(LARGE))
    assert waiting(server) == []


def test_one_bad_file_of_two_leaves_neither(server: Server, event: str) -> None:
    body = form(programme_file=LARGE, guide_file=NO_PDF)
    status, answer = send(server, "PATCH", event, body, content_type=FORM)
    assert (status, answer["codes"]) == (400, {"guide_file": ["not_a_pdf"]})
    assert waiting(server) == []
    assert send(server, "GET", event, b"")[1]["programme_file"] is None


# A crowd


def test_a_crowd_with_clients_that_break_off_leaves_nothing(server: Server, place: Any) -> None:
    chances = random.Random(7)
    jobs = [(n, chances.choice(["small", "large", "no PDF", "cut off"])) for n in range(100)]

    def job(number: int, kind: str) -> Any:
        content = {"small": SMALL, "no PDF": NO_PDF}.get(kind, LARGE)
        body = form(programme_file=content, guide_file=SMALL)
        request = head("POST", "/api/events/", content_type=FORM, length=len(body)) + body
        if kind != "cut off":
            return kind, parsed(server.talk(request))[0]
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=120)) as away:
            with suppress(OSError):
                away.sendall(request[: len(request) * (number % 10) // 10])
            return kind, None

    with ThreadPoolExecutor(12) as crowd:
        answers = Counter(crowd.map(lambda given: job(*given), jobs))
    kinds = Counter(kind for _, kind in jobs)
    expected = {"small": 201, "large": 201, "no PDF": 400, "cut off": None}
    assert answers == {(kind, expected[kind]): count for kind, count in kinds.items()}
    # The server may still be reading what clients sent that have gone away.
    assert settled(lambda: sorted(stored(server) ^ named(server))) == []
    assert waiting(server) == []


def stored(server: Server) -> set[str]:
    media = server.root / "media"
    return {p.relative_to(media).as_posix() for p in media.rglob("*.pdf")}


def named(server: Server) -> set[str]:
    with closing(sqlite3.connect(server.root / "db.sqlite3", timeout=60)) as database:
        rows = database.execute("SELECT programme_file, guide_file FROM testapp_event")
        return {name for row in rows for name in row if name}
