"""Active content that is no action: attachments, XFA, films and what calls itself a number."""

from tests.hostile.case import ACTIVE, Case, case
from tests.hostile.places import numbered, one_page
from tests.hostile.writing import packed, raw_stream
from tests.pdfs import PAGES

_EMBEDDED = raw_stream(b"MZ", b"/Type /EmbeddedFile")
_FILE = b"<< /Type /Filespec /F (a.exe) /EF << /F 12 0 R >> >>"
_XFA = raw_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
_FORM = b"/AcroForm << /Fields [] /XFA %s >>"


def _annotation(text: bytes) -> bytes:
    return b"/Annots [<< /Type /Annot /Rect [0 0 9 9] %s >>]" % text


def _font(text: bytes) -> bytes:
    return b"/Resources << /Font << /F1 << /Type /Font %s >> >> >>" % text


_CODE = b"\\);alert\\(1"
# What is added to the catalog, to the page, and from number 10 on.
_MADE: dict[str, tuple[str, bytes, bytes, tuple[bytes, ...]]] = {
    "attachment-names": ("attachment", b"/Names << /EmbeddedFiles << /Names [(a) 11 0 R] >> >>", b"", (b"null", _FILE, _EMBEDDED)),
    "attachment-names-kids": ("attachment", b"/Names << /EmbeddedFiles << /Kids [10 0 R] >> >>", b"", (b"<< /Names [(a) 11 0 R] >>", _FILE, _EMBEDDED)),
    "attachment-annotation": ("attachment", b"", _annotation(b"/Subtype /FileAttachment /FS 11 0 R"), (b"null", _FILE, _EMBEDDED)),
    "attachment-associated": ("attachment", b"/AF [11 0 R]", b"", (b"null", _FILE, _EMBEDDED)),
    "attachment-of-a-page": ("attachment", b"", b"/AF [11 0 R]", (b"null", _FILE, _EMBEDDED)),
    "attachment-portfolio": ("attachment", b"/Collection << /View /T >> /Names << /EmbeddedFiles << /Names [(a) 11 0 R] >> >>", b"", (b"null", _FILE, _EMBEDDED)),
    "attachment-indirect": ("attachment", b"/Names 10 0 R", b"", (b"<< /EmbeddedFiles 13 0 R >>", b"<< /F (a.exe) /EF 14 0 R >>", _EMBEDDED, b"<< /Names 15 0 R >>", b"<< /F 12 0 R >>", b"[(a) 11 0 R]")),
    "attachment-hashed": ("attachment", b"/Names << /Embedded#46iles << /Names [(a) 11 0 R] >> >>", b"", (b"null", _FILE.replace(b"/EF", b"/#45F"), _EMBEDDED)),
    "attachment-unicode-name-only": ("attachment", b"/AF [11 0 R]", b"", (b"null", _FILE.replace(b"/EF << /F", b"/EF << /UF"), _EMBEDDED)),
    "attachment-in-no-list": ("attachment", b"", b"", (b"null", _FILE, _EMBEDDED)),
    "external-stream": ("import_data", b"", b"/Contents 10 0 R", (b"<< /Length 0 /F (http://a.test/a) >>\nstream\n\nendstream",)),
    "xfa-stream": ("xfa", _FORM % b"10 0 R", b"", (_XFA,)),
    "xfa-packets": ("xfa", _FORM % b"[(preamble) 10 0 R (template) 10 0 R]", b"", (_XFA,)),
    "xfa-indirect": ("xfa", b"/AcroForm 11 0 R", b"", (_XFA, b"<< /Fields [] /XFA 12 0 R >>", b"[(template) 10 0 R]")),
    "xfa-hashed": ("xfa", b"/Acro#46orm << /Fields [] /X#46A 10 0 R >>", b"", (_XFA,)),
    "media-screen": ("rich_media", b"", _annotation(b"/Subtype /Screen /A << /S /Rendition /OP 0 /R << /S /MR >> >>"), ()),
    "media-movie": ("rich_media", b"", _annotation(b"/Subtype /Movie /Movie << /F (a.avi) >>"), ()),
    "media-sound": ("rich_media", b"", _annotation(b"/Subtype /Sound /Sound 10 0 R"), (raw_stream(b"a", b"/R 8000"),)),
    "media-3d": ("rich_media", b"", _annotation(b"/Subtype /3D /3DD 10 0 R"), (raw_stream(b"U3D", b"/Type /3D /Subtype /U3D"),)),
    "media-rich": ("rich_media", b"", _annotation(b"/Subtype /RichMedia /RichMediaContent << >>"), ()),
    "media-rich-indirect": ("rich_media", b"", _annotation(b"/Subtype 10 0 R"), (b"/RichMedia",)),
    "media-rich-hashed": ("rich_media", b"", _annotation(b"/#53ubtype /Rich#4dedia"), ()),
    "media-movie-action": ("rich_media", b"/OpenAction << /S /Movie /T (a) >>", b"", ()),
    "media-sound-action": ("rich_media", b"/OpenAction << /S /Sound /Sound 10 0 R >>", b"", (raw_stream(b"a", b"/R 8000"),)),
    "media-3d-script": ("javascript", b"", _annotation(b"/Subtype /3D /3DD 10 0 R"), (raw_stream(b"U3D", b"/Type /3D /OnInstantiate 11 0 R"), b"<< /S /JavaScript /JS (a) >>")),
    "matrix-string": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix [1 0 0 1 0 (%s)]" % _CODE), ()),
    "matrix-hex-string": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix [1 0 0 1 0 <6131>]"), ()),
    "matrix-name": ("font_matrix", b"", _font(b"/Subtype /Type3 /FontMatrix [1 0 0 1 0 /a]"), ()),
    "matrix-null": ("font_matrix", b"", _font(b"/Subtype /Type3 /FontMatrix [1 0 0 1 0 << >>]"), ()),
    "matrix-of-a-descendant": ("font_matrix", b"", _font(b"/Subtype /Type0 /DescendantFonts [<< /FontMatrix [1 0 0 1 0 (%s)] >>]" % _CODE), ()),
    "matrix-indirect-element": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix [1 0 0 1 0 10 0 R]"), (b"(%s)" % _CODE,)),
    "matrix-indirect": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix 10 0 R"), (b"[1 0 0 1 0 11 0 R]", b"(%s)" % _CODE)),
    "matrix-hashed": ("font_matrix", b"", _font(b"/Subtype /Type1 /Font#4datrix [1 0 0 1 0 (a)]"), ()),
    "matrix-is-a-string": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix (%s)" % _CODE), ()),
    "matrix-seventh": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix [1 0 0 1 0 0 (a)]"), ()),
    "matrix-nested": ("font_matrix", b"", _font(b"/Subtype /Type1 /FontMatrix [1 0 0 1 0 [(a)]]"), ()),
}  # fmt: skip


