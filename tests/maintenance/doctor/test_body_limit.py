"""A web server that is told of a large body, on a real socket."""

import re
import socket
import struct
import threading

import pytest

from django_event_pdfs.maintenance.doctor import body_limit
from django_event_pdfs.maintenance.doctor.case import Case

MEBIBYTE = 1024 * 1024
OVER = 10 * MEBIBYTE  # Two documents may have it, one with the rest of a body has more.

RESET = b"reset"


def answer(status, *headers):
    return "\r\n".join([f"HTTP/1.1 {status} Said", *headers, "", ""]).encode()


class Site:
    """Hears requests without their bodies, and answers as ``respond(head, length)`` says."""

    def __init__(self, respond):
        self.heads = []
        self.after = []
        self._respond = respond
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.02)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/api/events/"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._stopped.set()
        self._thread.join()
        self._server.close()

    def _serve(self):
        while not self._stopped.is_set():
            try:
                connection, _address = self._server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(60)
                self._treat(connection)

    def _treat(self, connection):
        received = b""
        while b"\r\n\r\n" not in received and (part := connection.recv(65536)):
            received += part
        head = received.decode("latin-1")
        self.heads.append(head)
        length = re.search(r"Content-Length: (\d+)", head)
        said = self._respond(head, int(length[1]) if length else 0)
        if said == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if said is not None:
            connection.sendall(said)
        if said != b"":
            self.after.append(connection.recv(65536))  # Until the client hangs up.


@pytest.fixture
def impatient(monkeypatch):
    """Do not wait for long for what never comes. What comes may take its time."""
    monkeypatch.setattr(body_limit, "TIMEOUT", 0.3)


def outcome(respond, path=""):
    with Site(respond) as site:
        [diagnosis] = body_limit.examine(Case(url=site.url + path))
    assert site.after == [b""] * len(site.after), "A body was sent."
    return diagnosis


def limited_to(size, refusal=b"HTTP/1.1 413 Too large\r\n\r\n"):
    return lambda head, length: refusal if length > size else answer(401)


@pytest.mark.parametrize("status", [100, 200, 201, 401, 403])
def test_a_site_that_takes_what_is_announced_is_ok(status):
    assert outcome(lambda head, length: answer(status)).status == "ok"


def test_a_limit_below_a_document_is_a_problem():
    assert outcome(limited_to(MEBIBYTE)).status == "problem"


def test_a_limit_of_just_a_document_is_a_problem():
    assert outcome(limited_to(OVER)).status == "problem"


def test_a_limit_below_all_documents_of_an_event_is_a_warning():
    assert outcome(limited_to(OVER + MEBIBYTE)).status == "warning"


def test_a_limit_above_all_documents_of_an_event_is_ok():
    assert outcome(limited_to(2 * OVER + MEBIBYTE)).status == "ok"


@pytest.mark.parametrize("refusal", [answer(404), answer(502), b""])
def test_a_refusal_in_other_words_is_a_problem(refusal):
    assert outcome(limited_to(MEBIBYTE, refusal)).status == "problem"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(404), "warning"),
        (answer(400), "warning"),
        (answer(405), "warning"),
        (answer(500), "problem"),
        (b"", "problem"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "problem"),
    ],
)
def test_what_is_said_to_every_size_is_explained(said, status):
    diagnosis = outcome(lambda head, length: said)
    assert diagnosis.status == status
    assert diagnosis.explanation


def test_a_site_that_keeps_silent_is_skipped(impatient):
    diagnosis = outcome(lambda head, length: None)
    assert diagnosis.status == "skipped"
    assert diagnosis.explanation


def test_a_site_that_keeps_silent_about_large_bodies_is_skipped(monkeypatch):
    def respond(head, length):
        if length > MEBIBYTE:
            return None
        monkeypatch.setattr(body_limit, "TIMEOUT", 0.3)  # For the next one.
        return answer(100)

    assert outcome(respond).status == "skipped"


@pytest.mark.parametrize("said", [b"", RESET])
def test_a_connection_that_is_closed_is_an_answer(said):
    with Site(lambda head, length: said) as site:
        assert body_limit.announce(site.url, MEBIBYTE) == body_limit.Answer(0)


def test_a_redirect_is_followed():
    def respond(head, length):
        if head.startswith("POST /api/events/ "):
            return limited_to(MEBIBYTE)(head, length)
        return answer(301, "Location: /api/events/")

    assert outcome(respond, "old").status == "problem"


@pytest.mark.parametrize("location", ["/again/", "ftp://127.0.0.1/", ""])
def test_a_redirect_is_followed_once_and_over_http(location):
    diagnosis = outcome(lambda head, length: answer(302, f"Location: {location}"))
    assert diagnosis.status == "warning"


def test_no_body_and_no_credentials_are_sent(settings):
    settings.EVENT_PDFS = {"MAX_SIZE": MEBIBYTE}
    with Site(lambda head, length: answer(401)) as site:
        url = site.url.replace("http://", "http://user:secret@")
        [diagnosis] = body_limit.examine(Case(url=f"{url}?token=secret"))
    assert all(head.startswith("POST /api/events/") for head in site.heads)
    assert all("Expect: 100-continue\r\n" in head for head in site.heads)
    assert "Authorization" not in "".join(site.heads)
    assert set(site.after) == {b""}
    assert "secret" not in str(diagnosis)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://[/",
        "http://localhost/é",
        "http://localhost/a b",
        "https://",
        "ftp://localhost/",
        "localhost:8000",
        "/api/events/",
    ],
)
def test_an_address_without_a_site_is_a_problem(url):
    [diagnosis] = body_limit.examine(Case(url=url))
    assert diagnosis.status == "problem"
    assert diagnosis.cure


def test_a_site_without_tls_is_a_problem(impatient):
    with Site(lambda head, length: b"") as site:
        [diagnosis] = body_limit.examine(Case(url=site.url.replace("http:", "https:")))
    assert diagnosis.status == "problem"


def test_without_an_address_nothing_is_asked():
    [diagnosis] = body_limit.examine(Case())
    assert diagnosis.status == "skipped"
