"""Which objects of a file are worth a look for active content.

To decode and walk every object in Python takes seconds and gigabytes on large files. A search of
bytes picks those that may hold something; it only ever picks too many. What they do hold is
decided on the decoded objects.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from mmap import mmap
from typing import Any

ObjectId = tuple[int, int]  # Number and generation (ISO 32000-2, 7.3.10).

# Looking at an object takes as long as searching this many bytes.
_BYTES_PER_OBJECT = 25_000

# Blanks are 7.2.3's, which are not those of "\s"; "++" never looks back, so that time is linear.
_PATTERN = rb"""
/(?: (?: JavaScript | JS | Launch | GoToR | GoToE | SubmitForm | ImportData | Rendition | Movie
       | Sound | GoTo3DView | RichMediaExecute | RichMedia | 3D | Screen | FileAttachment
       | EmbeddedFile | EF | XFA | AA | Ref | Thread ) (?![^BLANK()<>\[\]{}/%])
   | (?: S | Subtype | Type ) [BLANK]*+ [0-9%]                    # a name given by reference
   | URI [BLANK]*+ (?! [>/] | \( (?: https?: | mailto: | tel: ) )
   | FontMatrix [BLANK]*+ (?! \[ [0-9eE.+\-BLANK]*+ \] )
   | F [BLANK]*+ (?: [(<%] | [0-9]++ [BLANK]++ [0-9]++ [BLANK]++ R )
   | [^BLANK()<>\[\]{}/%#]*+ (?: \#[^3-7] [^BLANK()<>\[\]{}/%#]*+ )*+ \#[3-7] )
"""
_NULL = re.compile(rb"\s*\d+\s+\d+\s+obj\s*null")
_SUSPECT = re.compile(_PATTERN.replace(b"BLANK", rb"\x00\t\n\f\r\x20"), re.VERBOSE)


class Hidden(Exception):
    """An object that may be something is not where the table says; other readers may find it."""


def suspects(
    pdf: Any, table: Mapping[ObjectId, Any], data: bytes | mmap, *, strict: bool
) -> Iterator[tuple[ObjectId, Any]]:
    """Yield the objects of ``table`` in which a search of their bytes finds something.

    ``table`` is all or a part of the cross-reference table of ``pdf`` (a ``pikepdf.Pdf``), and
    ``data`` holds the bytes of the file. ``strict``: it is the file's own table.

    Raises:
        Hidden: qpdf does not see an object, and what it may be is suspect.
    """
    plain, packed = _by_place(table)
    # The bytes of pictures are not searched where there are few objects, as in a brochure.
    searched = len(plain) * _BYTES_PER_OBJECT >= len(data)
    if not searched or _SUSPECT.search(data):
        for objgen in plain:
            item = pdf.get_object(objgen)
            if item is None and strict and not _NULL.match(data, table[objgen].offset):
                raise Hidden
            if _is_suspect(item):
                yield objgen, item
    for holder, ids in packed.items():
        text = pdf.get_object(holder, 0).read_bytes()
        if _SUSPECT.search(text):
            items = {objgen: pdf.get_object(objgen) for objgen in ids}
            yield from ((objgen, item) for objgen, item in items.items() if _is_suspect(item))
            if None in items.values() and not any(map(_is_suspect, items.values())):
                raise Hidden


def _by_place(
    table: Mapping[ObjectId, Any],
) -> tuple[list[ObjectId], Mapping[int, list[ObjectId]]]:
    """Part the objects that stand in the file from those in object streams (7.5.7)."""
    plain: list[ObjectId] = []
    packed: dict[int, list[ObjectId]] = defaultdict(list)
    for objgen, entry in table.items():
        if entry.type == 1:
            plain.append(objgen)
        elif entry.type == 2:
            packed[entry.obj_stream_number].append(objgen)
    return plain, packed


def _is_suspect(item: Any) -> bool:
    import pikepdf

    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    elif not isinstance(item, pikepdf.Dictionary | pikepdf.Array):
        return False
    return _SUSPECT.search(item.unparse(resolved=True)) is not None