def cases() -> list[Case]:
    plain = [
        case(f"active-{name}", lambda m=made: _make(*m[1:]), ACTIVE, kinds={made[0]})
        for name, made in _MADE.items()
    ]
    in_packs = [
        case(f"active-{name}-packed", lambda m=made: _pack(*m[1:]), ACTIVE, kinds={made[0]})
        for name, made in _MADE.items()
        if not any(b"stream\n" in body for body in made[3])
    ]
    return [*plain, *in_packs, case("active-font-of-all-pages", _inherited, ACTIVE, kinds={"font_matrix"})]  # fmt: skip


def _make(catalog: bytes, page: bytes, objects: tuple[bytes, ...]) -> bytes:
    return one_page(catalog, page, dict(enumerate(objects, 10)))


def _pack(catalog: bytes, page: bytes, objects: tuple[bytes, ...]) -> bytes:
    return packed({}, {100: list(numbered(catalog, page, dict(enumerate(objects, 10))).items())})


def _inherited() -> bytes:
    """Return a file whose font is a resource of the page tree (7.7.3.4)."""
    resources = b"/Resources << /Font << /F 10 0 R >> >> >>"
    font = b"<< /Type /Font /Subtype /Type1 /FontMatrix [1 0 0 1 0 (a)] >>"
    return one_page(objects={2: PAGES[:-2] + resources, 10: font})
