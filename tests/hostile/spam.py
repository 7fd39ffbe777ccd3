"""Megabytes of one thing: keywords that mislead recovery, tokens that never end."""

from collections.abc import Callable

from tests.hostile.case import ACCEPTED, DAMAGED, NOT_A_PDF, TOO_COMPLEX, Case, case
from tests.pdfs import CATALOG, ONE_PAGE, PAGE, PAGES, assemble

NINE = 9_000_000
BROKEN = (DAMAGED, TOO_COMPLEX)
EITHER = (ACCEPTED, DAMAGED, TOO_COMPLEX)

_REPEATED = {
    "streams": b"1 0 obj << /Length 1 >> stream\n",
    "streams-without-length": b"1 0 obj << >> stream\n",
    "numbered-streams": b"%d 0 obj << /Length 1 >> stream\n",
    "numbered-streams-of-indirect-length": b"%d 0 obj << /Length 9 0 R >> stream\n",
    "stream-keywords": b"stream\n",
    "endstreams": b"endstream\n",
    "objects": b"1 0 obj\n",
    "numbered-objects": b"%d 0 obj\n",
    "numbered-open-dictionaries": b"%d 0 obj <<\n",
    "numbered-open-arrays": b"%d 0 obj [\n",
    "numbered-open-strings": b"%d 0 obj (\n",
    "numbered-catalogs": b"%d 0 obj <</Type/Catalog/Pages 1 0 R>> endobj\n",
    "numbered-pages": b"%d 0 obj <</Type/Page>> endobj\n",
    "numbered-xref-streams": b"%d 0 obj <</Type/XRef/Size 9/W[1 1 1]/Root 1 0 R/Length 0>> stream\nendstream endobj\n",
    "numbered-object-streams": b"%d 0 obj <</Type/ObjStm/N 9/First 9/Length 9>>stream\n1 0 2 0 3 endstream endobj\n",
    "endobjs": b"endobj\n",
    "trailers": b"trailer\n",
    "whole-trailers": b"trailer <</Root 1 0 R/Size 9>>\n",
    "open-trailers": b"trailer <<\n",
    "startxrefs": b"startxref\n5\n",
    "ends": b"%%EOF\n",
    "headers": b"%PDF-1.7\n",
    "xrefs": b"xref\n0 1\n",
}
_FILLERS = {
    "dictionaries": b"<<", "arrays": b"[", "blanks": b" ", "line-ends": b"\n", "nuls": b"\0",
    "digits": b"7", "open-strings": b"(", "open-hex": b"<", "hashes": b"/#", "numbers": b"1 ",
    "comments": b"%\n", "minus": b"-", "closing": b">>", "references": b"1 0 R ",
}  # fmt: skip


def cases() -> list[Case]:
    return [
        *[case(f"spam-{name}", _repeated(unit), *BROKEN, NOT_A_PDF) for name, unit in _REPEATED.items()],
        *[case(f"spam-{name}-in-a-good-file", _within(unit), *EITHER) for name, unit in _REPEATED.items()],
        *[case(f"spam-fill-{name}", _filler(unit), *BROKEN, NOT_A_PDF) for name, unit in _FILLERS.items()],
        *[case(f"spam-fill-{name}-in-a-good-file", _within(unit), *EITHER) for name, unit in _FILLERS.items()],
        *[case(f"spam-fill-{name}-in-the-catalog", _catalog(unit), *EITHER) for name, unit in _FILLERS.items()],
        case("spam-string", _value(lambda: b"(%s)" % (b"a" * NINE)), *EITHER),
        case("spam-string-of-parentheses", _value(lambda: b"(%s%s)" % (b"(" * (NINE // 2), b")" * (NINE // 2))), *EITHER),
        case("spam-string-of-octals", _value(lambda: b"(%s)" % (b"\\101" * (NINE // 4))), *EITHER),
        case("spam-hex-string", _value(lambda: b"<%s>" % (b"41" * (NINE // 2))), *EITHER),
        case("spam-name", _value(lambda: b"/" + b"A" * NINE), *EITHER),
        case("spam-name-of-escapes", _value(lambda: b"/" + b"#41" * (NINE // 3)), *EITHER),
        case("spam-comment", _value(lambda: b"%" + b"A" * NINE + b"\nnull"), ACCEPTED),
        case("spam-blanks", _value(lambda: b" " * NINE + b"null"), ACCEPTED),
        case("spam-integer", _value(lambda: b"7" * NINE), *EITHER),
        case("spam-real", _value(lambda: b"7." + b"7" * NINE), *EITHER),
        case("spam-title", _title, ACCEPTED),
    ]  # fmt: skip


def _many(unit: bytes, size: int = NINE) -> bytes:
    if b"%d" not in unit:
        return unit * (size // len(unit))
    return b"".join(unit % number for number in range(10, size // (len(unit) + 4)))


def _repeated(unit: bytes) -> Callable[[], bytes]:
    return lambda: b"%PDF-1.7\n" + _many(unit)


def _filler(unit: bytes) -> Callable[[], bytes]:
    return lambda: b"%PDF-1.7\n1 0 obj\n" + _many(unit) + b"\nstartxref\n9\n%%EOF\n"


def _within(unit: bytes) -> Callable[[], bytes]:
    """Return a maker of a valid file with this between its header and its first object."""
    return lambda: assemble(header=b"%PDF-1.7\n" + _many(unit) + b"\n")


def _catalog(unit: bytes) -> Callable[[], bytes]:
    return lambda: assemble((CATALOG[:-2] + b"/Odd " + _many(unit) + b" >>", PAGES, PAGE))


def _value(value: Callable[[], bytes]) -> Callable[[], bytes]:
    return lambda: assemble((CATALOG[:-2] + b"/Odd " + value() + b" >>", PAGES, PAGE))


def _title() -> bytes:
    return assemble((*ONE_PAGE, b"<< /Title (%s) >>" % (b"a" * NINE)), trailer=b"/Info 4 0 R")
