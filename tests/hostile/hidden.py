"""Actions in objects that qpdf does not see, or sees otherwise than other readers do.

More lenient readers run them: who cannot look into an object must not call it harmless.
"""

from collections.abc import Callable

from tests.hostile.case import ACCEPTED, ACTIVE, DAMAGED, TOO_COMPLEX, Case, case
from tests.hostile.packs import filtered
from tests.hostile.places import numbered
from tests.hostile.writing import (
    Rows,
    Writer,
    deflated,
    pack_stream,
    packed,
    raw_stream,
    row_bytes,
    with_xref_stream,
)
from tests.pdfs import CATALOG, PAGE, PAGES, assemble

_LAUNCH = b"<< /S /Launch /F (a.exe) /X %s >>"
_PLAIN = b"<< /S /Launch /F (a.exe) >>"
_BODIES = {
    "deep-arrays": _LAUNCH % (b"[" * 600 + b"]" * 600),
    "deep-dictionaries": _LAUNCH % (b"<</A" * 600 + b" 1" + b">>" * 600),
    "many-errors": _LAUNCH % (b"[%s]" % (b"} " * 20)),
    "wide": _LAUNCH % (b"[%s]" % (b"0 " * 300_000)),
    "open-array": b"<< /S /Launch /F (a.exe) /X [ >>",
    "odd-number": b"<< /S /Launch /F (a.exe) /X 1e99.9.9- >>",
    "huge-number": b"<< /S /Launch /F (a.exe) /X 99999999999999999999999999 >>",
    "bad-hex": b"<< /S /Launch /F (a.exe) /X <zz> >>",
    "bad-name": b"<< /S /Launch /F (a.exe) /X /a#0 >>",
    "name-with-nul": b"<< /S /Launch /F (a.exe) /X /a#00b >>",
    "open-dictionary": b"<< /S /Launch /F (a.exe)",
    "odd-count": b"<< /S /Launch /F (a.exe) /X >>",
    "kind-twice": b"<< /S /Launch /F (a.exe) /S /GoTo >>",
    "kind-twice-first": b"<< /S /GoTo /F (a.exe) /S /Launch >>",
}
_HIDDEN = (ACTIVE, DAMAGED, TOO_COMPLEX)
_BOMBS = ("flate", "lzw", "run-length", "png-of-one-column", "63-mebibytes")


def cases() -> list[Case]:
    made: dict[str, Callable[[], bytes]] = {}
    for name, body in _BODIES.items():
        made[name] = lambda b=body: _plain(b)
        made[f"{name}-packed"] = lambda b=body: _packed(b)
        made[f"{name}-behind-a-bad-start"] = lambda b=body: _mended(_plain(b))
    made |= {f"{name}-bomb": filtered(name, "action") for name in _BOMBS}
    made |= _PLACED | _PACKS
    return [
        *[case(f"hidden-by-{name}", make, *_HIDDEN) for name, make in made.items()],
        case("hidden-by-nobody", lambda: _plain(b"<< /S /GoTo /D [3 0 R /Fit] >>"), ACCEPTED),
        case("null-and-nothing-hidden", lambda: _with_nulls(b"/OpenAction 5 0 R"), ACCEPTED),
    ]


def _plain(body: bytes) -> bytes:
    return assemble(tuple(numbered(b"/OpenAction 4 0 R", b"", {4: body}).values()))


def _packed(body: bytes) -> bytes:
    return packed({}, {100: list(numbered(b"/OpenAction 4 0 R", b"", {4: body}).items())})


def _mended(data: bytes) -> bytes:
    """Return the file with a ``startxref`` that makes every reader look for itself."""
    return data.replace(b"startxref\n", b"startxref\n9", 1)


def _wrong_offset() -> bytes:
    """Return a file whose table is off for the action only; a repairing reader finds it."""
    data = _plain(_PLAIN)
    offset = data.index(b"4 0 obj")
    return data.replace(b"%010d 00000 n" % offset, b"%010d 00000 n" % (offset + 1))


def _small_size() -> bytes:
    return _plain(_PLAIN).replace(b"/Size 5", b"/Size 4")


def _catalog_in_trailer(text: bytes) -> bytes:
    return assemble().replace(b"/Root 1 0 R", b"/Root << /Pages 2 0 R %s >>" % text)


def _catalog_in_table_stream() -> bytes:
    """Return a file whose catalog is part of a cross-reference stream that no table names."""
    writer = Writer()
    rows = {n: (1, writer.add(n, body), 0) for n, body in ((2, PAGES), (3, PAGE))}
    root = b"/Root << /Pages 2 0 R /OpenAction %s >>" % _PLAIN
    start = len(writer.out)
    data = with_xref_stream(writer, rows, root)
    return data.replace(b"%d 0 obj" % (max(rows) + 1), b"9 0 obj", 1) if start else data


