"""PDFs written byte by byte, with every freedom to lie (ISO 32000-2, 7.5)."""

import zlib
from collections.abc import Mapping, Sequence

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

Rows = dict[int, tuple[int, int, int]]
Pack = Sequence[tuple[int, bytes]]


class Writer:
    """One file, revision after revision. ``offsets`` are those of the last of each object."""

    def __init__(self, header: bytes = HEADER) -> None:
        self.out = bytearray(header)
        self.offsets: dict[int, int] = {}
        self._new: list[int] = []
        self.start = 0

    def add(self, number: int, body: bytes) -> int:
        """Write an object; return its offset."""
        self.offsets[number] = len(self.out)
        self._new.append(number)
        self.out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        return self.offsets[number]

    def table(
        self, trailer: bytes = b"/Root 1 0 R", free: Sequence[int] = (), rows: bytes = b""
    ) -> None:
        """End a revision with a table, which names the one before; ``rows`` replace the true."""
        previous, self.start = self.start, len(self.out)
        self.out += b"xref\n" + (rows or self._rows(free, whole=not previous))
        trailer += b" /Prev %d" % previous if previous else b""
        size = max(rows.count(b"\n"), max(self.offsets) + 1)
        self.out += b"trailer\n<< /Size %d %s >>\nstartxref\n" % (size, trailer)
        self.out += b"%d\n%%%%EOF\n" % self.start
        self._new = []

    def table_stream(self, number: int, body: bytes) -> None:
        """End a revision with a cross-reference stream, without what ends the file."""
        self.start = len(self.out)
        self.out += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def finish(
        self, trailer: bytes = b"/Root 1 0 R", free: Sequence[int] = (), rows: bytes = b""
    ) -> bytes:
        self.table(trailer, free, rows)
        return bytes(self.out)

    def _rows(self, free: Sequence[int], *, whole: bool) -> bytes:
        first = b"0 1\n0000000000 65535 f \n" if whole or not (self._new or free) else b""
        used = b"".join(b"%d 1\n%010d 00000 n \n" % (n, self.offsets[n]) for n in self._new)
        return first + used + b"".join(b"%d 1\n0000000000 00001 f \n" % n for n in free)


def raw_stream(data: bytes, extra: bytes = b"") -> bytes:
    """Return a stream object of bytes as they are; ``extra`` names the filters."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (extra, len(data), data)


def deflated(data: bytes, extra: bytes = b"", times: int = 1) -> bytes:
    """Return a stream object, deflated several times over."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return raw_stream(data, b"/Filter [%s] %s" % (b"/FlateDecode " * times, extra))


def pack_head(pack: Pack) -> bytes:
    """Return the pairs of numbers and offsets that an object stream begins with."""
    head, position = [], 0
    for number, body in pack:
        head.append(b"%d %d " % (number, position))
        position += len(body) + 1
    return b"".join(head)


def pack_stream(pack: Pack, extra: bytes = b"", times: int = 1) -> bytes:
    """Return an object stream."""
    head = pack_head(pack)
    data = head + b" ".join(body for _, body in pack)
    about = b"/Type /ObjStm /N %d /First %d %s" % (len(pack), len(head), extra)
    return deflated(data, about, times)


def packed(
    plain: Mapping[int, bytes],
    packs: Mapping[int, Pack] | None = None,
    trailer: bytes = b"/Root 1 0 R",
    times: int = 1,
) -> bytes:
    """Return a PDF of ``plain`` objects and of object streams, with a cross-reference stream."""
    writer, rows = Writer(), Rows()
    for number, pack in (packs or {}).items():
        rows[number] = (1, writer.add(number, pack_stream(pack, times=times)), 0)
        rows |= {inner: (2, number, index) for index, (inner, _) in enumerate(pack)}
    rows |= {number: (1, writer.add(number, body), 0) for number, body in plain.items()}
    return with_xref_stream(writer, rows, trailer)


def with_xref_stream(writer: Writer, rows: Rows, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Return the file ended with a cross-reference stream of these rows."""
    number, start = max(rows) + 1, len(writer.out)
    rows = {0: (0, 0, 65535), **rows, number: (1, start, 0)}
    missing = (0, 0, 0)
    data = b"".join(row_bytes(*rows.get(index, missing)) for index in range(number + 1))
    extra = b"/Type /XRef /W [1 4 2] /Size %d %s" % (number + 1, trailer)
    writer.add(number, deflated(data, extra))
    return bytes(writer.out) + b"startxref\n%d\n%%%%EOF\n" % start


def row_bytes(kind: int, first: int, second: int) -> bytes:
    return bytes([kind]) + first.to_bytes(4, "big") + second.to_bytes(2, "big")
