"""The parse by qpdf: what a file holds, page by page and object by object.

Strict, or with qpdf's recovery: the second opinion on what is damaged. Nothing here bounds time
or memory; :mod:`inspector` decides where it runs.

pikepdf is loaded at the first inspection, so that a web process which only reads never pays for it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from mmap import mmap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

from django_event_pdfs.pdf.active_content import Finding, find_in_catalog, find_in_object
from django_event_pdfs.pdf.candidates import suspects
from django_event_pdfs.pdf.facts import Bounds, Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.pages import TooManyPages, count_pages
from django_event_pdfs.pdf.revisions import earlier_revisions
from django_event_pdfs.pdf.text import clean_text

if TYPE_CHECKING:
    import pikepdf

_MAX_PLACES = 10  # Noted for each kind; the rest would only repeat it.


def examine(
    source: BinaryIO, data: bytes | mmap, sha256: str, bounds: Bounds, *, recover: bool = False
) -> Inspection:
    """Parse a file and say what is in it.

    ``source`` is what qpdf reads, a file with a descriptor or a ``BytesIO``; ``data`` are the
    same bytes. ``recover`` lets qpdf mend a damaged file, and accepts it only when no page is
    missing.

    Raises:
        OSError: the source itself cannot be read.
        MemoryError: there is not enough of it.
    """
    import pikepdf

    try:
        with open_pdf(source, recover=recover) as pdf:
            return _describe(pdf, data, sha256, bounds, recover=recover)
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


def open_pdf(source: BinaryIO, *, recover: bool = False) -> "pikepdf.Pdf":
    """Open without walking the pages, mapped into memory where the source is a real file."""
    import pikepdf

    return pikepdf.Pdf.open(
        source,
        attempt_recovery=recover,
        suppress_warnings=True,
        inherit_page_attributes=False,  # It walks all pages, as len(pdf.pages) does.
        access_mode=pikepdf.AccessMode.mmap,
    )


def _describe(
    pdf: "pikepdf.Pdf", data: bytes | mmap, sha256: str, bounds: Bounds, *, recover: bool
) -> Inspection:
    if pdf.is_encrypted and not pdf.user_password_matched:
        # An empty owner's password opens it here; its readers are asked for theirs.
        return Inspection(refusal=Refusal("encrypted"))
    if recover and set(pdf.trailer.keys()) <= {"/Root"}:
        # qpdf made this trailer up. A file that has none has lost its end, and what stood there.
        return Inspection(refusal=Refusal("damaged"))
    # Of the table, which is read already: len(pdf.objects) decodes every object, and one of 60 KB
    # can take gigabytes.
    table = pdf.get_xref_table()
    findings = Findings(objects=len(table), repaired=recover)
    if len(table) > bounds.objects:
        return _exceeded(findings, "objects", len(table))
    try:
        pages = count_pages(pdf, bounds.pages, whole=recover)
        if not pages:
            return Inspection(findings=findings, refusal=Refusal("no_pages"))
        facts = _facts(pdf, len(data), sha256, pages)
        findings = _search(pdf, table, data, bounds, findings)
    except TooManyPages as error:
        return _exceeded(findings, "pages", error.args[0])
    except OverflowError:
        return _exceeded(findings, "objects", bounds.objects + 1)
    return Inspection(facts=facts, findings=findings)


def _exceeded(findings: Findings, bound: str, value: int) -> Inspection:
    params = MappingProxyType({"exceeded": bound, "value": value})
    return Inspection(findings=findings, refusal=Refusal("damaged", params))


def _search(
    pdf: "pikepdf.Pdf",
    table: Mapping[Any, Any],
    data: bytes | mmap,
    bounds: Bounds,
    findings: Findings,
) -> Findings:
    """Look for active content, in this revision and in those before it."""
    found = list(_active_content(pdf, table, data, ""))
    objects = len(table)
    for revision, replaced in earlier_revisions(pdf, table, data, 4 * bounds.objects):
        objects += len(replaced)
        found += _active_content(revision, replaced, data, "earlier revision, ")
    if objects > bounds.objects:
        raise OverflowError
    return replace(findings, objects=objects, active_content=_by_kind(found))


def _active_content(
    pdf: "pikepdf.Pdf", table: Mapping[Any, Any], data: bytes | mmap, prefix: str
) -> Iterator[Finding]:
    yield from ((kind, prefix + where) for kind, where in find_in_catalog(pdf.Root))
    for (number, generation), item in suspects(pdf, table, data):
        yield from find_in_object(item, f"{prefix}object {number} {generation} ")


def _by_kind(found: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    places: dict[str, dict[str, None]] = {}
    for kind, where in found:
        places.setdefault(kind, {})[where.rstrip()] = None
    return MappingProxyType(
        {kind: tuple(islice(where, _MAX_PLACES)) for kind, where in sorted(places.items())}
    )


def _facts(pdf: "pikepdf.Pdf", size: int, sha256: str, pages: int) -> Facts:
    return Facts(
        size=size,
        sha256=sha256,
        pages=pages,
        pdf_version=_version(pdf),
        title=_information(pdf, "/Title"),
        producer=_information(pdf, "/Producer"),
        encrypted=pdf.is_encrypted,
        signed=_is_signed(pdf),
        linearised=pdf.is_linearized,
        tagged=_value(pdf.Root, "/MarkInfo", "/Marked") is True,
    )


def _version(pdf: "pikepdf.Pdf") -> str:
    stated = (pdf.pdf_version, str(pdf.Root.get("/Version", "")).removeprefix("/"))
    return max(match[0] if (match := re.match(r"\d\.\d", text)) else "" for text in stated)


def _information(pdf: "pikepdf.Pdf", key: str) -> str:
    import pikepdf

    try:
        # Not pdf.docinfo, which creates the dictionary where there is none.
        text = _value(pdf.trailer, "/Info", key)
        return clean_text(str(text)) if isinstance(text, pikepdf.String) else ""
    except Exception:  # A title that cannot be read is no reason to turn a document away.
        return ""


def _is_signed(pdf: "pikepdf.Pdf") -> bool:
    flags = _value(pdf.Root, "/AcroForm", "/SigFlags")
    return isinstance(flags, int) and bool(flags & 1)  # 12.7.3, table 225: SignaturesExist


def _value(item: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None where it ends early."""
    import pikepdf

    for key in path:
        if not isinstance(item, pikepdf.Dictionary):
            return None
        item = item.get(key)
    return item
