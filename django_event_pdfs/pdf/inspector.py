"""The strict parse: bounded, in process, and free of policy.

pikepdf is loaded at the first inspection, so that a web process which only reads never pays for it.
"""

import hashlib
import os
from functools import cache
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from django_event_pdfs.pdf.facts import Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.text import clean_text

if TYPE_CHECKING:
    import pikepdf

HEAD_SIZE = 1024
CHUNK_SIZE = 1024 * 1024

# A ZIP that holds a small PDF opens in every PDF parser: only its first bytes give it away.
_FOREIGN_MAGIC = (b"PK\x03\x04", b"MZ", b"\x7fELF", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"#!")
_FOREIGN_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script")

# Measured to stop decompression bombs and to break no ordinary file. No limit on JPEG memory
# (brochures need it) nor on warnings (long files have many harmless ones).
_LIMITS: dict[str, Any] = {
    "flate_max_memory": 64 * 1024 * 1024,
    "run_length_max_memory": 64 * 1024 * 1024,
    "png_max_memory": 64 * 1024 * 1024,
    "tiff_max_memory": 64 * 1024 * 1024,
    "max_stream_filters": 8,
    "parser_max_container_size": 250_000,
}


def inspect(source: str | os.PathLike[str] | BinaryIO) -> Inspection:
    """Read a PDF from a path, or from a seekable binary file that is left at its start.

    Never raises for what the bytes say: the answer then carries a refusal with the code ``empty``,
    ``not_a_pdf``, ``damaged``, ``encrypted`` or ``no_pages``.

    Raises:
        OSError: the source itself cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _inspect_file(file)
    try:
        return _inspect_file(source)
    finally:
        source.seek(0)


def _inspect_file(file: IO[bytes]) -> Inspection:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    code = _refuse_head(file.read(HEAD_SIZE))
    if code:
        return Inspection(refusal=Refusal(code))
    return _parse(file, size)


def _refuse_head(head: bytes) -> str | None:
    """Judge the first bytes; a header may come after other bytes (ISO 32000-2, annex I)."""
    if not head:
        return "empty"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_FOREIGN_MAGIC) or start[:9].lower().startswith(_FOREIGN_MARKUP):
        return "not_a_pdf"
    return None if b"%PDF-" in head else "not_a_pdf"


def _parse(file: IO[bytes], size: int) -> Inspection:
    pikepdf = _pikepdf()
    try:
        with pikepdf.Pdf.open(file, attempt_recovery=False, suppress_warnings=True) as pdf:
            return _describe(pdf, file, size)
    except pikepdf.PasswordError:
        return Inspection(refusal=Refusal("encrypted"))
    except (OSError, MemoryError):
        raise
    except Exception:
        # qpdf's bindings answer hostile bytes with errors of many types, RuntimeError and
        # UnicodeDecodeError among them. Whatever they cannot read, a reader cannot either.
        return Inspection(refusal=Refusal("damaged"))


def _describe(pdf: "pikepdf.Pdf", file: IO[bytes], size: int) -> Inspection:
    pages = len(pdf.pages)
    if not pages:
        return Inspection(refusal=Refusal("no_pages"))
    facts = Facts(
        size=size,
        sha256=_sha256(file),
        pages=pages,
        version=pdf.pdf_version,
        title=_title(pdf),
    )
    return Inspection(facts=facts, findings=Findings(objects=len(pdf.objects)))


def _title(pdf: "pikepdf.Pdf") -> str:
    try:
        # Not pdf.docinfo, which creates the dictionary where there is none.
        title = pdf.trailer.Info.Title
        return clean_text(str(title)) if isinstance(title, _pikepdf().String) else ""
    except Exception:  # A title that cannot be read is no reason to turn a document away.
        return ""


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_SIZE):
        digest.update(chunk)
    return digest.hexdigest()


@cache
def _pikepdf() -> Any:
    """Load pikepdf once and bound it. The limits hold for the whole process."""
    import pikepdf

    pikepdf.settings.set_qpdf_limits(**_LIMITS)
    return pikepdf
