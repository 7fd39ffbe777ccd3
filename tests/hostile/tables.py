"""Cross-reference data, which is read before anything else is known of a file."""

from collections.abc import Callable

from tests.hostile import filters
from tests.hostile.case import ACCEPTED, DAMAGED, TOO_COMPLEX, Case, case
from tests.hostile.writing import Writer, deflated, raw_stream
from tests.pdfs import ONE_PAGE, assemble

MEBIBYTE = 1024 * 1024
_BOUNDED = (TOO_COMPLEX, DAMAGED)
_EITHER = (ACCEPTED, *_BOUNDED)
_WHOLE = b"/Type /XRef /Root 1 0 R /Size 4 /W [1 4 2] "

# Widths, one row and how many of it; all are true to their number.
_ENTRIES = {
    "free": (b"[1 0 0]", b"\0", 60_000_000),
    "free-5m": (b"[1 0 0]", b"\0", 5_000_000),
    "of-no-kind": (b"[0 1 0]", b"\x0f", 60_000_000),
    "of-no-place": (b"[0 0 1]", b"\0", 60_000_000),
    "of-unknown-kind": (b"[1 0 0]", b"\7", 60_000_000),
    "used": (b"[1 1 0]", b"\1\x0f", 30_000_000),
    "used-5m": (b"[1 1 0]", b"\1\x0f", 5_000_000),
    "used-1m": (b"[1 1 0]", b"\1\x0f", 1_000_000),
    "packed": (b"[1 1 0]", b"\2\x01", 30_000_000),
    "packed-5m": (b"[1 1 0]", b"\2\x01", 5_000_000),
}
_UNITS = {
    "numbers": b"0 ",
    "arrays": b"[]",
    "dictionaries": b"<<>>",
    "names": b"/A",
    "strings": b"()",
    "references": b"1 0 R ",
    "reals": b".1 ",
    "big-names": b"/" + b"A" * 1000,
    "garbage": b"} ",
}


def cases() -> list[Case]:
    return [
        *[case(f"table-bomb-{name}", _ended(body), *_BOUNDED) for name, body in _BOMBS.items()],
        *[case(f"table-entries-{n}", _counted(*e), *_EITHER) for n, e in _ENTRIES.items()],
        *[
            case(f"table-entries-{n}-in-9-mb", _counted(*e, pad=9_000_000), *_EITHER, heavy=True)
            for n, e in _ENTRIES.items()
            if n.endswith("m")
        ],
        *[
            case(f"table-chain-of-{count}-by-{size}", _chained(count, size), *_BOUNDED)
            for count, size in ((150, 63), (15_000, 63), (15_000, 3))
        ],
        *[case(f"catalog-of-{n}", _catalog_of(unit), *_EITHER) for n, unit in _UNITS.items()],
        *[
            case(f"{place}-of-{unit}", make(_UNITS[unit]), *_EITHER)
            for unit in ("arrays", "dictionaries")
            for place, make in _PLACES.items()
        ],
        case("table-chain-of-lzw", _lzw_chain, *_BOUNDED),
        case("table-of-400000-rows", lambda: _plain_rows(400_000), *_BOUNDED),
        case("table-of-250000-sections", lambda: _sections(250_000), *_EITHER),
        case("table-stream-of-120000-sections", lambda: _index(120_000, 1), *_EITHER),
        case("table-stream-of-120000-long-sections", lambda: _index(120_000, 250), *_EITHER),
        case("table-length-indirect", lambda: _indirect_length(b"9 0 R"), *_EITHER),
        case("table-length-is-the-table", lambda: _indirect_length(b"10 0 R"), *_EITHER),
        case("updates-50000", lambda: _updates(50_000), *_EITHER),
        case("updates-60000-of-a-bomb", _hybrid_chain, *_EITHER),
    ]


