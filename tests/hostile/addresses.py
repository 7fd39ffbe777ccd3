"""Addresses of links (ISO 32000-2, 12.6.4.8): which schemes, and how they can be disguised."""

from tests.hostile.case import ACCEPTED, ACTIVE, Case, case
from tests.hostile.places import at_open, one_page

_UNSAFE: dict[str, bytes] = {
    "javascript": b"(javascript:alert\\(1\\))",
    "file": b"(file:///etc/passwd)",
    "data": b"(data:text/html,<script>alert\\(1\\)</script>)",
    "vbscript": b"(vbscript:msgbox)",
    "smb": b"(smb://a.test/share)",
    "odd-protocol": b"(ms-msdt:/id)",
    "mixed-case": b"(JaVaScRiPt:alert\\(1\\))",
    "leading-blanks": b"(  \\n javascript:alert\\(1\\))",
    "leading-control": b"(\\001javascript:alert\\(1\\))",
    "embedded-newline": b"(java\\nscript:alert\\(1\\))",
    "embedded-raw-newline": b"(java\nscript:alert\\(1\\))",
    "embedded-tab": b"(java\tscript:alert\\(1\\))",
    "newline-before-colon": b"(javascript\\n:alert\\(1\\))",
    "hex": b"<6a6176617363726970743a616c657274283129>",
    "hex-with-blanks": b"<6a61 7661\n7363726970743a61>",
    "utf-16": b"<feff006a006100760061007300630072006900700074003a0061>",
    "utf-16-little": b"<fffe6a006100760061007300630072006900700074003a006100>",
    "utf-8": b"<efbbbf6a6176617363726970743a61>",
    "octals": b"(\\152\\141\\166\\141\\163\\143\\162\\151\\160\\164\\072a)",
    "line-continuation": b"(java\\\nscript:alert\\(1\\))",
    "line-continuation-crlf": b"(java\\\r\nscript:alert\\(1\\))",
    "useless-escapes": b"(\\javascript:alert\\(1\\))",
    "file-in-capitals": b"(FILE:///c:/windows)",
    "unc-path": b"(\\\\\\\\a.test\\\\share\\\\a.exe)",
}
_SAFE: dict[str, bytes] = {
    "http": b"(http://example.org/)",
    "https": b"(https://example.org/?a=javascript:1#b)",
    "https-in-capitals": b"(HTTPS://EXAMPLE.ORG/)",
    "mailto": b"(mailto:a@example.org)",
    "tel": b"(tel:+33123456789)",
    "relative": b"(programme/page-2.html)",
    "relative-with-colon": b"(programme/a:b)",
    "fragment": b"(#page=2)",
    "query": b"(?a=b:c)",
    "no-scheme": b"(www.example.org)",
    "empty": b"()",
    "utf-16-http": b"<feff0068007400740070003a002f002f0061>",
    "hex-https": b"<68747470733a2f2f612e74657374>",
}
_LINK = b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A 10 0 R >>]"


def cases() -> list[Case]:
    def unsafe(name: str, make: object) -> Case:
        return case(f"address-{name}", make, ACTIVE, kinds={"unsafe_uri"})

    return [
        *[unsafe(name, lambda t=text: _link(b"/URI " + t)) for name, text in _UNSAFE.items()],
        unsafe("indirect", lambda: _link(b"/URI 11 0 R", b"(javascript:alert\\(1\\))")),
        unsafe("indirect-kind", lambda: _link(b"/URI (javascript:a)", b"/URI", kind=b"11 0 R")),
        unsafe("hashed-key", lambda: _link(b"/U#52I (javascript:a)")),
        unsafe("hashed-kind", lambda: _link(b"/URI (javascript:a)", kind=b"/#55RI")),
        unsafe("with-base", _based),
        *[
            case(f"address-{name}", lambda t=text: _link(b"/URI " + t), ACCEPTED)
            for name, text in _SAFE.items()
        ],
        case("address-missing", lambda: _link(b""), ACCEPTED),
        case("address-number", lambda: _link(b"/URI 7"), ACCEPTED, ACTIVE),
        case(
            "address-at-open",
            lambda: at_open([b"<< /S /URI /URI (https://example.org/) >>"]),
            ACTIVE,
            kinds={"uri_at_open"},
        ),
        case("address-when-a-page-opens", _when_shown, ACTIVE, kinds={"uri_at_open"}),
        case("address-after-a-goto-at-open", _chained, ACTIVE, kinds={"uri_at_open"}),
    ]


def _link(address: bytes, *more: bytes, kind: bytes = b"/URI") -> bytes:
    action = b"<< /S %s %s >>" % (kind, address)
    return one_page(page=_LINK, objects=dict(enumerate((action, *more), 10)))


def _based() -> bytes:
    """Return a relative link below a base that is none of the web (12.6.4.8, /Base)."""
    action = b"<< /S /URI /URI (alert\\(1\\)) >>"
    return one_page(catalog=b"/URI << /Base (javascript:) >>", page=_LINK, objects={10: action})


def _when_shown() -> bytes:
    action = b"<< /S /URI /URI (https://example.org/) >>"
    return one_page(page=b"/AA << /O 10 0 R >>", objects={10: action})


def _chained() -> bytes:
    address = b"<< /S /URI /URI (https://example.org/) >>"
    return at_open([b"<< /S /GoTo /D [3 0 R /Fit] /Next 11 0 R >>", address])
