"""The strict parse: bounded, in process, and free of policy.

pikepdf is loaded at the first inspection, so that a web process which only reads never pays for it.
"""

import hashlib
import os
import re
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
        with pikepdf.Pdf.open(
            file,
            attempt_recovery=False,
            suppress_warnings=True,
            inherit_page_attributes=False,  # It walks all pages, as len(pdf.pages) does.
        ) as pdf:
            return _describe(pdf, file, size)
    except pikepdf.PasswordError:
        return Inspection(refusal=Refusal("encrypted"))
    except (OSError, MemoryError):
        raise
    except Exception as error:
        # Without a class of its own: encryption that qpdf cannot undo, for holders of a key, say.
        if "(encryption dictionary" in str(error):
            return Inspection(refusal=Refusal("encrypted"))
        # qpdf's bindings answer hostile bytes with errors of many types, RuntimeError and
        # UnicodeDecodeError among them. Whatever they cannot read, a reader cannot either.
        return Inspection(refusal=Refusal("damaged"))


def _describe(pdf: "pikepdf.Pdf", file: IO[bytes], size: int) -> Inspection:
    # Of the table, which is read already: len(pdf.objects) decodes every object, and one of 60 KB
    # can take gigabytes.
    objects = len(pdf.get_xref_table())
    pages = _count_pages(pdf, objects)
    if not pages:
        return Inspection(refusal=Refusal("no_pages"))
    facts = Facts(
        size=size,
        sha256=_sha256(file),
        pages=pages,
        version=_version(pdf),
        title=_title(pdf),
    )
    return Inspection(facts=facts, findings=Findings(objects=objects))


def _count_pages(pdf: "pikepdf.Pdf", limit: int) -> int:
    """Count the leaves of the page tree (ISO 32000-2, 7.7.3).

    Not by ``len(pdf.pages)``, which copies each page that is listed twice: an array of references
    to one page would take gigabytes. A page is an object, so ``limit`` is the number of objects.

    Raises:
        TypeError: a node is missing, or is no dictionary.
        ValueError: the tree loops, or lists more pages than there are objects.
    """
    intermediate = _pikepdf().Name.Pages
    pages, left, seen = 0, [pdf.Root.Pages], set()
    while left:
        node = left.pop()
        if "/Kids" in node:
            left.extend(node.Kids)
            if (node.is_indirect and node.objgen in seen) or pages + len(left) > limit:
                raise ValueError("The page tree is no tree.")
            seen.add(node.objgen)
        elif node.get("/Type") != intermediate:
            pages += 1
    return pages


def _version(pdf: "pikepdf.Pdf") -> str:
    stated = (pdf.pdf_version, str(pdf.Root.get("/Version", "")).removeprefix("/"))
    return max(match[0] if (match := re.match(r"\d\.\d", text)) else "" for text in stated)


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
