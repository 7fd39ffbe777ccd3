"""The body of a request: counted, measured, and read on after a refusal."""

import io
import socket
import threading

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from django_event_pdfs import bodies
from django_event_pdfs.bodies import WatchedBody, body_length, declare_length, linger

DELIMITER = b"--boundary"
MEBIBYTE = 1024 * 1024


def watched(data, delimiter=DELIMITER):
    return WatchedBody(io.BytesIO(data), HttpRequest(), delimiter)


@pytest.mark.parametrize("size", [1, 2, 7, 9, 10, 11, 25, 4095, 4096, 4097, 99_999])
def test_each_delimiter_is_counted_once_however_the_body_is_read(size):
    data = (b"--boundary" + b"-" * 30 + b"--bound--boundary") * 40 + b"x" * 5000 + b"--boundary--"
    body = watched(data)
    while body.read(size):
        pass
    assert body.count == len(data)
    assert body.delimiters == data.count(DELIMITER) == 81
    assert body.tail == data[-1024:]


def test_the_first_read_is_a_small_one():
    body = watched(b"x" * 99_999)
    assert [len(body.read(50_000)) for _ in range(3)] == [4096, 50_000, 45_903]


class Counted(io.BytesIO):
    """A body whose server is asked for so many bytes at once."""

    asked = ()

    def read(self, size=-1):
        self.asked += (size,)
        return super().read(size)


def test_the_server_is_asked_for_a_mebibyte_at_once_however_small_the_chunks_are():
    stream = Counted(b"x" * (4096 + 3 * MEBIBYTE))
    body = WatchedBody(stream, HttpRequest())
    chunks = list(iter(lambda: body.read(64 * 1024), b""))
    assert stream.asked == (4096, *[MEBIBYTE] * 4)  # The last one finds the end.
    assert [len(chunk) for chunk in chunks] == [4096, *[64 * 1024] * 48]


def test_all_can_be_read_at_once():
    assert len(watched(b"x" * 99_999).read()) == 99_999


# Lengths


@pytest.mark.parametrize(("declared", "length"), [("7", 7), ("", None), ("x", None)])
def test_the_length_is_the_declared_one(declared, length):
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = declared
    assert body_length(request) == length


def asynchronous(data, **headers):
    request = AsyncRequestFactory().post("/", headers=headers)
    del request.META["CONTENT_LENGTH"]
    request._stream = io.BytesIO(data)
    return request


def test_under_asgi_it_is_what_has_arrived():
    request = asynchronous(b"12345")
    assert body_length(request) == 5
    request.META["CONTENT_LENGTH"] = "3"
    assert body_length(request) == 5
    request.META["CONTENT_LENGTH"] = "9"
    assert body_length(request) == 9
    assert request.read() == b"12345"


def test_under_asgi_a_body_of_no_length_gets_one():
    request = asynchronous(b"12345")
    declare_length(request)
    assert request.META["CONTENT_LENGTH"] == "5"


def test_under_asgi_an_empty_body_of_no_length_is_known_to_be_empty():
    request = asynchronous(b"", **{"transfer-encoding": "chunked"})
    declare_length(request)
    assert request.META["CONTENT_LENGTH"] == "0"


def test_a_body_that_cannot_be_measured_is_left_alone():
    request = AsyncRequestFactory().post("/")
    declare_length(request)
    assert body_length(request) == int(request.META["CONTENT_LENGTH"])


# After a refusal


class Connection:
    """Both ends of a connection: the server's, and the client's."""

    def __init__(self):
        self.server, self.client = socket.socketpair()

    def request(self, length=100, read=None):
        request = RequestFactory().post("/", b"", content_type="x/y")
        request.META.update({"gunicorn.socket": self.server, "CONTENT_LENGTH": str(length)})
        if read is not None:
            request._read_started = True
            request._event_pdfs_read = read
        return request

    def answer(self, request):
        response = HttpResponse()
        linger(request, response)
        for close in response._resource_closers:
            close()

    def is_open(self):
        self.client.setblocking(False)
        try:
            return self.client.recv(1) != b""
        except BlockingIOError:
            return True


@pytest.fixture
def connection():
    connection = Connection()
    yield connection
    connection.server.close()
    connection.client.close()


@pytest.mark.parametrize("read", [None, 60])
def test_what_is_still_sent_is_read_until_the_client_is_done(connection, read, monkeypatch):
    for name in ("LINGER", "SILENCE"):
        monkeypatch.setattr(bodies, name, 60)  # It is not slow, the machine may be.

    def send():
        with connection.client:
            connection.client.sendall(b"x" * 5_000_000)  # Far more than fits into buffers.

    client = threading.Thread(target=send)
    client.start()
    connection.answer(connection.request(read=read))
    client.join(120)
    assert not client.is_alive()
    assert connection.server.fileno() != -1  # It is gunicorn's to close.


def test_a_client_that_says_nothing_is_left(connection, monkeypatch):
    monkeypatch.setattr(bodies, "SILENCE", 0.01)
    connection.answer(connection.request())
    assert not connection.is_open()


def test_a_client_that_never_ends_is_left(connection, monkeypatch):
    monkeypatch.setattr(bodies, "LINGER", 0)
    connection.client.send(b"x" * 1000)
    connection.answer(connection.request())
    assert not connection.is_open()


def test_a_client_that_is_gone_does_no_harm(connection):
    connection.client.close()
    connection.answer(connection.request())


@pytest.mark.parametrize(("length", "read"), [(100, 100), (0, None), (0, 0)])
def test_a_body_that_was_read_leaves_the_connection_alone(connection, length, read):
    connection.answer(connection.request(length, read))
    assert connection.is_open()


def test_a_body_that_somebody_read_at_once_leaves_the_connection_alone(connection):
    request = connection.request(read=0)
    del request._event_pdfs_read
    connection.answer(request)
    assert connection.is_open()


def test_other_servers_are_left_alone():
    request = RequestFactory().post("/", b"x", content_type="x/y")
    response = HttpResponse()
    before = [*response._resource_closers]
    linger(request, response)
    assert response._resource_closers == before
