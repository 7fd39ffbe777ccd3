"""What every scanner must do, as tests: for those of the library and for those of a host."""

import io
from concurrent.futures import ThreadPoolExecutor

from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict
from django_event_pdfs.testing.pdfs import make_pdf

# The harmless file that every scanner knows (eicar.org). In two parts, so that none finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

PIECE = 1024 * 1024


class ScannerContract:
    """Inherit it in a class of tests, for pytest or with ``SimpleTestCase``, and say two things.

    ``scanner()`` returns the scanner, ``unreachable()`` the same one with an address at which
    nothing answers. ``infected`` may be other bytes that the scanner must find.
    """

    infected = EICAR

    def scanner(self) -> Scanner:
        raise NotImplementedError

    def unreachable(self) -> Scanner:
        raise NotImplementedError

    def test_a_clean_file_is_clean(self) -> None:
        assert self.scanner().scan(io.BytesIO(make_pdf())) == Verdict()

    def test_what_was_found_has_a_name(self) -> None:
        verdict = self.scanner().scan(io.BytesIO(self.infected))
        assert verdict.is_infected
        assert verdict.signature

    def test_a_file_is_read_to_its_end_in_pieces(self) -> None:
        file = _InPieces(make_pdf(padding=3 * PIECE))
        assert self.scanner().scan(file) == Verdict()
        assert file.read(1) == b""

    def test_a_file_stays_open(self) -> None:
        for content in (make_pdf(), self.infected):
            file = io.BytesIO(content)
            self.scanner().scan(file)
            assert not file.closed

    def test_one_scanner_serves_many_threads(self) -> None:
        scanner, clean = self.scanner(), make_pdf()
        contents = [clean, self.infected] * 8
        with ThreadPoolExecutor(8) as pool:
            verdicts = list(pool.map(lambda content: scanner.scan(io.BytesIO(content)), contents))
        assert [verdict.is_infected for verdict in verdicts] == [False, True] * 8

    def test_a_file_that_cannot_be_read_has_no_verdict(self) -> None:
        scanner = self.scanner()
        try:
            verdict = scanner.scan(_Unreadable(make_pdf(padding=3 * PIECE)))
        except Exception:
            assert scanner.scan(io.BytesIO(make_pdf())) == Verdict()  # The next one has.
        else:
            raise AssertionError(f"A file that was not read to its end got {verdict}.")

    def test_a_scanner_out_of_reach_has_no_verdict(self) -> None:
        for content in (make_pdf(), self.infected):
            try:
                verdict = self.unreachable().scan(io.BytesIO(content))
            except ScannerUnavailable:
                continue
            raise AssertionError(f"A scanner that nobody reached answered {verdict}.")


class _InPieces(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= PIECE, "Read a file in pieces of 1 MiB at most."
        return super().read(size)


class _Unreadable(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= PIECE:
            raise OSError("This file ends before its end.")
        return super().read(PIECE if size is None or size < 0 else min(size, PIECE))
