"""Object streams: a reader that needs one object of them has to unpack and parse the whole."""

from collections.abc import Callable

from tests.hostile import filters
from tests.hostile.case import ACCEPTED, ACTIVE, DAMAGED, TOO_COMPLEX, Case, case
from tests.hostile.writing import (
    Pack,
    Writer,
    deflated,
    pack_head,
    packed,
    raw_stream,
    with_xref_stream,
)
from tests.pdfs import CATALOG, PAGE, PAGES

MEBIBYTE = 1024 * 1024
BOUNDED = (TOO_COMPLEX, DAMAGED)
HARMLESS = (ACCEPTED, TOO_COMPLEX, DAMAGED)

_FILL: dict[str, bytes] = {
    "numbers": b"[%s]" % (b"0 " * 240_000),
    "arrays": b"[%s]" % (b"[]" * 240_000),
    "dictionaries": b"[%s]" % (b"<<>>" * 120_000),
    "names": b"[%s]" % (b"/A" * 240_000),
    "strings": b"[%s]" % (b"()" * 240_000),
    "references": b"[%s]" % (b"1 0 R " * 80_000),
    "nested": b"[" * 480 + b"]" * 480,
    "one-string": b"(%s)" % (b" " * 480_000),
}


def cases() -> list[Case]:
    made = [
        case(f"pack-of-{fill}-with-{what}", _filled(fill, what, 120), *HARMLESS)
        for fill in _FILL
        for what in ("action", "nothing")
    ]
    made += [
        case(f"pack-bomb-{name}-with-{what}", filtered(name, what), *BOUNDED)
        for name in _PACKERS
        for what in ("page", "nothing")
    ]
    return [
        *made,
        case("packs-of-60-mebibytes", lambda: _many_packs(60, 100), *BOUNDED),
        case("packs-of-3-mebibytes", lambda: _many_packs(3, 2_000), *BOUNDED),
        case("pack-of-30000-active-objects", _active_pack, ACTIVE, TOO_COMPLEX, kinds={"launch"}),
    ]


def _filled(fill: str, what: str, bodies: int) -> Callable[[], bytes]:
    """Return a maker of one object stream of up to 60 MB beside the object that is needed."""

    def make() -> bytes:
        body = _FILL[fill]
        body *= 480_000 // len(body) if fill == "nested" else 1
        pack = [_needed(what), *[(number, body) for number in range(20, 20 + bodies)]]
        return _with_packs(what, {10: pack})

    return make


def _needed(what: str) -> tuple[int, bytes]:
    return {
        "page": (3, PAGE),
        "catalog": (1, CATALOG),
        "action": (5, b"<< /S /Launch /F (a.exe) >>"),
        "nothing": (6, b"null"),
    }[what]


def _plain(what: str) -> dict[int, bytes]:
    catalog = CATALOG[:-2] + (b"/OpenAction 5 0 R >>" if what == "action" else b">>")
    plain = {1: catalog, 2: PAGES, 3: PAGE}
    return {number: body for number, body in plain.items() if number != _needed(what)[0]}


def _with_packs(what: str, packs: dict[int, Pack]) -> bytes:
    return packed(_plain(what), packs)


def filtered(name: str, what: str) -> Callable[[], bytes]:
    def make() -> bytes:
        number, body = _needed(what)
        head = pack_head([(number, body)])
        about = b"/Type /ObjStm /N 1 /First %d" % len(head)
        writer, rows = Writer(), {number: (2, 10, 0)}
        rows[10] = (1, writer.add(10, _PACKERS[name](head + body, about)), 0)
        for plain, text in _plain(what).items():
            rows[plain] = (1, writer.add(plain, text), 0)
        return with_xref_stream(writer, rows)

    return make


def _flate(data: bytes, about: bytes) -> bytes:
    return raw_stream(filters.flate_zeros(500, data), b"/Filter /FlateDecode " + about)


def _flate_twice(data: bytes, about: bytes) -> bytes:
    return deflated(filters.flate_zeros(500, data), about).replace(
        b"/Filter [", b"/Filter [/FlateDecode "
    )


def _lzw(data: bytes, about: bytes) -> bytes:
    return raw_stream(filters.lzw(data, 300), b"/Filter /LZWDecode" + about)


def _lzw_in_flate(data: bytes, about: bytes) -> bytes:
    return deflated(filters.lzw(data, 300), b"/Ignored 0 " + about).replace(
        b"/Filter [/FlateDecode ]", b"/Filter [/FlateDecode /LZWDecode]"
    )


def _run_length(data: bytes, about: bytes) -> bytes:
    body = filters.run_length(data)[:-1] + filters.run_length_zeros(400)
    return raw_stream(body, b"/Filter /RunLengthDecode" + about)


def _under_the_limit(data: bytes, about: bytes) -> bytes:
    return deflated(data + b" " * (63 * MEBIBYTE), about, times=3)


def _png(data: bytes, about: bytes) -> bytes:
    rows = b"".join(b"\x00" + data[i : i + 1] for i in range(len(data)))
    body = rows + filters.png_rows(30 * MEBIBYTE, 1)
    return deflated(body, about + b"/DecodeParms [<< /Predictor 15 /Columns 1 >>]")


_PACKERS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "flate": _flate,
    "flate-twice": _flate_twice,
    "lzw": _lzw,
    "lzw-in-flate": _lzw_in_flate,
    "run-length": _run_length,
    "63-mebibytes": _under_the_limit,
    "png-of-one-column": _png,
}


def _many_packs(mebibytes: int, count: int) -> bytes:
    """Return a file whose object streams, each below any limit, unpack to gigabytes."""
    about = b"/Type /ObjStm /N 1 /First 8"
    stream = deflated(b"%-8dnull" % 0 + b" " * (mebibytes * MEBIBYTE), about, times=3)
    writer, rows = Writer(), {}
    for number in range(10, 10 + 2 * count, 2):
        rows[number] = (1, writer.add(number, stream), 0)
        rows[number + 1] = (2, number, 0)
    for number, body in _plain("nothing").items():
        rows[number] = (1, writer.add(number, body), 0)
    return with_xref_stream(writer, rows)


def _active_pack() -> bytes:
    pack = [(number, b"<< /S /Launch /F (a) >>") for number in range(20, 30_000)]
    return packed({1: CATALOG, 2: PAGES, 3: PAGE}, {10: pack})
