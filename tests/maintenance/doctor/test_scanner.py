"""A virus scanner that is asked, and what its answers mean."""

import pytest

from django_event_pdfs.maintenance.doctor import scanner as examined
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict
from django_event_pdfs.testing import EICAR
from tests.maintenance.doctor.diagnoses import statuses
from tests.scanning.listeners import answering, honest, serving

SIZE = 200_000


class Honest(Scanner):
    """Finds the test file, in files up to a limit."""

    limit = SIZE

    def scan(self, file):
        content = b"".join(iter(lambda: file.read(65536), b""))
        if len(content) > self.limit:
            raise ScannerUnavailable("too long")
        return Verdict("Eicar" if EICAR in content else "")


class Limited(Honest):
    limit = SIZE - 1


class Blind(Scanner):
    def scan(self, file):
        return Verdict()


class Suspicious(Scanner):
    def scan(self, file):
        return Verdict("Heuristics")


class Wary(Honest):
    """Finds something in all that is large."""

    def scan(self, file):
        verdict = super().scan(file)
        return Verdict("Heuristics.Limits.Exceeded") if file.tell() == SIZE else verdict


class Broken(Scanner):
    def scan(self, file):
        raise RuntimeError("no verdict at all")


class Unmade(Scanner):
    def __init__(self):
        raise ValueError("no address")


@pytest.fixture
def scan_by(settings):
    def choose(backend, **options):
        if isinstance(backend, type):
            backend = f"{__name__}.{backend.__name__}"
        scanner = {"BACKEND": backend, "OPTIONS": options}
        settings.EVENT_PDFS = {"MAX_SIZE": SIZE, "SCANNER": scanner}

    return choose


@pytest.mark.parametrize(
    ("scanner", "found"),
    [
        (Honest, {"scanner": "ok", "scanner_finds": "ok", "scanner_size": "ok"}),
        (Blind, {"scanner": "ok", "scanner_finds": "warning", "scanner_size": "ok"}),
        (Limited, {"scanner": "ok", "scanner_finds": "ok", "scanner_size": "problem"}),
        (Wary, {"scanner": "ok", "scanner_finds": "ok", "scanner_size": "problem"}),
        (Suspicious, {"scanner": "problem"}),
        (Broken, {"scanner": "problem"}),
        (Unmade, {"scanner": "problem"}),
    ],
)
def test_a_scanner_answers_finds_and_takes_large_files(scan_by, scanner, found):
    scan_by(scanner)
    diagnoses = examined.examine(Case())
    assert statuses(diagnoses) == found
    assert all(d.explanation and d.cure for d in diagnoses if d.status != "ok")


def test_a_scanner_that_is_not_there_is_found(scan_by):
    scan_by("django_event_pdfs.scanning.clamav.ClamAVScanner", host="127.0.0.1", port=1)
    assert statuses(examined.examine(Case())) == {"scanner": "problem"}


@pytest.mark.parametrize(("behaviour", "status"), [(honest, "ok"), (answering(b"?\0"), "problem")])
def test_clamd_is_asked_over_its_socket(scan_by, behaviour, status):
    with serving("unix", behaviour) as options:
        scan_by("django_event_pdfs.scanning.clamav.ClamAVScanner", **options)
        found = statuses(examined.examine(Case()))
    assert set(found.values()) == {status}


def test_the_largest_field_counts(settings, scan_by, monkeypatch):
    scan_by(Honest)
    field = Case().fields[0]
    monkeypatch.setattr(field, "max_size", SIZE + 1)
    assert statuses(examined.examine(Case()))["scanner_size"] == "problem"


def test_a_quick_examination_asks_once(scan_by):
    scan_by(Blind)
    assert statuses(examined.examine(Case(quick=True))) == {"scanner": "ok"}


def test_without_a_scanner_nothing_is_asked():
    assert statuses(examined.examine(Case())) == {"scanner": "skipped"}


def test_no_scanner_finds_its_test_file_in_the_source():
    with open(examined.__file__, "rb") as source:
        assert EICAR not in source.read()
