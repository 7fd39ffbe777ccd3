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
_SUSPECT = re.compile(_PATTERN.replace(b"BLANK", rb"\x00\t\n\f\r\x20"), re.VERBOSE)


def suspects(
    pdf: Any, table: Mapping[ObjectId, Any], data: bytes | mmap
) -> Iterator[tuple[ObjectId, Any]]:
    """Yield the objects of ``table`` in which a search of their bytes finds something.

    ``table`` is all or a part of the cross-reference table of ``pdf`` (a ``pikepdf.Pdf``), and
    ``data`` holds the bytes of the file.
    """
    plain, packed = _by_place(table)
    # The bytes of pictures are not searched where there are few objects, as in a brochure.
    if len(plain) * _BYTES_PER_OBJECT < len(data) or _SUSPECT.search(data):
        yield from _suspects_among(pdf, plain)
    for holder, ids in packed.items():
        stream = pdf.get_object(holder, 0)
        if _SUSPECT.search(stream.read_bytes()):
            yield from _suspects_among(pdf, ids)


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


def _suspects_among(pdf: Any, ids: list[ObjectId]) -> Iterator[tuple[ObjectId, Any]]:
    import pikepdf

    for objgen in ids:
        item = pdf.get_object(objgen)
        if isinstance(item, pikepdf.Stream):
            text = item.stream_dict.unparse(resolved=True)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Array):
            text = item.unparse(resolved=True)
        else:
            continue
        if _SUSPECT.search(text):
            yield objgen, item
