"""Scanning by a real clamd, over its unix socket and over TCP."""

import io
import signal
import zlib

import pikepdf
import pytest

from django_event_pdfs.scanning import ScannerUnavailable, Verdict
from django_event_pdfs.scanning.clamav import ClamAVScanner
from django_event_pdfs.testing import EICAR, ScannerContract, make_pdf
from tests.servers.clamd import SIGNATURE

INFECTED = Verdict(f"{SIGNATURE}.UNOFFICIAL")
MEBIBYTE = 1024 * 1024
OVER_TCP = pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])


def options_of(clamd, tcp):
    return clamd.tcp if tcp else clamd.options


class TestContract(ScannerContract):
    @pytest.fixture(autouse=True, params=["unix", "tcp"])
    def _clamd(self, clamd, request):
        self.options = options_of(clamd, request.param == "tcp")

    def scanner(self):
        return ClamAVScanner(**self.options)

    def unreachable(self):
        return ClamAVScanner(host="127.0.0.1", port=1)


def with_stream(content, filtered=False):
    """Return a PDF with a stream of these bytes."""
    pdf = pikepdf.open(io.BytesIO(make_pdf()))
    data = zlib.compress(content) if filtered else content
    stream = pikepdf.Stream(pdf, data)
    if filtered:
        stream.Filter = pikepdf.Name.FlateDecode
    pdf.Root.Kept = pdf.make_indirect(stream)
    buffer = io.BytesIO()
    pdf.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        with_stream(EICAR),
        make_pdf() + EICAR,
        make_pdf(padding=5 * MEBIBYTE) + EICAR,
        with_stream(EICAR, filtered=True),
    ],
    ids=["stream", "appended", "late", "compressed"],
)
@OVER_TCP
def test_what_is_in_a_pdf_is_found(clamd, tcp, content):
    scanner = ClamAVScanner(**options_of(clamd, tcp))
    assert scanner.scan(io.BytesIO(content)) == INFECTED


@OVER_TCP
def test_a_dead_clamd_is_no_verdict(own_clamd, tcp):
    clamd = own_clamd()
    clamd.kill()
    with pytest.raises(ScannerUnavailable):
        ClamAVScanner(**options_of(clamd, tcp)).scan(io.BytesIO(make_pdf()))


@OVER_TCP
def test_a_clamd_that_dies_in_the_middle_of_a_stream_is_no_verdict(own_clamd, tcp):
    clamd = own_clamd()

    class Deadly(io.BytesIO):
        def read(self, size=-1, /):
            if self.tell() > MEBIBYTE:
                clamd.kill()
            return super().read(size)

    with pytest.raises(ScannerUnavailable):
        ClamAVScanner(**options_of(clamd, tcp)).scan(Deadly(make_pdf(padding=3 * MEBIBYTE)))


@pytest.mark.parametrize("size", [0, 8 * MEBIBYTE])
@OVER_TCP
def test_a_clamd_that_stands_still_is_no_verdict(own_clamd, tcp, size):
    clamd = own_clamd()
    clamd.send_signal(signal.SIGSTOP)
    scanner = ClamAVScanner(**options_of(clamd, tcp), timeout=1)
    with pytest.raises(ScannerUnavailable):
        scanner.scan(io.BytesIO(make_pdf(padding=size)))


@OVER_TCP
def test_a_clamd_that_comes_back_is_believed_again(own_clamd, tcp):
    clamd = own_clamd()
    scanner = ClamAVScanner(**options_of(clamd, tcp))
    clamd.kill()
    with pytest.raises(ScannerUnavailable):
        scanner.scan(io.BytesIO(EICAR))
    clamd.start()
    assert scanner.scan(io.BytesIO(EICAR)) == INFECTED


@pytest.mark.parametrize("size", [MEBIBYTE, 8 * MEBIBYTE])
@OVER_TCP
def test_a_file_over_the_limit_of_clamd_is_explained(own_clamd, tcp, size):
    clamd = own_clamd(StreamMaxLength="1M")
    scanner = ClamAVScanner(**options_of(clamd, tcp))
    assert scanner.scan(io.BytesIO(make_pdf())) == Verdict()
    for _ in range(10):  # The reset and the answer race.
        with pytest.raises(ScannerUnavailable, match=r"of this size.*StreamMaxLength.*MAX_SIZE"):
            scanner.scan(io.BytesIO(make_pdf(padding=size)))


def test_a_file_that_clamd_would_not_look_into_is_refused_as_the_guide_says(own_clamd):
    content = io.BytesIO(make_pdf(padding=2 * MEBIBYTE) + EICAR)
    unseen = own_clamd(MaxFileSize="1M")
    assert ClamAVScanner(**unseen.options).scan(content) == Verdict()
    told = own_clamd(MaxFileSize="1M", AlertExceedsMax="yes")
    content.seek(0)
    assert ClamAVScanner(**told.options).scan(content).is_infected
