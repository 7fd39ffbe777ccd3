"""Loops and depth: trees that are none, and chains that end where they began."""

from collections.abc import Callable

from django_event_pdfs.testing import make_pdf
from tests.hostile.case import (
    ACCEPTED,
    ACTIVE,
    DAMAGED,
    NO_PAGES,
    TOO_COMPLEX,
    TOO_MANY_PAGES,
    Case,
    case,
)
from tests.hostile.writing import Rows, Writer, pack_stream, with_xref_stream
from tests.pdfs import CATALOG, ONE_PAGE, PAGE, PAGES, assemble

BOUNDED = (DAMAGED, TOO_COMPLEX)
MANY = (DAMAGED, TOO_COMPLEX, TOO_MANY_PAGES)
EITHER = (ACCEPTED, DAMAGED, TOO_COMPLEX)
_SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
_LOOP = b"<< /Title (x) /Parent 4 0 R /Next %d 0 R /Prev 5 0 R /Dest [3 0 R /Fit] >>"


def cases() -> list[Case]:
    return [*page_trees(), *loops(), *depth()]


def page_trees() -> list[Case]:
    return [
        case("pages-loop", _pages(b"/Kids [2 0 R] /Count 1"), DAMAGED),
        case("pages-loop-beside-a-page", _pages(b"/Kids [3 0 R 2 0 R] /Count 2"), DAMAGED),
        case("pages-loop-of-two", _pages(b"/Kids [4 0 R] /Count 1", _node(b"2 0 R")), DAMAGED),
        case("pages-kids-is-itself", _pages(b"/Kids 2 0 R /Count 1"), *BOUNDED, NO_PAGES),
        case("pages-kids-indirect-loop", _pages(b"/Kids 4 0 R /Count 1", b"4 0 R"), *BOUNDED, NO_PAGES),
        case("pages-kids-null", _pages(b"/Kids null /Count 1"), DAMAGED, NO_PAGES),
        case("pages-kids-number", _pages(b"/Kids 1 /Count 1"), DAMAGED, NO_PAGES),
        case("pages-kids-of-numbers", _pages(b"/Kids [1 2 3] /Count 3"), DAMAGED, NO_PAGES),
        case("pages-kids-of-nulls", _pages(b"/Kids [null 9 0 R] /Count 2"), DAMAGED, NO_PAGES),
        case("pages-none", _pages(b"/Kids [] /Count 0"), NO_PAGES),
        case("pages-none-but-counted", _pages(b"/Kids [] /Count 7"), NO_PAGES, DAMAGED),
        case("pages-only-empty-nodes", _pages(b"/Kids [4 0 R] /Count 0", _node(b"")), NO_PAGES),
        case("pages-missing", lambda: assemble((b"<< /Type /Catalog >>",)), DAMAGED, NO_PAGES),
        case("pages-is-a-page", lambda: assemble((b"<< /Pages 2 0 R >>", PAGE)), *EITHER, NO_PAGES),
        case("pages-catalog-is-an-array", lambda: assemble((b"[1 0 R]", *ONE_PAGE[1:])), DAMAGED),
        case("pages-root-is-missing", lambda: assemble((b"null", *ONE_PAGE[1:])), DAMAGED),
        case("pages-count-huge", _pages(b"/Kids [3 0 R] /Count 2147483647"), *EITHER),
        case("pages-count-of-64-bits", _pages(b"/Kids [3 0 R] /Count 99999999999999999999"), *EITHER),
        case("pages-count-negative", _pages(b"/Kids [3 0 R] /Count -5"), *EITHER),
        case("pages-count-missing", _pages(b"/Kids [3 0 R]"), *EITHER),
        case("pages-parent-loop", lambda: assemble((CATALOG, PAGES[:-2] + b"/Parent 2 0 R >>", PAGE)), *EITHER),
        case("pages-page-is-its-parent", lambda: assemble((CATALOG, PAGES, PAGE.replace(b"/Parent 2", b"/Parent 3"))), *EITHER),
        case("pages-30000-deep", lambda: _deep_pages(30_000), *EITHER),
        case("pages-130000-deep", lambda: _deep_pages(130_000), *EITHER, heavy=True),
        case("pages-one-listed-1000000-times", lambda: _listed(1_000_000), *MANY),
        case("pages-one-listed-240000-times", lambda: _listed(240_000), *MANY),
        case("pages-of-doubling-nodes", _doubling, *MANY),
        case("pages-2000", lambda: make_pdf(pages=2_000), ACCEPTED),
        case("pages-direct", _pages(b"/Kids [%s] /Count 2" % (PAGE * 2)), *EITHER),
        case("pages-direct-150000", lambda: _pages(b"/Kids [%s] /Count 2" % (b"<</Type/Page>>" * 150_000))(), *MANY),
        case("pages-contents-of-a-million", lambda: _with_page(b"/Contents [%s]" % (b"4 0 R " * 1_000_000)), *EITHER),
        case("pages-contents-of-itself", lambda: _with_page(b"/Contents [3 0 R 3 0 R]"), *EITHER),
    ]  # fmt: skip