def _with_nulls(catalog: bytes, *more: bytes) -> bytes:
    objects = numbered(catalog, b"", {4: b"<< /AA << >> >>", 5: b"null", 6: b" null"})
    return packed({}, {100: [*objects.items(), *enumerate(more, 7)]})


def hybrid() -> bytes:
    """Return a file whose table calls the action free, and a stream beside it does not (7.5.8.4)."""
    writer = Writer()
    for number, body in numbered(b"/OpenAction 10 0 R", b"", {}).items():
        writer.add(number, body)
    holder = writer.add(11, pack_stream([(10, _PLAIN)]))
    about = b"/Type /XRef /W [1 4 2] /Size 12 /Index [10 2] "
    rows = b"\x02" + (11).to_bytes(4, "big") + bytes(2) + b"\x01" + holder.to_bytes(4, "big")
    stream = writer.add(12, deflated(rows + bytes(2), about))
    return writer.finish(b"/Root 1 0 R /XRefStm %d" % stream, free=[10])


def _unlisted_pack() -> bytes:
    """Return a broken file with an object stream that only the lost table had named."""
    objects = numbered(b"/OpenAction 10 0 R", b"", {11: pack_stream([(10, _PLAIN)])})
    writer = Writer()
    for number, body in objects.items():
        writer.add(number, body)
    return _mended(writer.finish())


def _missing_row() -> bytes:
    """Return a file whose table lacks the action, and is wrong on something harmless."""
    objects = numbered(b"/OpenAction 4 0 R", b"", {4: _PLAIN, 5: b"<< /A 1 >>"})
    data = assemble(tuple(objects.values()))
    action, other = (b"%010d 00000 n" % data.index(b"%d 0 obj" % number) for number in (4, 5))
    return data.replace(action, b"0000000000 00000 f").replace(other, b"%010d 00000 n" % 15)


def row_twice() -> bytes:
    """Return a file whose table has the action's number twice; qpdf takes the first."""
    writer = _with_twins()
    places = b"10 1\n%010d 00000 n \n10 1\n%010d 00000 n \n" % _twins(writer)
    rows = b"0 4\n0000000000 65535 f \n"
    rows += b"".join(b"%010d 00000 n \n" % writer.offsets[n] for n in (1, 2, 3))
    return writer.finish(rows=rows + places)


def _row_twice_in_stream() -> bytes:
    writer = _with_twins()
    places = [writer.offsets[n] for n in (1, 2, 3)] + [*_twins(writer), len(writer.out)]
    about = b"/Type /XRef /W [1 4 2] /Size 12 /Root 1 0 R /Index [1 3 10 1 10 2]"
    start = writer.add(11, deflated(b"".join(row_bytes(1, place, 0) for place in places), about))
    return bytes(writer.out) + b"startxref\n%d\n%%%%EOF\n" % start


def _with_twins() -> Writer:
    writer = Writer()
    for number, body in numbered(b"/OpenAction 10 0 R", b"", {}).items():
        writer.add(number, body)
    writer.add(10, b"<< /S /GoTo /D [3 0 R /Fit] >>")
    writer.add(10, _PLAIN)
    return writer


def _twins(writer: Writer) -> tuple[int, int]:
    return writer.out.index(b"10 0 obj"), writer.offsets[10]


_PLACED: dict[str, Callable[[], bytes]] = {
    "a-wrong-offset": _wrong_offset,
    "a-wrong-number": lambda: _plain(_PLAIN).replace(b"4 0 obj", b"5 0 obj"),
    "another-generation": lambda: _plain(_PLAIN).replace(b"4 0 obj", b"4 1 obj"),
    "a-missing-endobj": lambda: _plain(_PLAIN).replace(b"exe) >>\nendobj", b"exe) >>\n      "),
    "a-small-size": _small_size,
    "a-missing-row-and-a-wrong-offset": _missing_row,
    "a-catalog-in-the-trailer": lambda: _catalog_in_trailer(b"/OpenAction " + _PLAIN),
    "a-catalog-in-a-table-stream": _catalog_in_table_stream,
    "a-comment-in-a-reference": lambda: assemble(
        (
            CATALOG,
            PAGES,
            PAGE[:-2] + b"/Contents 4 0 R >>",
            b"<< /Length 0 /F 5%\n0 R >>\nstream\n\nendstream",
            b"(http://a.test/)",
        )
    ),
    "a-hybrid-table": hybrid,
    "a-row-twice": row_twice,
    "a-row-twice-in-a-table-stream": _row_twice_in_stream,
    "an-unlisted-pack": _unlisted_pack,
}


