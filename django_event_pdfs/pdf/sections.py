"""Cross-reference sections (ISO 32000-2, 7.5.4 and 7.5.8): what qpdf does not tell of them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from mmap import mmap
from typing import Any

_HEAD = re.compile(rb"\s*+xref\s++")
_SUBSECTION = re.compile(rb"(\d++)\s++(\d++)\s++")
# Some at a time, for it remembers each. Not "++", which never looks back: until Python 3.11.5 that
# ends a group where its last try failed.
_ROWS = re.compile(rb"(?:\d++\s++\d++\s++[nf]\s*+){1,1000}")


def has_rows_twice(trailer: Any, data: bytes | mmap, start: int) -> bool:
    """Return whether the section at ``start`` has two rows for an object.

    qpdf takes the first of them, as most readers do; others take the last.
    """
    ranges = sorted(_of_table(data, start) or _of_stream(trailer))
    return any(first + count > other for (first, count), (other, _) in pairwise(ranges))


def _of_table(data: bytes | mmap, start: int) -> list[tuple[int, int]]:
    """Return the first number and the count of each subsection of a table."""
    # What comes before the header does not count.
    position = start + max(data.find(b"%PDF-", 0, 1024), 0)
    last, ranges = _HEAD.match(data, position), []
    while last and (part := _SUBSECTION.match(data, last.end())):
        ranges.append((int(part[1]), int(part[2])))
        last = part
        while rows := _ROWS.match(data, last.end()):
            last = rows
    return ranges


def _of_stream(trailer: Any) -> Iterator[tuple[int, int]]:
    index = list(trailer.get("/Index", ()))
    return zip(index[::2], index[1::2], strict=False)