def loops() -> list[Case]:
    """Chains that end where they began: an ordinary reader shows the page all the same."""
    action = b"<< /S /GoTo /D [3 0 R /Fit] /Next %s >>"
    return [
        case("loop-outlines", _catalog(b"/Outlines 4 0 R", b"<< /First 5 0 R /Last 5 0 R >>", _LOOP % 5), ACCEPTED),
        case("loop-outlines-of-two", _catalog(b"/Outlines 4 0 R", b"<< /First 5 0 R >>", _LOOP % 6, _LOOP % 5), ACCEPTED),
        case("loop-next", _catalog(b"/OpenAction 4 0 R", action % b"4 0 R"), ACCEPTED),
        case("loop-next-array", _catalog(b"/OpenAction 4 0 R", action % b"[4 0 R 5 0 R]", action % b"[4 0 R]"), ACCEPTED),
        case("loop-names", _catalog(b"/Names << /Dests 4 0 R >>", b"<< /Kids [4 0 R 5 0 R] >>", b"<< /Kids [4 0 R] >>"), ACCEPTED),
        case("loop-fields", _catalog(b"/AcroForm << /Fields [4 0 R] >>", b"<< /T (a) /Kids [4 0 R] /Parent 4 0 R >>"), ACCEPTED),
        case("loop-value", _catalog(b"/Lang 4 0 R", b"4 0 R"), *EITHER),
        case("loop-value-of-two", _catalog(b"/Lang 4 0 R", b"5 0 R", b"4 0 R"), *EITHER),
        case("loop-length", lambda: _with_page(b"/Contents 4 0 R", b"<< /Length 4 0 R >>\nstream\nq Q\nendstream"), *EITHER),
        case("loop-length-of-two", lambda: _with_page(b"/Contents 4 0 R", *[b"<< /Length %d 0 R >>\nstream\nq Q\nendstream" % n for n in (5, 4)]), *EITHER),
        case("loop-extends", _extending_each_other, ACCEPTED),
        case("loop-names-active", lambda: _names_with_an_action(b"5 0 R"), ACTIVE, kinds={"javascript"}),
        case("loop-outlines-active", _outlines_with_an_action, ACTIVE, kinds={"javascript"}),
        case("loop-next-active", _catalog(b"/OpenAction 4 0 R", action % b"5 0 R", _SCRIPT[:-2] + b"/Next 4 0 R >>"), ACTIVE, kinds={"javascript"}),
        case("loop-prev", lambda: _previous(lambda start: start), *EITHER),
        case("loop-prev-ahead", lambda: _previous(lambda start: start + 5), ACCEPTED, DAMAGED),
        case("loop-prev-of-two", _two_tables, *EITHER),
        case("loop-xref-stm", lambda: _previous(lambda start: start, b"/XRefStm"), *EITHER),
    ]  # fmt: skip