def _pack_of(text: bytes, about: bytes, *more: tuple[int, int, int]) -> bytes:
    """Return a file whose action, number 4, is to be found in this object stream, number 10."""
    writer, rows = Writer(), Rows()
    for number, body in numbered(b"/OpenAction 4 0 R", b"", {}).items():
        rows[number] = (1, writer.add(number, body), 0)
    rows[10] = (1, writer.add(10, deflated(text, b"/Type /ObjStm " + about)), 0)
    rows |= {4: (2, 10, 0)} | {number: (2, holder, index) for number, holder, index in more}
    return with_xref_stream(writer, rows)


def _pack_in_pack(outside: bytes) -> bytes:
    """Return a file whose action is in an object stream that is itself in one."""
    writer, rows = Writer(), Rows()
    for number, body in numbered(b"/OpenAction 4 0 R", b"", {}).items():
        rows[number] = (1, writer.add(number, body), 0)
    rows[10] = (1, writer.add(10, pack_stream([(11, outside)])), 0)
    return with_xref_stream(writer, rows | {11: (2, 10, 0), 4: (2, 11, 0)})


_ONE = b"4 0 " + _PLAIN
_SUSPECT_BESIDE = b"4 0 7 40 " + b"%-40s" % _PLAIN + b"<< /AA << >> >>"
_PACKS: dict[str, Callable[[], bytes]] = {
    "no-type-of-pack": lambda: _packed(_PLAIN).replace(b"/Type /ObjStm", b"/Type /Nothing"),
    "an-unknown-filter": lambda: _packed(_PLAIN).replace(
        b"/Filter [/FlateDecode ]", b"/Filter [/Flate#44ecod]", 1
    ),
    "an-abbreviated-filter": lambda: _packed(_PLAIN).replace(
        b"/FlateDecode ]", b"/Fl ]         ", 1
    ),
    "a-short-count": lambda: _packed(_PLAIN).replace(b"/N 4", b"/N 3"),
    "an-index-beyond": lambda: _pack_of(_ONE, b"/N 1 /First 4").replace(b"/N 1 ", b"/N 0 "),
    "an-index-beyond-beside-a-suspect": lambda: _pack_of(
        b"7 0 4 20 " + b"%-20s" % b"<< /AA << >> >>" + _PLAIN, b"/N 1 /First 9", (7, 10, 0)
    ),
    "a-deep-one-beside-a-suspect": lambda: _with_nulls(
        b"/OpenAction 7 0 R", _BODIES["deep-arrays"]
    ),
    "a-first-that-is-negative": lambda: _pack_of(_ONE, b"/N 1 /First -4"),
    "a-first-beyond": lambda: _pack_of(_ONE, b"/N 1 /First 4000"),
    "a-first-that-is-huge": lambda: _pack_of(_ONE, b"/N 1 /First 99999999999999999999"),
    "a-first-that-is-missing": lambda: _pack_of(_ONE, b"/N 1"),
    "a-count-that-is-huge": lambda: _pack_of(_ONE, b"/N 2147483647 /First 4"),
    "a-count-that-is-negative": lambda: _pack_of(_ONE, b"/N -1 /First 4"),
    "a-count-of-64-bits": lambda: _pack_of(_ONE, b"/N 99999999999999999999 /First 4"),
    "a-place-beyond": lambda: _pack_of(b"4 900 " + _PLAIN, b"/N 1 /First 6"),
    "another-number-in-the-pack": lambda: _pack_of(b"5 0 " + _PLAIN, b"/N 1 /First 4"),
    "an-index-of-another": lambda: _pack_of(_SUSPECT_BESIDE, b"/N 2 /First 9", (4, 10, 1)),
    "a-pack-in-a-pack": lambda: _pack_in_pack(pack_stream([(4, _PLAIN)])),
    "a-pack-in-its-own-pack": lambda: _pack_of(_ONE, b"/N 1 /First 4", (10, 10, 0)),
    "a-pack-that-is-no-stream": lambda: _pack_in_pack(_PLAIN),
    "a-missing-pack": lambda: _pack_of(_ONE, b"/N 1 /First 4", (4, 40, 0)),
    "a-pack-that-is-not-packed": lambda: _pack_of(b"", b"").replace(
        b"<< /Filter", raw_stream(_ONE, b"/Type /ObjStm /N 1 /First 4")[:-10] + b"<< /Filter", 1
    ),
}
