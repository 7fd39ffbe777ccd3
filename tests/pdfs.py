"""PDFs that nobody should send, and some that only look that way: all made by code."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence

import pikepdf

from django_event_pdfs.testing import make_pdf

MEBIBYTE = 1024 * 1024

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
ONE_PAGE = (CATALOG, PAGES, PAGE)

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 64
GIF = b"GIF89a" + b"\x00" * 64
WINDOWS_PROGRAM = b"MZ\x90\x00" + b"\x00" * 64
LINUX_PROGRAM = b"\x7fELF\x02\x01\x01" + b"\x00" * 64
SCRIPT = b"#!/bin/sh\necho hello\n"
HTML = b"<!DOCTYPE html><html><body>Programme</body></html>"


def assemble(
    objects: Sequence[bytes] = ONE_PAGE,
    *,
    header: bytes = b"%PDF-1.7\n",
    trailer: bytes = b"",
    start: int | None = None,
) -> bytes:
    """Return a PDF of numbered objects with a plain cross-reference table, valid or not.

    ``trailer`` is added to the trailer dictionary; ``start`` replaces the true ``startxref``.
    """
    out, offsets = _numbered(objects, header)
    table, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer)
    out += b"startxref\n%d\n%%%%EOF\n" % (table if start is None else start)
    return bytes(out)


def compressed(
    plain: Sequence[bytes], streams: Iterable[Sequence[bytes]] = (), *, xref: bytes | None = None
) -> bytes:
    """Return a PDF with a cross-reference stream and, after ``plain`` objects, object streams.

    The objects of ``streams`` are numbered after each stream's own number. ``xref`` replaces the
    true rows of the cross-reference stream.
    """
    out, offsets = _numbered(plain, b"%PDF-1.7\n")
    rows = [_row(0, 0), *(_row(1, offset) for offset in offsets)]
    for bodies in streams:
        holder = len(rows)
        rows += [_row(1, len(out)), *(_row(2, holder, index) for index in range(len(bodies)))]
        out += _object_stream(holder, bodies)
    rows.append(_row(1, len(out)))
    start, number = len(out), len(rows) - 1
    extra = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R" % len(rows)
    out += b"%d 0 obj\n%s\nendobj\n" % (
        number,
        stream(b"".join(rows) if xref is None else xref, extra),
    )
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def revised(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Return a PDF of :func:`assemble` with an incremental update of some of its objects."""
    out, before = bytearray(data), data.rpartition(b"startxref")[2].split()[0]
    rows = b""
    for number, body in objects.items():
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = max(data.count(b" 0 obj"), *objects) + 1
    trailer = b"<< /Size %d /Root 1 0 R /Prev %s >>" % (size, before)
    tail = b"xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (rows, trailer, len(out))
    return bytes(out) + tail


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """Return a stream object, deflated."""
    packed = zlib.compress(data, 1)
    head = b"<< %s /Filter /FlateDecode /Length %d >>" % (extra, len(packed))
    return b"%s\nstream\n%s\nendstream" % (head, packed)


def truncated(share: float = 0.5) -> bytes:
    data = make_pdf(pages=20)
    return data[: int(len(data) * share)]


def without_startxref() -> bytes:
    return make_pdf().partition(b"startxref")[0]


