"""More of everything than anybody needs: objects, and files of which nobody knows the end."""

from collections.abc import Callable, Sequence

from tests.hostile.case import ACCEPTED, ACTIVE, DAMAGED, TOO_COMPLEX, TOO_MANY_PAGES, Case, case
from tests.hostile.writing import Rows, Writer, packed, with_xref_stream
from tests.pdfs import CATALOG, ONE_PAGE, PAGE, PAGES, assemble

_BOUNDED = (DAMAGED, TOO_COMPLEX)
_EITHER = (ACCEPTED, *_BOUNDED)
_MANY = (*_BOUNDED, TOO_MANY_PAGES)
_FOUND = (ACTIVE, TOO_COMPLEX)
_ODD, _LAUNCH = b"<</S/X>>", b"<</S/Launch/F(a)>>"


def cases() -> list[Case]:
    large = b"<</S/X/A[%s]>>" % (b"0 " * 200_000)
    return [
        case("count-310000-numbers", _objects(310_000, b"1"), *_BOUNDED, heavy=True),
        case("count-250000-arrays", _objects(250_000, b"<</A[1 2 3]>>"), *_EITHER, heavy=True),
        case("count-299000-packed", _packed_objects(299_000, b"<</A/B>>"), *_EITHER, heavy=True),
        case("count-600000-packed", _packed_objects(600_000, b"1"), *_BOUNDED, heavy=True),
        case("count-60000-active-first", _objects(60_000, _ODD, 20), *_FOUND, kinds={"launch"}),
        case("count-60000-active-last", _objects(60_000, _ODD, 59_999), *_FOUND, kinds={"launch"}),
        case("count-60000-packed-active-last", _packed_objects(60_000, _ODD, 60_000), *_FOUND, kinds={"launch"}),
        case("count-299000-packed-active-last", _packed_objects(299_000, _ODD, 299_000), *_FOUND, kinds={"launch"}, heavy=True),
        case("count-50000-active", _objects(50_000, _LAUNCH), *_FOUND, kinds={"launch"}),
        case("count-290000-rows-for-one-object", _one_offset(290_000), *_EITHER),
        case("count-490000-rows-for-one-object", _one_offset(490_000), *_BOUNDED),
        case("count-200000-rows-for-a-large-object", _one_offset(200_000, large), *_EITHER, heavy=True),
        case("pages-2001", lambda: _many_pages(2_001), TOO_MANY_PAGES),
        case("pages-120000", lambda: _many_pages(120_000), *_MANY),
        case("pages-60000-packed", lambda: _packed_pages(60_000), *_MANY),
    ]  # fmt: skip


def _many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    root = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return assemble((CATALOG, root, *[b"<</Type/Page/Parent 2 0 R>>"] * count))


def _packed_pages(count: int) -> bytes:
    numbers = range(100, count + 100)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    root = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return packed({1: CATALOG, 2: root}, _packs(numbers, b"<</Type/Page/Parent 2 0 R>>"))


def _packs(numbers: range, body: bytes, active: int = 0) -> dict[int, list[tuple[int, bytes]]]:
    return {
        10 + index: [(n, _LAUNCH if n == active else body) for n in numbers[start : start + 10_000]]
        for index, start in enumerate(range(0, len(numbers), 10_000))
    }


def _packed_objects(count: int, body: bytes, active: int = 0) -> Callable[[], bytes]:
    """Return a maker of a file of packed objects; the ``active``-th of them is."""
    numbers = range(100, count + 100)
    plain = {1: CATALOG, 2: PAGES, 3: PAGE}
    return lambda: packed(plain, _packs(numbers, body, active and active + 99))


def _objects(count: int, body: bytes, active: int = 0) -> Callable[[], bytes]:
    def make() -> bytes:
        objects = [*ONE_PAGE, *[body] * (count - 3)]
        if active:
            objects[active - 1] = _LAUNCH
        return _compact(objects)

    return make


def _compact(objects: Sequence[bytes]) -> bytes:
    writer, rows = Writer(), Rows()
    for number, body in enumerate(objects, 1):
        rows[number] = (1, len(writer.out), 0)
        writer.out += b"%d 0 obj %s endobj\n" % (number, body)
    return with_xref_stream(writer, rows)


def _one_offset(count: int, body: bytes = _ODD) -> Callable[[], bytes]:
    """Return a maker of a file whose table says of many objects that they are where one is."""

    def make() -> bytes:
        writer = Writer()
        rows: Rows = {n: (1, writer.add(n, text), 0) for n, text in enumerate(ONE_PAGE, 1)}
        offset = writer.add(4, body)
        return with_xref_stream(writer, rows | dict.fromkeys(range(4, count), (1, offset, 0)))

    return make
