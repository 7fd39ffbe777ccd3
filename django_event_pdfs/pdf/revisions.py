"""What a file held before its incremental updates (ISO 32000-2, 7.5.6).

An update appends: what it replaces or frees stays in the file, and readers that offer an older
revision, as they do with signed ones, show it again.
"""

import io
from collections.abc import Iterator, Mapping
from mmap import mmap
from typing import Any

from django_event_pdfs.pdf.candidates import ObjectId

_Place = tuple[int | None, int | None, int | None]


def earlier_revisions(
    pdf: Any, table: Mapping[ObjectId, Any], data: bytes | mmap
) -> Iterator[tuple[Any, Mapping[ObjectId, Any]]]:
    """Yield each earlier revision, newest first, and what newer ones do not have of its table.

    A revision is a ``pikepdf.Pdf``, open until the next is asked for. The table of each is read
    anew with all that are before it, so that updates by the thousand take quadratic time.
    """
    known = {_place(entry) for entry in table.values()}
    start = _previous(pdf)
    if start is None:
        return
    file = io.BytesIO(data)
    # qpdf has followed the whole chain already, and refuses one that loops.
    while start is not None and (revision := _ending_at(file, len(data), start)):
        with revision:
            old = revision.get_xref_table()
            yield revision, {key: e for key, e in old.items() if _place(e) not in known}
            known.update(_place(entry) for entry in old.values())
            start = _previous(revision)


def _previous(pdf: Any) -> int | None:
    start = pdf.trailer.get("/Prev")
    return start if isinstance(start, int) else None


def _place(entry: Any) -> _Place:
    return entry.offset, entry.obj_stream_number, entry.obj_stream_index


def _ending_at(file: io.BytesIO, size: int, start: int) -> Any:
    """Open the file as it reads for who starts at another cross-reference section (7.5.5).

    None where that is no revision: the first section of a linearised file has no catalog.
    """
    import pikepdf

    file.seek(size)
    file.truncate()
    file.write(b"\nstartxref\n%d\n%%%%EOF\n" % start)
    file.seek(0)
    try:
        return pikepdf.Pdf.open(
            file, attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False
        )
    except (pikepdf.PdfError, RuntimeError):
        return None
