"""The contract finds what is wrong with a scanner."""

import io

import pytest

from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict
from django_event_pdfs.testing import EICAR, ScannerContract


class Searching(Scanner):
    """A scanner that is right."""

    def scan(self, file):
        tail, infected = b"", False
        while chunk := file.read(65536):
            infected = infected or EICAR in tail + chunk
            tail = chunk[-len(EICAR) :]
        return Verdict("Eicar") if infected else Verdict()


class Away(Scanner):
    def scan(self, file):
        raise ScannerUnavailable("It is away.")


class Blind(Scanner):
    def scan(self, file):
        return Verdict()


class Impatient(Scanner):
    def scan(self, file):
        return Verdict("Eicar") if EICAR in file.read(65536) else Verdict()


class Greedy(Scanner):
    def scan(self, file):
        return Verdict("Eicar") if EICAR in file.read() else Verdict()


class Closing(Searching):
    def scan(self, file):
        with file:
            return super().scan(file)


class Lenient(Searching):
    def scan(self, file):
        try:
            return super().scan(file)
        except OSError:
            return Verdict()


class TestARightOne(ScannerContract):
    def scanner(self):
        return Searching()

    def unreachable(self):
        return Away()


@pytest.mark.parametrize(
    ("wrong", "test"),
    [
        (Blind, "test_what_was_found_has_a_name"),
        (Blind, "test_a_scanner_out_of_reach_has_no_verdict"),
        (Impatient, "test_a_file_is_read_to_its_end_in_pieces"),
        (Greedy, "test_a_file_is_read_to_its_end_in_pieces"),
        (Closing, "test_a_file_stays_open"),
        (Lenient, "test_a_file_that_cannot_be_read_has_no_verdict"),
    ],
)
def test_a_wrong_scanner_fails(wrong, test):
    contract = ScannerContract()
    contract.scanner = contract.unreachable = wrong
    with pytest.raises((AssertionError, ValueError)):
        getattr(contract, test)()


def test_the_test_file_is_the_one_that_scanners_know():
    assert len(EICAR) == 68
    assert io.BytesIO(EICAR).read(4) == b"X5O!"
