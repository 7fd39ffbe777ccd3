"""Which objects of a file are worth a look for active content.

To decode and walk every object in Python takes seconds and gigabytes on large files. A search of
bytes picks those that may hold something; it only ever picks too many. What they do hold is
decided on the decoded objects.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
   | (?: S | Subtype | Type ) (?: [BLANK]++ [0-9] | [BLANK]*+ % )  # a name given by reference
   | URI [BLANK]*+ (?! [>/] | \( (?: https?: | mailto: | tel: | [^:\\()]*+ \) ) )
   | FontMatrix [BLANK]*+ (?! \[ [0-9eE.+\-BLANK]*+ \] )
   | F (?: [BLANK]*+ [(<%] | [BLANK]++ [0-9] [0-9BLANK]*+ [R%] )
   | [^BLANK()<>\[\]{}/%#]*+ (?: \#[^3-7] [^BLANK()<>\[\]{}/%#]*+ )*+ \#[3-7] )
"""
_OBJECT = re.compile(rb"(?<!\d)\d+\s+\d+\s+obj")
_NOTHING = re.compile(rb"\s*\d+\s+\d+\s+obj\s*(?:null|endobj)")
_COMMENT_OR_NUMBER = re.compile(rb"%[^\r\n]*|(\d+)")
_NULL = re.compile(rb"\s*null")
_SUSPECT = re.compile(_PATTERN.replace(b"BLANK", rb"\x00\t\n\f\r\x20"), re.VERBOSE)


class Hidden(Exception):
    """An object that qpdf does not see, but other readers may, and what may be in it is suspect."""


def suspects(
    pdf: Any, table: Mapping[ObjectId, Any], data: bytes | mmap
) -> Iterator[tuple[ObjectId, Any]]:
    """Yield the objects of ``table`` in which a search of their bytes finds something.

    ``table`` is all or a part of the cross-reference table of ``pdf`` (a ``pikepdf.Pdf``), and
    ``data`` holds the bytes of the file.

    Raises:
        Hidden: qpdf does not see an object that may be one of them.
    """
    plain, packed = _by_place(table)
    # The bytes of pictures are not searched where there are few objects, as in a brochure; nor
    # those of an encrypted file, whose strings are still encrypted there.
    searched = len(plain) * _BYTES_PER_OBJECT >= len(data) and not pdf.is_encrypted
    if not searched or _SUSPECT.search(data):
        header = max(data.find(b"%PDF-", 0, 1024), 0)  # Offsets count from there.
        offsets = {objgen: offset and offset + header for objgen, offset in plain.items()}
        yield from _suspects_in_file(pdf, offsets, data)
    for holder, ids in packed.items():
        yield from _suspects_in_pack(pdf, pdf.get_object(holder, 0), ids)


def _suspects_in_file(
    pdf: Any, offsets: Mapping[ObjectId, int], data: bytes | mmap
) -> Iterator[tuple[ObjectId, Any]]:
    seen, missing = set(), set()
    for objgen, offset in offsets.items():
        item = pdf.get_object(objgen)
        if item is None and not _NOTHING.match(data, offset):
            missing.add(offset)
            continue
        seen.add(offset)
        if is_suspect(item):
            yield objgen, item
    if missing:
        _check_missing(missing, seen, data)


def _check_missing(missing: set[int], seen: set[int], data: bytes | mmap) -> None:
    """Raise Hidden where an object that a reader may find is suspect.

    One that is not where it should be has readers look through the whole file for objects.
    """
    found = {match.start() for match in _OBJECT.finditer(data)} - seen
    for start in (missing | found) - {0}:  # Nothing is at 0.
        end = data.find(b"endobj", start)
        if _SUSPECT.search(data, start, len(data) if end < 0 else end):
            raise Hidden


def _suspects_in_pack(
    pdf: Any, pack: Any, ids: Iterable[ObjectId]
) -> Iterator[tuple[ObjectId, Any]]:
    text = pack.read_bytes()
    if not _SUSPECT.search(text):
        return
    nulls = _nulls(text, pack.First)
    for objgen in ids:
        item = pdf.get_object(objgen)
        if item is None and objgen[0] not in nulls:
            raise Hidden
        if is_suspect(item):
            yield objgen, item


def _nulls(text: bytes, first: int) -> set[int]:
    """Return the numbers of those objects of an object stream (7.5.7) that are null.

    Raises:
        Hidden: there are two of one number, and readers differ in which they take.
    """
    head = [int(m[1]) for m in _COMMENT_OR_NUMBER.finditer(text, 0, first) if m[1]]
    numbers, places = head[::2], head[1::2]
    if len(set(numbers)) < len(numbers):
        raise Hidden
    return {n for n, place in zip(numbers, places, strict=True) if _NULL.match(text, first + place)}


def _by_place(
    table: Mapping[ObjectId, Any],
) -> tuple[Mapping[ObjectId, int], Mapping[int, list[ObjectId]]]:
    """Part the objects that stand in the file, by their offset, from those in object streams."""
    plain: dict[ObjectId, int] = {}
    packed: dict[int, list[ObjectId]] = defaultdict(list)
    for objgen, entry in table.items():
        if entry.type == 1:
            plain[objgen] = entry.offset
        elif entry.type == 2:
            packed[entry.obj_stream_number].append(objgen)
    return plain, packed


def is_suspect(item: Any) -> bool:
    """Return whether a search of an object's bytes, written out anew, finds something."""
    import pikepdf

    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    elif not isinstance(item, pikepdf.Dictionary | pikepdf.Array):
        return False
    return _SUSPECT.search(item.unparse(resolved=True)) is not None