def depth() -> list[Case]:
    arrays, dictionaries = b"[" * 100_000 + b"]" * 100_000, b"<</A" * 100_000 + b">>" * 100_000
    return [
        case("deep-arrays", _catalog(b"/Odd 4 0 R", arrays), *EITHER),
        case("deep-dictionaries", _catalog(b"/Odd 4 0 R", dictionaries), *EITHER),
        case("deep-arrays-in-catalog", _catalog(b"/Odd " + arrays), *EITHER),
        case("deep-dictionaries-in-trailer", lambda: assemble(trailer=b"/Odd " + dictionaries), *EITHER),
        case("deep-references", lambda: _chain(b"/Odd 4 0 R", b"<< /A %d 0 R >>"), ACCEPTED),
        case("deep-next", lambda: _chain(b"/OpenAction 4 0 R", b"<< /S /GoTo /D [3 0 R /Fit] /Next %d 0 R >>"), ACCEPTED, TOO_COMPLEX),
        case("deep-next-direct", _catalog(b"/OpenAction " + b"<</S/GoTo/Next" * 480 + b" null" + b">>" * 480), *EITHER),
        case("deep-480-of-60000", _catalog(b"/Odd 4 0 R", b"[" * 480 + b"[%s]" % (b"[]" * 60_000) + b"]" * 480), ACCEPTED, TOO_COMPLEX),
    ]  # fmt: skip


def _pages(inside: bytes, *more: bytes) -> Callable[[], bytes]:
    return lambda: assemble((CATALOG, b"<< /Type /Pages %s >>" % inside, PAGE, *more))


def _node(kids: bytes) -> bytes:
    return b"<< /Type /Pages /Parent 2 0 R /Kids [%s] /Count 1 >>" % kids


def _catalog(inside: bytes, *more: bytes) -> Callable[[], bytes]:
    return lambda: assemble((CATALOG[:-2] + inside + b" >>", PAGES, PAGE, *more))


def _chain(catalog: bytes, link: bytes) -> bytes:
    """Return a file of 50,000 objects that each name the next."""
    return _catalog(catalog, *[link % (number + 5) for number in range(50_000)])()


def _with_page(inside: bytes, *more: bytes) -> bytes:
    return assemble((CATALOG, PAGES, PAGE[:-2] + inside + b" >>", *more))


def _deep_pages(levels: int) -> bytes:
    node = b"<</Type/Pages/Kids[%d 0 R]>>"
    return assemble((CATALOG, *[node % number for number in range(3, levels)], PAGE))


def _listed(times: int) -> bytes:
    return assemble((CATALOG, b"<< /Type /Pages /Kids [%s] >>" % (b"3 0 R " * times), PAGE))


def _doubling() -> bytes:
    """Return a tree that a careless reader walks 2^30 times."""
    nodes = [b"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>" % (n, n) for n in range(3, 33)]
    return assemble((CATALOG, *nodes, PAGE))


def _previous(where: Callable[[int], int], key: bytes = b"/Prev") -> bytes:
    start = assemble().rindex(b"xref\n0")
    return assemble(trailer=key + b" %d" % where(start))


def _two_tables() -> bytes:
    """Return a file of two tables, each of which names the other as the one before."""
    writer = Writer()
    for number, body in enumerate(ONE_PAGE, 1):
        writer.add(number, body)
    writer.table(b"/Root 1 0 R /Prev 0000000")
    return writer.finish().replace(b"/Prev 0000000", b"/Prev %07d" % writer.start)


def _extending_each_other() -> bytes:
    """Return a file of two object streams, each of which says that it extends the other."""
    packs = {10: [(20, CATALOG), (21, PAGE)], 11: [(2, PAGES), (22, b"null")]}
    writer, rows = Writer(), Rows()
    for number, pack in packs.items():
        stream = pack_stream(pack, b"/Extends %d 0 R" % (21 - number))
        rows[number] = (1, writer.add(number, stream), 0)
        rows |= {inner: (2, number, index) for index, (inner, _) in enumerate(pack)}
    rows[3] = (1, writer.add(3, PAGE), 0)
    return with_xref_stream(writer, rows, b"/Root 20 0 R")


def _names_with_an_action(kid: bytes) -> bytes:
    names = b"<< /Kids [5 0 R 4 0 R] >>", b"<< /Kids [%s 4 0 R] /Names [(a) 6 0 R] >>" % kid
    return _catalog(b"/Names << /JavaScript 4 0 R >>", *names, _SCRIPT)()


def _outlines_with_an_action() -> bytes:
    items = _LOOP % 6, (_LOOP % 5)[:-2] + b"/A 7 0 R >>", _SCRIPT
    return _catalog(b"/Outlines 4 0 R", b"<< /First 5 0 R >>", *items)()
