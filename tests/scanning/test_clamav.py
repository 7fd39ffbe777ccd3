import io
import socket
import threading
import time
from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.scanning import ScannerUnavailable, Verdict
from django_event_pdfs.scanning.clamav import ClamAVScanner
from django_event_pdfs.testing import ScannerContract, make_pdf
from tests.scanning.listeners import (
    answering,
    breaking_off,
    honest,
    listening,
    read_stream,
    serving,
)

OK = b"stream: OK\0"
LARGE = 8 * 1024 * 1024  # more than the buffers of a connection hold


@pytest.fixture(params=["unix", "tcp"])
def family(request):
    return request.param


@pytest.fixture
def scanner(family):
    """Return ``scanner(behaviour, timeout)``: a scanner that asks a server of that behaviour."""
    with ExitStack() as stack:

        def make(behaviour, timeout=120):
            options = stack.enter_context(serving(family, behaviour))
            return ClamAVScanner(**options, timeout=timeout)

        yield make


def scan(scanner, size=1000):
    return scanner.scan(io.BytesIO(bytes(size)))


class TestContract(ScannerContract):
    @pytest.fixture(autouse=True)
    def _serve(self, family):
        with serving(family, honest) as self.options:
            yield

    def scanner(self):
        return ClamAVScanner(**self.options)

    def unreachable(self):
        return ClamAVScanner(host="127.0.0.1", port=1)


# Verdicts


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, LARGE])
def test_every_byte_is_sent_once(scanner, size):
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    received = []

    def behaviour(connection):
        received.append(read_stream(connection))
        connection.sendall(OK)

    assert scanner(behaviour).scan(io.BytesIO(content)) == Verdict()
    assert received == [content]


def test_ok_is_clean(scanner):
    assert scan(scanner(answering(OK))) == Verdict()


def test_found_is_infected(scanner):
    verdict = scan(scanner(answering(b"stream: Eicar-Signature FOUND\0")))
    assert verdict == Verdict("Eicar-Signature")


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        (b"a b: OK", "a b: OK"),
        (b"\xff\xfe<b>\x1b[31m\n\xe2\x80\xae", "\ufffd\ufffd<b>[31m"),
        (b"\x01", "unnamed"),
        (b"x" * 3000, "x" * 100),
    ],
)
def test_whatever_its_name_what_was_found_is_infected(scanner, name, signature):
    verdict = scan(scanner(answering(b"stream: " + name + b" FOUND\0")))
    assert verdict == Verdict(signature)
    assert verdict.is_infected


def test_what_was_found_before_the_end_is_infected(scanner):
    verdict = scan(scanner(breaking_off(b"stream: Early FOUND\0")), LARGE)
    assert verdict == Verdict("Early")


# No verdict


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"OK\0",
        b"FOUND\0",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK\0more",
        b"stream: fine OK\0",
        b"stream: O",
        b"stream:  FOUND\0",
        b"1: stream: OK\0",
        b"UNKNOWN COMMAND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"\xff\xfe\0",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_an_answer_that_is_not_clear_is_no_verdict(scanner, answer):
    with pytest.raises(ScannerUnavailable):
        scan(scanner(answering(answer)))


def test_an_answer_without_an_end_is_not_listened_to(scanner):
    said = []

    def behaviour(connection):
        read_stream(connection)
        while len(said) < 1000:
            connection.sendall(b"x" * 65536)
            said.append(65536)

    with pytest.raises(ScannerUnavailable):
        scan(scanner(behaviour))
    assert sum(said) < LARGE


def test_ok_to_a_part_of_the_file_is_no_verdict(scanner):
    with pytest.raises(ScannerUnavailable):
        scan(scanner(breaking_off(OK)), LARGE)


@pytest.mark.parametrize("size", [0, 1000, LARGE])
def test_a_connection_closed_at_once_is_no_verdict(scanner, size):
    with pytest.raises(ScannerUnavailable):
        scan(scanner(lambda connection: None), size)


def test_a_connection_closed_in_the_middle_may_be_a_limit(scanner):
    with pytest.raises(ScannerUnavailable, match="StreamMaxLength"):
        scan(scanner(breaking_off(b"")), LARGE)


def test_a_file_that_clamd_takes_no_more_of_is_not_read_on(scanner):
    file = io.BytesIO(bytes(4 * LARGE))
    with pytest.raises(ScannerUnavailable):
        scanner(breaking_off(b"")).scan(file)
    assert file.tell() < 4 * LARGE


