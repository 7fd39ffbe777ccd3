"""Files of two kinds: something else in front of a PDF, or behind it."""

import gzip
import io
import zipfile

from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.hostile.case import ACCEPTED, DAMAGED, NOT_A_PDF, Case, case

_BLANKS = b" \t\r\n\r\n"
_BOM = b"\xef\xbb\xbf"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>\n'
_REFUSED = {
    "zip": b"PK\x03\x04" + bytes(26),
    "empty-zip": b"PK\x05\x06" + bytes(18),
    "spanned-zip": b"PK\x07\x08PK\x03\x04" + bytes(26),
    "windows-program": pdfs.WINDOWS_PROGRAM,
    "linux-program": pdfs.LINUX_PROGRAM,
    "gif87": b"GIF87a" + bytes(20),
    "gif89": pdfs.GIF,
    "png": pdfs.PNG,
    "jpeg": pdfs.JPEG,
    "html": pdfs.HTML,
    "html-in-capitals": b"<HTML><BODY>",
    "html-script": b"<script>alert(1)</script>",
    "svg": _SVG,
    "xml": b'<?xml version="1.0"?>\n' + _SVG,
    "shebang": pdfs.SCRIPT,
}
# What these do in front of a PDF harms no reader: nothing opens them by their first bytes alone.
_OTHERS = {
    "rar": b"Rar!\x1a\x07\x01\x00",
    "seven-zip": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "gzip": b"\x1f\x8b\x08\x00" + bytes(6),
    "tiff": b"II*\x00\x08\x00\x00\x00",
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(12),
    "mach-o": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
    "java-class": b"\xca\xfe\xba\xbe\x00\x00\x00\x37",
    "postscript": b"%!PS-Adobe-3.0\n",
    "rtf": b"{\\rtf1\\ansi ",
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "php": b"<?php phpinfo(); ?>",
    "mime": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n",
    "comment": b"%!\n% made by hand\n",
}
_APPENDED = {
    "html": pdfs.HTML,
    "windows-program": pdfs.WINDOWS_PROGRAM,
    "nuls": bytes(512),
    "line-ends": b"\r\n" * 30,
    "mail-signature": b"\n--\nSent from my telephone\n",
    "php": b"<?php phpinfo(); ?>",
}


def cases() -> list[Case]:
    fronts = {"": b"", "-after-bom": _BOM, "-after-blanks": _BLANKS}
    return [
        *[
            case(f"polyglot-{name}-in-front{where}", _front(lead + magic), NOT_A_PDF)
            for name, magic in _REFUSED.items()
            for where, lead in fronts.items()
        ],
        *[case(f"polyglot-{name}-in-front", _front(magic), ACCEPTED, NOT_A_PDF, DAMAGED) for name, magic in _OTHERS.items()],
        *[case(f"polyglot-{name}-behind", _behind(data), ACCEPTED) for name, data in _APPENDED.items()],
        *[case(f"polyglot-100-kb-of-{name}-behind", _behind(data * (100_000 // len(data))), ACCEPTED, DAMAGED) for name, data in _APPENDED.items()],
        case("polyglot-zip-behind", lambda: make_pdf() + _zip(b"programme"), ACCEPTED, DAMAGED),
        case("polyglot-large-zip-behind", lambda: make_pdf() + _zip(bytes(range(256)) * 400), ACCEPTED, DAMAGED),
        case("polyglot-zip-that-holds-a-pdf", pdfs.zip_with_pdf, NOT_A_PDF),
        case("polyglot-gzip-that-holds-a-pdf", lambda: gzip.compress(make_pdf()), NOT_A_PDF),
        case("polyglot-two-pdfs", lambda: make_pdf() + make_pdf(), ACCEPTED, DAMAGED),
        case("polyglot-header-after-bom", _front(_BOM), ACCEPTED),
        case("polyglot-header-after-blanks", _front(_BLANKS), ACCEPTED),
        case("polyglot-header-at-1019", _front(b"\n" * 1019), ACCEPTED, DAMAGED),
        case("polyglot-header-at-1020", _front(b"\n" * 1020), NOT_A_PDF),
        case("polyglot-header-at-2000", _front(b"\n" * 2000), NOT_A_PDF),
        case("polyglot-header-only", lambda: b"%PDF-1.7", DAMAGED),
        case("polyglot-header-and-end-only", lambda: b"%PDF-1.7\n%%EOF\n", DAMAGED),
        case("polyglot-no-header", lambda: make_pdf().replace(b"%PDF-", b"%XYZ-", 1), NOT_A_PDF),
        case("polyglot-header-in-utf-16", lambda: make_pdf().decode("latin-1").encode("utf-16"), NOT_A_PDF),
        case("polyglot-odd-version", lambda: pdfs.assemble(header=b"%PDF-9.9\n"), ACCEPTED, DAMAGED),
        case("polyglot-no-version", lambda: pdfs.assemble(header=b"%PDF-\n"), ACCEPTED, DAMAGED),
        case("polyglot-empty", lambda: b"", "empty"),
        case("polyglot-one-byte", lambda: b"%", NOT_A_PDF),
        case("polyglot-html-with-pdf-in-a-comment", lambda: b"<!doctype html><!-- %PDF-1.7 -->", NOT_A_PDF),
        case("polyglot-base64", lambda: __import__("base64").b64encode(make_pdf()), NOT_A_PDF),
    ]  # fmt: skip


def _front(prefix: bytes):
    return lambda: prefix + make_pdf()


def _behind(suffix: bytes):
    return lambda: make_pdf() + suffix


def _zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", content)
    return buffer.getvalue()
