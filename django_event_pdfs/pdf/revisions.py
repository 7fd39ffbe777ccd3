"""What a file held before its incremental updates (ISO 32000-2, 7.5.6).

An update appends: what it replaces or frees stays in the file, and readers that offer an older
revision, as they do with signed ones, show it again.
"""

import io
import re
from collections.abc import Iterator, Mapping
from copy import copy
from mmap import mmap
from typing import Any

from django_event_pdfs.pdf.candidates import Hidden, ObjectId
from django_event_pdfs.pdf.sections import has_rows_twice

_End = tuple[int, bytes]  # A cross-reference section's place, 0 if it is not in the file; a tail.
_Place = tuple[int | None, int | None, int | None]

_START = re.compile(rb"startxref\s+(\d{1,10})")
_TAIL = 2048  # Bytes in which qpdf looks for it, and some more.


def earlier_revisions(
    pdf: Any, table: Mapping[ObjectId, Any], data: bytes | mmap
) -> Iterator[tuple[Any, Mapping[ObjectId, Any]]]:
    """Yield each earlier revision, newest first, and what newer ones do not have of its table.

    A revision is a ``pikepdf.Pdf``, open until the next is asked for. The table of each is read
    anew with all that are before it, so that updates by the thousand take quadratic time.

    Raises:
        Hidden: a table has two rows for an object, and readers differ in which they take.
    """
    starts = _START.findall(data, max(len(data) - _TAIL, 0))
    ends = _other_ends(pdf, int(starts[-1]) if starts else 0, data)
    if not ends:
        return
    file, known = io.BytesIO(data), {_place(entry) for entry in table.values()}
    # qpdf has followed the whole chain already, and refuses one that loops.
    while ends:
        start, end = ends.pop()
        if revision := _ending_with(file, len(data), end):
            with revision:
                old = revision.get_xref_table()
                yield revision, {key: e for key, e in old.items() if _place(e) not in known}
                known.update(_place(entry) for entry in old.values())
                ends += _other_ends(revision, start, data) if start else []


def _place(entry: Any) -> _Place:
    return entry.offset, entry.obj_stream_number, entry.obj_stream_index


def _other_ends(pdf: Any, start: int, data: bytes | mmap) -> list[_End]:
    """Return where else to start reading, and the end of file that says so (7.5.5).

    Before the last update; and with the objects of a hybrid file's stream (7.5.8.4) that its table,
    at ``start``, calls free. qpdf takes the table's word, but others don't.
    """
    if has_rows_twice(pdf.trailer, data, start):
        raise Hidden
    ends: list[_End] = []
    previous, trailer = pdf.trailer.get("/Prev"), pdf.trailer
    if isinstance(previous, int):
        ends.append((previous, b"\nstartxref\n%d\n%%%%EOF\n" % previous))
    if "/XRefStm" in trailer:
        trailer = copy(trailer)
        trailer["/Prev"] = start
        table = b"\nxref\n0 0\ntrailer\n%s\nstartxref\n%d\n%%%%EOF\n"
        ends.append((0, table % (trailer.unparse(), len(data) + 1)))
    return ends


def _ending_with(file: io.BytesIO, size: int, end: bytes) -> Any:
    """Open the file as it reads with another end.

    None where that is no revision: the first section of a linearised file has no catalog.
    """
    import pikepdf

    file.seek(size)
    file.truncate()
    file.write(end)
    file.seek(0)
    try:
        return pikepdf.Pdf.open(
            file, attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False
        )
    except (pikepdf.PdfError, RuntimeError):
        return None