def _ascii(unit: bytes, names: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        body = deflated(unit * (15 * MEBIBYTE), _WHOLE)
        return body.replace(b"/FlateDecode ]", b"/FlateDecode %s]" % names)

    return make


def _wrapped(data: bytes, names: bytes, times: int = 1) -> bytes:
    """Return a table stream of data that is encoded already, deflated on top."""
    return deflated(data, _WHOLE, times).replace(b"/FlateDecode ]", b"/FlateDecode /%s]" % names, 1)


def _predicted(kind: int, columns: int) -> Callable[[], bytes]:
    def make() -> bytes:
        about = _WHOLE + b"/DecodeParms [null << /Predictor %d /Columns %d >>]" % (kind, columns)
        body = deflated(filters.flate_zeros(60), about)
        return body.replace(b"/FlateDecode ]", b"/FlateDecode /FlateDecode]")

    return make


_BOMBS: dict[str, Callable[[], bytes]] = {
    "flate": lambda: raw_stream(filters.flate_zeros(4096), _WHOLE + b"/Filter /FlateDecode"),
    "flate-3-times": lambda: _wrapped(filters.flate_zeros(4096), b"FlateDecode", 2),
    "lzw": lambda: raw_stream(filters.lzw(b"", 300), _WHOLE + b"/Filter /LZWDecode"),
    "lzw-in-flate": lambda: _wrapped(filters.lzw(b"", 1500), b"LZWDecode"),
    "run-length": lambda: raw_stream(
        filters.run_length_zeros(500), _WHOLE + b"/Filter /RunLengthDecode"
    ),
    "hex": _ascii(b"00", b"/ASCIIHexDecode"),
    "base-85": _ascii(b"z", b"/ASCII85Decode"),
    "base-85-then-run-length": _ascii(b"z", b"/ASCII85Decode /RunLengthDecode"),
    "of-63-mebibytes": lambda: deflated(bytes(63 * MEBIBYTE), _WHOLE, times=3),
    "png-of-one-column": _predicted(15, 1),
    "png-of-one-row": _predicted(15, 60_000_000),
    "tiff-of-one-column": _predicted(2, 1),
    "tiff-of-one-row": _predicted(2, 60_000_000),
}


def _fill(unit: bytes, size: int = 9_800_000) -> bytes:
    """Return arrays of up to 240,000 of something, side by side in one."""
    array = b"[%s]" % (unit * min(240_000, size // len(unit)))
    return b"[%s]" % (array * (size // len(array)))


def _catalog_of(unit: bytes, number: int = 1) -> Callable[[], bytes]:
    def make() -> bytes:
        objects = [*ONE_PAGE, b"<< >>"]
        objects[number - 1] = objects[number - 1][:-2] + b"/Fill " + _fill(unit) + b" >>"
        return assemble(objects)

    return make


_PLACES: dict[str, Callable[[bytes], Callable[[], bytes]]] = {
    "trailer": lambda unit: lambda: assemble(trailer=b"/Fill " + _fill(unit)),
    "table-stream": lambda unit: _ended(
        lambda: deflated(bytes(28), _WHOLE + b"/Fill " + _fill(unit))
    ),
    "page": lambda unit: _catalog_of(unit, 3),
    "other": lambda unit: _catalog_of(unit, 4),
}


def _one_page() -> Writer:
    writer = Writer()
    for number, text in enumerate(ONE_PAGE, 1):
        writer.add(number, text)
    return writer


def _ended(body: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return a maker of a one-page PDF whose cross-reference stream this is."""

    def make() -> bytes:
        writer = _one_page()
        start = writer.add(10, body())
        return bytes(writer.out) + b"startxref\n%d\n%%%%EOF\n" % start

    return make


def _counted(widths: bytes, row: bytes, count: int, pad: int = 0) -> Callable[[], bytes]:
    """Return a maker of a good page after an older table of many rows."""

    def make() -> bytes:
        about = b"/Type /XRef /Root 1 0 R /W %s /Size %d " % (widths, count)
        writer = _one_page()
        writer.out += b"%" + b"A" * pad + b"\n"
        writer.table_stream(10, deflated(row * count, about, times=2))
        return writer.finish()

    return make


def _chained(count: int, mebibytes: int) -> Callable[[], bytes]:
    """Return a maker of tables that each inflate to just under a limit, one naming the next."""

    def make() -> bytes:
        stream = deflated(bytes(mebibytes * MEBIBYTE), _WHOLE + b"/Index [0 4] /Prev %010d", 3)
        return _chain(stream, count)

    return make


def _lzw_chain() -> bytes:
    about = _WHOLE + b"/Index [0 4] /Prev %010d"
    stream = deflated(filters.lzw(b"", 8), about, times=2)
    return _chain(stream.replace(b"/FlateDecode ]", b"/FlateDecode /LZWDecode]"), 400)


def _chain(stream: bytes, count: int) -> bytes:
    writer = _one_page()
    head, _, tail = stream.partition(b"/Prev %010d")
    start = writer.add(10, head + tail)
    for number in range(11, 10 + count):
        start = writer.add(number, head + b"/Prev %010d" % start + tail)
    return bytes(writer.out) + b"startxref\n%d\n%%%%EOF\n" % start


def _plain_rows(count: int) -> bytes:
    writer = _one_page()
    rows = b"".join(b"%010d 00000 n \n" % writer.offsets.get(n, 15) for n in range(1, count))
    return writer.finish(rows=b"0 %d\n0000000000 65535 f \n" % count + rows)


def _sections(count: int) -> bytes:
    writer = _one_page()
    rows = (b"%d 1\n%010d 00000 n \n" % (n, writer.offsets.get(n, 15)) for n in range(1, count))
    return writer.finish(rows=b"0 1\n0000000000 65535 f \n" + b"".join(rows))


def _index(sections: int, rows: int) -> bytes:
    index = b"".join(b"%d %d " % (n * rows, rows) for n in range(sections))
    about = b"/Type /XRef /Root 1 0 R /W [1 0 0] /Size %d " % (sections * rows * 2)
    return _ended(lambda: deflated(bytes(sections * rows), about + b"/Index [%s]" % index, 2))()


def _updates(count: int) -> bytes:
    writer = _one_page()
    for _ in range(count):
        writer.table()
    return bytes(writer.out)


def _hybrid_chain() -> bytes:
    """Return a file of many updates, each of which names one and the same bomb (7.5.8.4)."""
    writer = _one_page()
    bomb = writer.add(9, deflated(bytes(63 * MEBIBYTE), _WHOLE + b"/Index [0 4]", times=3))
    for _ in range(60_000):
        writer.table(b"/Root 1 0 R /XRefStm %d" % bomb)
    return bytes(writer.out)


def _indirect_length(length: bytes) -> bytes:
    """Return a file whose table cannot be read before it is known (7.5.8.2 forbids that)."""
    writer = _one_page()
    body = b"%06d" % 70 if length == b"9 0 R" else b"null"
    writer.add(9, body)
    rows = b"\0" * 7 + b"".join(
        b"\1" + writer.offsets[n].to_bytes(4, "big") + b"\0\0" for n in (1, 2, 3, 9)
    )
    about = b"/Type /XRef /Root 1 0 R /Size 11 /Index [0 4 9 1] /W [1 4 2] /Length " + length
    start = writer.add(10, b"<< %s >>\nstream\n%s\nendstream" % (about, rows))
    data = bytes(writer.out) + b"startxref\n%d\n%%%%EOF\n" % start
    return data.replace(b"%06d" % 70, b"%06d" % len(rows))