def zip_with_pdf() -> bytes:
    """Return a ZIP that holds a PDF uncompressed: every PDF parser opens it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("programme.pdf", make_pdf())
    return buffer.getvalue()


def preceded_by(prefix: bytes) -> bytes:
    """Return a PDF whose header comes after ``prefix``."""
    return prefix + make_pdf()


def without_pages() -> bytes:
    return assemble((CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"))


def with_objects(count: int) -> bytes:
    """Return a PDF of exactly ``count`` objects."""
    return assemble((*ONE_PAGE, *[b"null"] * (count - len(ONE_PAGE))))


def packed_nulls(count: int) -> bytes:
    """Return a PDF of as many objects, most of them in an object stream."""
    return compressed(ONE_PAGE, [[b"null"] * (count - len(ONE_PAGE) - 2)])


def with_raw_title(title: bytes, key: bytes = b"/Title") -> bytes:
    """Return a PDF whose title is these bytes: PDFDocEncoding, or UTF-16 after a BOM."""
    info = b"<< %s <%s> >>" % (key, title.hex().encode())
    return assemble((*ONE_PAGE, info), trailer=b"/Info 4 0 R")


def with_catalog(entries: bytes) -> bytes:
    """Return a PDF whose catalog has further entries."""
    return assemble((CATALOG.replace(b">>", entries + b" >>"), *ONE_PAGE[1:]))


def with_javascript() -> bytes:
    return with_catalog(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")


def linearised() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        pdf.save(buffer, linearize=True)
    return buffer.getvalue()


def encrypted_for_certificates() -> bytes:
    """Return a PDF that only the holders of certain private keys can open."""
    encrypt = b"/Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s4 /V 4 /Length 128 >>"
    return assemble(trailer=encrypt + b" /ID [<00> <00>]")


def with_launch() -> bytes:
    return with_catalog(b"/OpenAction << /S /Launch /F (calc.exe) >>")


def with_raw_kids(count: int) -> bytes:
    """Return a PDF that lists its one page ``count`` times."""
    tree = b"<< /Type /Pages /Kids [%s] >>" % (b"3 0 R " * count)
    return assemble((CATALOG, tree, PAGE, *[b"null"] * count))


def looping_pages() -> bytes:
    return assemble((CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"))


def one_page_listed(times: int) -> bytes:
    """Return a PDF whose page tree names its one page again and again, some 6 bytes each time."""
    kids = b"<< /Type /Pages /Parent 2 0 R /Kids [%s] >>" % (b"3 0 R " * (times // 6))
    root = b"<< /Type /Pages /Kids [4 0 R 5 0 R 6 0 R 7 0 R 8 0 R 9 0 R] /Count 1 >>"
    return assemble((CATALOG, root, PAGE, *[kids] * 6))


def object_stream_bomb(size: int = 80 * MEBIBYTE) -> bytes:
    """Return a PDF whose only page lies in an object stream that inflates to ``size``."""
    return compressed(
        (CATALOG, b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>", b"null"), [[PAGE + b" " * size]]
    )


def packed_numbers(arrays: int = 60) -> bytes:
    """Return a small file that unpack to millions of numbers, each a PDF object in memory."""
    return compressed(ONE_PAGE, [[b"[%s]" % (b"0 " * 240_000)] * arrays])


def xref_stream_bomb(size: int = 80 * MEBIBYTE) -> bytes:
    return compressed(ONE_PAGE, xref=b"\0" * size)


def false_streams(count: int = 60_000) -> bytes:
    """Return a broken PDF full of ``stream`` keywords, slow to recover for who tries."""
    return b"%PDF-1.7\n" + b"1 0 obj << /Length 1 >> stream\n" * count


def _numbered(objects: Sequence[bytes], header: bytes) -> tuple[bytearray, list[int]]:
    out, offsets = bytearray(header), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out, offsets


def _object_stream(number: int, bodies: Sequence[bytes]) -> bytes:
    head, position = b"", 0
    for index, body in enumerate(bodies, 1):
        head += b"%d %d " % (number + index, position)
        position += len(body) + 1
    extra = b"/Type /ObjStm /N %d /First %d" % (len(bodies), len(head))
    return b"%d 0 obj\n%s\nendobj\n" % (number, stream(head + b" ".join(bodies), extra))


def _row(kind: int, first: int, second: int = 0) -> bytes:
    """Return a row of a cross-reference stream (ISO 32000-2, 7.5.8.3) of widths 1, 4 and 2."""
    return bytes([kind]) + first.to_bytes(4) + second.to_bytes(2)