def test_a_half_closed_connection_is_no_verdict(scanner):
    def behaviour(connection):
        connection.shutdown(socket.SHUT_WR)
        read_stream(connection)

    with pytest.raises(ScannerUnavailable):
        scan(scanner(behaviour), LARGE)


@pytest.mark.parametrize("behaviour", [answering, breaking_off])
def test_a_file_over_the_limit_of_clamd_is_explained(scanner, behaviour):
    answer = b"INSTREAM size limit exceeded. ERROR\0"
    with pytest.raises(ScannerUnavailable, match=r"of this size.*StreamMaxLength.*MAX_SIZE.*\d+"):
        scan(scanner(behaviour(answer)), LARGE)


# Slow


def test_no_answer_is_no_verdict(scanner):
    def behaviour(connection):
        read_stream(connection)
        connection.recv(1)

    with pytest.raises(ScannerUnavailable):
        scan(scanner(behaviour, timeout=1))


def test_clamd_that_reads_nothing_is_no_verdict(scanner):
    ended = threading.Event()

    with pytest.raises(ScannerUnavailable):
        scan(scanner(lambda connection: ended.wait(3), timeout=1), LARGE)
    ended.set()


def test_an_answer_in_drips_comes_too_late(scanner):
    def behaviour(connection):
        read_stream(connection)
        for byte in OK:
            time.sleep(0.2)
            connection.sendall(bytes([byte]))

    with pytest.raises(ScannerUnavailable):
        scan(scanner(behaviour, timeout=1))


def test_a_file_taken_in_drips_takes_too_long(scanner):
    def behaviour(connection):
        while connection.recv(65536):
            time.sleep(0.03)

    file = io.BytesIO(bytes(LARGE))
    with pytest.raises(ScannerUnavailable):
        scanner(behaviour, timeout=1).scan(file)
    assert file.tell() < LARGE


def test_a_queue_that_is_full_is_no_verdict():
    with listening("unix", backlog=0) as (_server, options), ExitStack() as stack:
        with suppress(BlockingIOError):
            while True:
                waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(options["socket"])
        with pytest.raises(ScannerUnavailable):
            scan(ClamAVScanner(**options, timeout=1))


# Out of reach


@pytest.mark.parametrize(
    "options",
    [
        {"socket": "/nowhere/clamd.ctl"},
        {"socket": __file__},
        {"socket": "x" * 5000},
        {"socket": "a\0b"},
        {"host": "127.0.0.1", "port": 1},
        {"host": "127.0.0.1", "port": 70_000},
        {"host": "no..host"},
    ],
)
def test_a_server_that_is_not_there_is_no_verdict(options):
    with pytest.raises(ScannerUnavailable):
        scan(ClamAVScanner(**options))


def test_every_address_of_a_host_is_tried(monkeypatch):
    with serving("tcp", honest) as options:
        dead, alive = ("127.0.0.1", 1), ("127.0.0.1", options["port"])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in (dead, alive)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
        assert scan(ClamAVScanner(host="clamav")) == Verdict()


# The file


def test_an_error_of_the_file_is_not_one_of_the_scanner(scanner):
    closed = threading.Event()

    class Broken(io.BytesIO):
        def read(self, size=-1, /):
            raise TimeoutError("The disk is slow.")

    def behaviour(connection):
        while connection.recv(65536):
            pass
        closed.set()

    with pytest.raises(TimeoutError):
        scanner(behaviour).scan(Broken())
    assert closed.wait(120)


def test_the_connection_is_closed_after_a_scan(scanner):
    closed = threading.Event()

    def behaviour(connection):
        read_stream(connection)
        connection.sendall(OK)
        if connection.recv(1) == b"":
            closed.set()

    scan(scanner(behaviour))
    assert closed.wait(120)


# Options


@pytest.mark.parametrize(
    "options", [{}, {"socket": "", "host": ""}, {"socket": "/run/clamd.ctl", "host": "localhost"}]
)
def test_one_address_must_be_given(options):
    with pytest.raises(ImproperlyConfigured):
        ClamAVScanner(**options)


def test_the_timeout_may_be_a_timedelta(tmp_path):
    scanner = ClamAVScanner(socket=tmp_path / "clamd", timeout=timedelta(minutes=1))
    assert scanner.timeout == 60


def test_a_pdf_goes_through_as_it_is(scanner):
    assert scanner(honest).scan(io.BytesIO(make_pdf())) == Verdict()
