"""Whether the virus scanner answers, finds, and takes files as large as documents may be."""

import io
import tempfile
from typing import BinaryIO, cast

from django.core.exceptions import ImproperlyConfigured

from django_event_pdfs.conf import conf
from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    described,
    diagnose,
    problem,
    skipped,
    warning,
)
from django_event_pdfs.maintenance.doctor.probes import probe_pdf
from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict, get_scanner

# The harmless file that every scanner knows (eicar.org). In two parts, so that none finds it here.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

_SCANNER = 'EVENT_PDFS["SCANNER"]'


def examine(case: Case) -> list[Diagnosis]:
    """Ask the scanner about a clean PDF, the EICAR test file, and a PDF of the largest size."""
    if not conf.scanner:
        return [diagnose("scanner", "", lambda: skipped(f"{_SCANNER} is not set."))]
    try:
        scanner = get_scanner()
    except ImproperlyConfigured as error:
        reason = described(error)
        return [diagnose("scanner", "", lambda: problem(f"{_SCANNER}: {reason}.", _SET))]
    assert scanner is not None  # noqa: S101 - it is set
    subject = str(scanner)
    found = [diagnose("scanner", subject, lambda: _answers(scanner), _RUN)]
    if case.quick or found[0].status == "problem":
        return found
    return [
        *found,
        diagnose("scanner_finds", subject, lambda: _finds(scanner), _RUN),
        diagnose("scanner_size", subject, lambda: _takes(scanner, case.largest), _RUN),
    ]


def _answers(scanner: Scanner) -> Outcome | None:
    verdict = _asked(scanner, io.BytesIO(probe_pdf()))
    if isinstance(verdict, Outcome) or not verdict.is_infected:
        return verdict if isinstance(verdict, Outcome) else None
    return problem(
        f"It found {verdict.signature!r} in an empty PDF. Every upload would be refused.",
        "See the scanner's signatures and heuristics; its own rules are too strict.",
    )


def _finds(scanner: Scanner) -> Outcome | None:
    verdict = _asked(scanner, io.BytesIO(_EICAR))
    if isinstance(verdict, Outcome):
        return verdict
    if verdict.is_infected:
        return None
    return warning(
        "It called the EICAR test file clean, which every scanner knows: it has no signatures, "
        "or does not look.",
        "Fetch signatures (with ClamAV: run freshclam, then restart clamd), and examine again.",
    )


def _takes(scanner: Scanner, size: int) -> Outcome | None:
    with tempfile.TemporaryFile() as file:
        file.write(probe_pdf())
        file.truncate(size)  # Zeros, which a file system need not keep.
        file.seek(0)
        verdict = _asked(scanner, cast(BinaryIO, file))
    if isinstance(verdict, Outcome):
        return problem(f"A PDF of {size} bytes, which may be uploaded: {verdict.explanation}", _MAX)
    if not verdict.is_infected:
        return None
    return problem(f"It found {verdict.signature!r} in a harmless PDF of {size} bytes.", _MAX)


def _asked(scanner: Scanner, file: BinaryIO) -> Verdict | Outcome:
    """Return the verdict, or what its want means: no upload is stored without one."""
    try:
        return scanner.scan(file)
    except ScannerUnavailable as error:
        return problem(f"No verdict: {error}", _RUN)


_SET = (
    'Write {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner", "OPTIONS": {"socket": '
    '"/run/clamav/clamd.ctl"}}, or the dotted path of your own.'
)
_RUN = "Mend that. Until then every upload is answered 503, and nothing is stored."
_MAX = (
    "Raise the scanner's limits above what EVENT_PDFS[\"MAX_SIZE\"] and the fields' max_size let "
    "in (with ClamAV: StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf), or lower those."
)
