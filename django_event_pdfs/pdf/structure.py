"""The parse by qpdf: what a file holds, page by page and object by object.

Strict, or with qpdf's recovery: the second opinion on what is damaged. Nothing here bounds time
or memory; :mod:`inspector` decides where it runs.

pikepdf is loaded at the first inspection, so that a web process which only reads never pays for it.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from mmap import mmap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

from django_event_pdfs.pdf.active_content import Finding, find_in_catalog, find_in_object
from django_event_pdfs.pdf.candidates import is_suspect, suspects
from django_event_pdfs.pdf.facts import Bounds, Facts, Findings, Inspection, Refusal
from django_event_pdfs.pdf.information import describe
from django_event_pdfs.pdf.pages import TooManyPages, count_pages
from django_event_pdfs.pdf.revisions import earlier_revisions

if TYPE_CHECKING:
    import pikepdf

_MOST = 16 * 1024 * 1024  # Bytes of such a stream; those of documents have a hundredth.
_LOST = re.compile(r"bad_alloc|limits error|limit exceeded", re.IGNORECASE)
_PAGE_LOST = re.compile("Pages tree includes non-dictionary")
# qpdf takes the last of two values of one key, other readers the first. These lead to actions.
_AMBIGUOUS = re.compile(
    "duplicated key /(?:S|JS|URI|EF|U?F|XFA|FontMatrix|OpenAction|AA?|PA|Next|Names|Kids"
    "|JavaScript|EmbeddedFiles|Annots|AcroForm|Root|[EXDUOCV]|Fo|Bl|P[OCVI]|W[CSP]|D[SP]);"
)
_MAX_PLACES = 10  # Noted for each kind; the rest would only repeat it.
_MAX_PLACE = 200  # Characters of one: its keys are the author's.


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
    table: Mapping[Any, Any] = pdf.get_xref_table()
    findings = Findings(objects=len(table), repaired=recover)
    try:
        _check_readable(pdf, table, bounds)
        if recover:
            table = _mended_table(pdf, table)
        pages = count_pages(pdf, bounds.pages, whole=recover)
        facts = Facts(size=len(data), sha256=sha256, pages=pages, **describe(pdf))
        findings = _search(pdf, table, data, bounds, findings)
        _check_warnings(pdf, findings)
    except _Refused as error:
        return Inspection(findings=findings, refusal=error.refusal)
    except TooManyPages as error:
        return Inspection(findings=findings, refusal=exceeded("pages", error.args[0]))
    if not pages:
        return Inspection(findings=findings, refusal=Refusal("no_pages"))
    return Inspection(facts=facts, findings=findings)


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


def exceeded(bound: str, value: int = 0) -> Refusal:
    """Return the refusal of a file that broke a bound, by what it has where that is known."""
    return Refusal("damaged", MappingProxyType({"exceeded": bound, "value": value}))


def _check_readable(pdf: "pikepdf.Pdf", table: Mapping[Any, Any], bounds: Bounds) -> None:
    if pdf.is_encrypted and not pdf.user_password_matched:
        # An empty owner's password opens it here; its readers are asked for theirs.
        raise _Refused(Refusal("encrypted"))
    # Of the table, which is read already: len(pdf.objects) decodes every object, and one of 60 KB
    # can take gigabytes.
    if len(table) > bounds.objects:
        raise _Refused(exceeded("objects", len(table)))


def _mended_table(pdf: "pikepdf.Pdf", table: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return the table as it is when every object was looked for; refuse what lost something."""
    if set(pdf.trailer.keys()) <= {"/Root"}:
        # qpdf made this trailer up. A file that has none has lost its end, and what stood there.
        raise _Refused(Refusal("damaged"))
    for key in table:
        pdf.get_object(key)  # One that is not where it should be has qpdf make a new table.
    table = pdf.get_xref_table()
    holders = {entry.obj_stream_number for entry in table.values() if entry.type == 2}
    for number, generation in table:
        item = pdf.get_object(number, generation)
        if _is_bomb(item):
            raise _Refused(exceeded("memory"))
        if _type(item) == "/ObjStm" and number not in holders:
            raise _Refused(Refusal("damaged"))  # It holds objects that no table names.
    return table


def _check_warnings(pdf: "pikepdf.Pdf", findings: Findings) -> None:
    """Refuse what qpdf only warns of, and then does not see or sees otherwise than others."""
    warnings = "\n".join(map(str, pdf.get_warnings()))
    if _LOST.search(warnings):
        raise _Refused(exceeded("memory"))
    is_ambiguous = not findings.active_content and _AMBIGUOUS.search(warnings)
    if is_ambiguous or _PAGE_LOST.search(warnings):
        raise _Refused(Refusal("damaged"))


def _type(item: Any) -> str | None:
    import pikepdf

    return str(item.get("/Type")) if isinstance(item, pikepdf.Stream) else None


def _is_bomb(item: Any) -> bool:
    """Return whether a stream by which readers find objects (7.5.7 and 7.5.8) inflates for ever.

    qpdf does not look at one that it could not read and mended. Readers will.
    """
    import pikepdf

    if _type(item) not in ("/XRef", "/ObjStm"):
        return False
    data, filters = item.read_raw_bytes(), item.get("/Filter")
    with suppress(zlib.error):
        for _ in range(len(filters) if isinstance(filters, pikepdf.Array) else 1):
            data = zlib.decompressobj().decompress(data, _MOST + 1)
            if len(data) > _MOST:
                return True
    return False


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
    for revision, replaced in earlier_revisions(pdf, table, data):
        objects += len(replaced)
        if objects > bounds.objects:
            raise _Refused(exceeded("objects", objects))
        found += _active_content(revision, replaced, data, "earlier revision, ")
    return replace(findings, objects=objects, active_content=_by_kind(found))


def _active_content(
    pdf: "pikepdf.Pdf", table: Mapping[Any, Any], data: bytes | mmap, prefix: str
) -> Iterator[Finding]:
    yield from ((kind, prefix + where) for kind, where in find_in_catalog(pdf.Root))
    if is_suspect(pdf.trailer):
        yield from find_in_object(pdf.trailer, f"{prefix}trailer ")
    for (number, generation), item in suspects(pdf, table, data):
        yield from find_in_object(item, f"{prefix}object {number} {generation} ")


def _by_kind(found: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    places: dict[str, dict[str, None]] = {}
    for kind, where in found:
        places.setdefault(kind, {})[where.rstrip()[:_MAX_PLACE]] = None
    return MappingProxyType(
        {kind: tuple(islice(where, _MAX_PLACES)) for kind, where in sorted(places.items())}
    )
