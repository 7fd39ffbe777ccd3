"""Ordinary files that look suspicious to whoever searches raw bytes: all must be accepted."""

import io
from collections.abc import Callable

from django_event_pdfs.testing import make_pdf
from tests.hostile.case import ACCEPTED, Case, case
from tests.hostile.places import at_open, one_page
from tests.hostile.writing import Writer, packed, raw_stream
from tests.pdfs import CATALOG, PAGE, PAGES

_WORDS = b"How to disable /JavaScript /JS /Launch /OpenAction /EmbeddedFile << /S /Launch >>"
_TEXT = b"(%s)" % _WORDS.replace(b"(", b"\\(")
_FORM = b"/AcroForm << /Fields [10 0 R] /DA (/Helv 0 Tf) /DR << >> %s >>"
_FIELD = b"<< /FT /Tx /T (name) /V (JavaScript) /Subtype /Widget /Rect [0 0 9 9] /P 3 0 R >>"
_BOX = b"<< /FT /Btn /T (b) /Subtype /Widget /Rect [0 0 9 9] /MK << /CA (JS) >> /AS /Off >>"
_SIGNED = b"<< /FT /Sig /T (s) /Subtype /Widget /Rect [0 0 0 0] /V 11 0 R >>"
_SIGNATURE = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Contents <00> /ByteRange [0 1 2 3] >>"  # fmt: skip
_NAMED = b"<< /Font << /JS 10 0 R /AA 10 0 R /S 10 0 R >> /XObject << /EF 11 0 R /URI 11 0 R /XFA 11 0 R /Launch 11 0 R >> /ColorSpace << /JavaScript /DeviceRGB >> >>"  # fmt: skip
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times#20Bold >>"
_PICTURE = raw_stream(b"\0", b"/Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray")  # fmt: skip
_TYPE_3 = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /CharProcs << >> /Encoding << /Differences [] >> /FirstChar 0 /LastChar 0 /Widths [0] /FontMatrix %s >>"  # fmt: skip
# What is added to the catalog, to the page, from number 10 on, and to the trailer.
_MADE: dict[str, tuple[bytes, bytes, tuple[bytes, ...], bytes]] = {
    "words-in-a-content-stream": (b"", b"/Contents 10 0 R", (raw_stream(b"BT %s Tj ET" % _TEXT),), b""),
    "words-in-the-title": (b"", b"", (b"<< /Title %s >>" % _TEXT,), b"/Info 10 0 R"),
    "words-in-a-string": (b"/Note " + _TEXT, b"", (), b""),
    "words-in-metadata": (b"/Metadata 10 0 R", b"", (raw_stream(b"<x:xmpmeta>%s</x:xmpmeta>" % _WORDS, b"/Type /Metadata /Subtype /XML"),), b""),
    "words-in-a-note": (b"", b"/Annots [<< /Subtype /Text /Rect [0 0 9 9] /Contents %s >>]" % _TEXT, (), b""),
    "words-as-names-of-resources": (b"", b"/Resources " + _NAMED, (_FONT, _PICTURE), b""),
    "words-as-destinations": (b"/Dests << /JavaScript [3 0 R /Fit] /JS [3 0 R /Fit] /Launch [3 0 R /Fit] >>", b"", (), b""),
    "form": (_FORM % b"/NeedAppearances true", b"/Annots [10 0 R]", (_FIELD,), b""),
    "form-box": (_FORM % b"", b"/Annots [10 0 R]", (_BOX,), b""),
    "form-reset": (_FORM % b"", b"/Annots [10 0 R]", (_BOX[:-2] + b"/A << /S /ResetForm >> >>",), b""),
    "signature": (_FORM % b"/SigFlags 3", b"/Annots [10 0 R]", (_SIGNED, _SIGNATURE), b""),
    "open-destination": (b"/OpenAction [3 0 R /Fit]", b"", (), b""),
    "open-named-destination": (b"/OpenAction (start) /Names << /Dests << /Names [(start) [3 0 R /Fit]] >> >>", b"", (), b""),
    "open-goto": (b"/OpenAction << /S /GoTo /D [3 0 R /XYZ 0 0 1] >>", b"", (), b""),
    "open-named-action": (b"/OpenAction << /S /Named /N /FirstPage >>", b"", (), b""),
    "goto-link": (b"", b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /Dest [3 0 R /Fit] >>]", (), b""),
    "link-to-a-page-of-scripts": (b"", b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/javascript:void) >> >>]", (), b""),
    "empty-attachments": (b"/Names << /EmbeddedFiles << /Names [] >> /JavaScript << /Names [] >> >>", b"", (), b""),
    "empty-actions": (b"/AA << >>", b"/AA << >>", (), b""),
    "null-action": (b"/OpenAction null /AA null", b"", (), b""),
    "labels": (b"/PageLabels << /Nums [0 << /S /D >> 1 << /S /r /P (JS) >>] >>", b"", (), b""),
    "structure": (b"/MarkInfo << /Marked true >> /StructTreeRoot 10 0 R", b"", (b"<< /Type /StructTreeRoot /K 11 0 R >>", b"<< /S /Document /P 10 0 R /K [<< /S /P /P 11 0 R >> << /S /Link /P 11 0 R >>] >>"), b""),
    "transparency": (b"", b"/Group << /S /Transparency /CS /DeviceRGB >>", (), b""),
    "transition": (b"", b"/Trans << /S /Dissolve /D 1 >>", (), b""),
    "output-intent": (b"/OutputIntents [<< /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /DestOutputProfile 10 0 R >>]", b"", (raw_stream(bytes(128), b"/N 3"),), b""),
    "matrix": (b"", b"/Resources << /Font << /F1 10 0 R >> >>", (_TYPE_3 % b"[.001 0 0 .001 0 0]",), b""),
    "matrix-of-indirect-numbers": (b"", b"/Resources << /Font << /F1 10 0 R >> >>", (_TYPE_3 % b"[11 0 R 0 0 11 0 R 0 0]", b"0.001"), b""),
    "matrix-indirect": (b"", b"/Resources << /Font << /F1 10 0 R >> >>", (_TYPE_3 % b"11 0 R", b"[1 0 0 1 -1.5 +2]"), b""),
    "layers": (b"/OCProperties << /OCGs [10 0 R] /D << /Order [10 0 R] /AS [<< /Event /View >>] >> >>", b"", (b"<< /Type /OCG /Name (JS) /Usage << /View << /ViewState /ON >> >> >>",), b""),
    "layer-action": (b"", b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /SetOCGState /State [/Toggle 10 0 R] >> >>]", (b"<< /Type /OCG /Name (a) >>",), b""),
    "article-thread": (b"", b"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Thread /D 0 >> >>]", (), b""),
    "viewer-preferences": (b"/ViewerPreferences << /DisplayDocTitle true >> /PageMode /UseOutlines", b"", (), b""),
    "private-data": (b"/PieceInfo << /Illustrator << /Private << /JS 1 /Launch 2 /EF 3 >> >> >>", b"", (), b""),
}  # fmt: skip


