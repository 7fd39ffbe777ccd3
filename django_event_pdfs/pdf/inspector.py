"""The inspection: cheap questions first, then a parse where it can do no harm."""

import hashlib
import os
import re
from dataclasses import replace
from io import BytesIO
from typing import IO, BinaryIO, Literal

from django_event_pdfs.pdf.facts import Bounds, Inspection, Refusal
from django_event_pdfs.pdf.isolation import examine_isolated
from django_event_pdfs.pdf.structure import examine
from django_event_pdfs.pdf.worker import may_be_mended

HEAD_SIZE = 1024
CHUNK_SIZE = 256 * 1024  # What fits into a cache is hashed soonest.
_BLOCK = 64 * 1024

#: Bytes up to which a file with a plain table is parsed in this process.
PLAIN_SIZE = 128 * 1024

# A ZIP that holds a small PDF opens in every PDF parser: only its first bytes give it away.
_FOREIGN_MAGIC = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"MZ", b"\x7fELF", b"GIF8", b"\x89PNG"),
    *(b"\xff\xd8\xff", b"#!"),
)
_FOREIGN_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script")

_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
# One table, its trailer and the end of the file (ISO 32000-2, 7.5.4 and 7.5.5), with no comment.
_PLAIN_END = re.compile(
    rb"xref\s++(?:\d++ \d++\s++(?:\d{10} \d{5} [nf]\s{1,2})+)+"
    rb"trailer\s*+<<(?P<trailer>[^%#]*)>>\s*startxref\s++\d++\s++%%EOF\s*"
)

Isolate = Literal["damaged", "always"]


def inspect(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    bounds: Bounds = Bounds(),  # noqa: B008, it is frozen
    isolate: Isolate = "damaged",
    sha256: str = "",
) -> Inspection:
    """Read a PDF from a path, or from a seekable binary file that is left at its start.

    ``sha256`` is that of its bytes, where it is known.

    Never raises for what the bytes say: the answer then carries a refusal with the code ``empty``,
    ``not_a_pdf``, ``damaged``, ``encrypted`` or ``no_pages``.

    What cannot cost much is parsed in this process: a file of at most ``PLAIN_SIZE`` bytes whose
    objects are not compressed. All else is parsed in a bounded worker (with ``isolate="always"``
    every file), and a file that is damaged gets a second opinion there.

    Raises:
        OSError: the source itself cannot be read.
        WorkerUnavailable: there is no verdict, for want of a worker.
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _inspect_file(file, bounds, isolate, sha256)
    try:
        return _inspect_file(source, bounds, isolate, sha256)
    finally:
        source.seek(0)


def _inspect_file(file: IO[bytes], bounds: Bounds, isolate: Isolate, sha256: str) -> Inspection:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    code = refuse_head(file.read(HEAD_SIZE))
    if code:
        return Inspection(refusal=Refusal(code))
    sha256 = sha256 or _sha256(file)
    inspection = None
    if isolate == "damaged" and size <= PLAIN_SIZE:
        inspection = _examine_plain(file, sha256, bounds)
    if inspection is None or may_be_mended(inspection):
        strict = inspection is None
        inspection = examine_isolated(file, sha256, bounds, strict=strict)
    findings = replace(inspection.findings, appended=_appended(file, size))
    return replace(inspection, findings=findings)


def refuse_head(head: bytes) -> str | None:
    """Judge the first ``HEAD_SIZE`` bytes: ``empty``, ``not_a_pdf`` or None.

    A header may come after other bytes (ISO 32000-2, annex I).
    """
    if not head:
        return "empty"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_FOREIGN_MAGIC) or start[:9].lower().startswith(_FOREIGN_MARKUP):
        return "not_a_pdf"
    return None if b"%PDF-" in head else "not_a_pdf"


def _examine_plain(file: IO[bytes], sha256: str, bounds: Bounds) -> Inspection | None:
    """Parse a file here if that is harmless; None if not.

    Its only cross-reference section is a plain table, so that there can be no object stream:
    nothing is inflated, and what qpdf makes of a file is at most some 500 times its size: a warning
    for each byte that has no business where it is.
    """
    file.seek(0)
    data = file.read()
    start = _START.search(data, max(len(data) - HEAD_SIZE, 0))
    end = start and _PLAIN_END.fullmatch(data, int(start[1]))
    if not end or not data.startswith(b"%PDF-"):
        return None
    if b"/Prev" in end["trailer"] or b"/XRefStm" in end["trailer"]:
        return None
    return examine(BytesIO(data), data, sha256, bounds)


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_SIZE):
        digest.update(chunk)
    return digest.hexdigest()


def _appended(file: IO[bytes], size: int) -> int:
    """Return how many bytes follow the last ``%%EOF``, without the blanks around them."""
    end = 0
    for block in range(max(size - _BLOCK, 0), -_BLOCK, -_BLOCK):
        start = max(block, 0)
        file.seek(start)
        data = file.read(_BLOCK + 4)
        end = end or (start + len(kept) if (kept := data.rstrip()) else 0)
        position = data.rfind(b"%%EOF")
        if position >= 0:
            rest = data[position + len(b"%%EOF") :].lstrip()
            return max(end - start - len(data) + len(rest), 0)
    return 0