def cases() -> list[Case]:
    whole: dict[str, Callable[[], bytes]] = {
        "plain": make_pdf,
        "title-of-words": lambda: make_pdf(title=_WORDS.decode()),
        "linearised": lambda: _saved(linearize=True),
        "compact": lambda: _saved(generate=True),
        "form-filled-in": lambda: _updated({10: _FIELD.replace(b"(JavaScript)", b"(Ada)")}),
        "comment-added": _commented,
        "updated-ten-times": lambda: _updated(*[{10: _FIELD}] * 10),
        "outline": _outlined,
        "version-2": lambda: make_pdf().replace(b"%PDF-1.", b"%PDF-2.", 1),
        "goto-in-a-chain": lambda: at_open([b"<< /S /GoTo /D [3 0 R /Fit] /Next 11 0 R >>", b"<< /S /Named /N /NextPage >>"]),
        "pages-500": lambda: make_pdf(pages=500),
    }  # fmt: skip
    return [
        *[case(f"harmless-{n}", lambda m=made: _make(*m), ACCEPTED) for n, made in _MADE.items()],
        *[case(f"harmless-{name}", make, ACCEPTED) for name, make in whole.items()],
    ]


def _make(catalog: bytes, page: bytes, objects: tuple[bytes, ...], trailer: bytes) -> bytes:
    return one_page(catalog, page, dict(enumerate(objects, 10)), trailer)


def _saved(*, linearize: bool = False, generate: bool = False) -> bytes:
    import pikepdf

    buffer, modes = io.BytesIO(), pikepdf.ObjectStreamMode
    with pikepdf.open(io.BytesIO(make_pdf(pages=9, title="Programme"))) as pdf:
        mode = modes.generate if generate else modes.disable
        pdf.save(buffer, linearize=linearize, object_stream_mode=mode)
    return buffer.getvalue()


def _form() -> Writer:
    writer = Writer()
    writer.add(1, CATALOG[:-2] + _FORM % b"" + b" >>")
    writer.add(2, PAGES)
    writer.add(3, PAGE[:-2] + b"/Annots [10 0 R] >>")
    writer.add(10, _FIELD)
    return writer


def _updated(*revisions: dict[int, bytes]) -> bytes:
    writer = _form()
    for revision in revisions:
        writer.table()
        for number, body in revision.items():
            writer.add(number, body)
    return writer.finish()


def _commented() -> bytes:
    note = b"<< /Subtype /Text /Rect [0 0 9 9] /Contents (JS?) /P 3 0 R >>"
    return _updated({3: PAGE[:-2] + b"/Annots [10 0 R 11 0 R] >>", 11: note})


def _outlined() -> bytes:
    objects = {
        1: CATALOG[:-2] + b"/Outlines 10 0 R >>",
        2: PAGES,
        3: PAGE,
        10: b"<< /First 11 0 R /Last 11 0 R /Count 1 >>",
        11: b"<< /Title (JavaScript) /Parent 10 0 R /A << /S /GoTo /D [3 0 R /Fit] >> >>",
    }
    return packed({}, {100: list(objects.items())})
