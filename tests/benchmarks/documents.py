"""The files that the benchmarks read, made by code: what organisers of events upload."""

import io
import random

import pikepdf

from tests.pdfs import MEBIBYTE, assemble, compressed

_ANNOTATION = (
    b"<< /Type /Annot /Subtype /Link /Rect [72 %d 300 %d] /Border [0 0 0] "
    b"/A << /S /URI /URI (https://example.org/sessions/%d) >> >>"
)


def programme() -> bytes:
    """Return a few pages of text, as an office program exports them."""
    return _saved(_with_pages(4), packed=False)


def brochure(size: int = 9 * MEBIBYTE) -> bytes:
    """Return pages that each are one picture, incompressible as JPEGs are."""
    pdf, noise = _with_pages(12), random.Random(1)
    for page in pdf.pages:
        picture = pdf.make_stream(noise.randbytes(size // 12))
        picture.update(
            {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 1000}
        )
        page.Resources.XObject = pikepdf.Dictionary(Im1=picture)
    return _saved(pdf, packed=False)


def many_objects(count: int = 20_000) -> bytes:
    """Return plain objects by the thousand, in the file itself."""
    return assemble(_annotated(count))


def many_packed_objects(count: int = 20_000) -> bytes:
    """Return the same in object streams of a hundred."""
    *tree, last = _annotated(1)
    annotations = [_ANNOTATION % (y, y + 10, y) for y in range(count)]
    packs = [annotations[start : start + 100] for start in range(0, count, 100)]
    return compressed([*tree, last], packs)


def book(pages: int = 400, links: int = 20) -> bytes:
    """Return a book whose every page is full of links to the web and to other pages."""
    pdf = _with_pages(pages)
    for number, page in enumerate(pdf.pages):
        page.Annots = pdf.make_indirect(
            pikepdf.Array([pdf.make_indirect(_link(pdf, number, y)) for y in range(links)])
        )
    return _saved(pdf, packed=True)


def _annotated(count: int) -> list[bytes]:
    tree = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    return tree + [_ANNOTATION % (y, y + 10, y) for y in range(count)]


def _link(pdf: pikepdf.Pdf, number: int, y: int) -> pikepdf.Dictionary:
    if y % 2:
        uri = f"https://example.org/{number}/{y}"
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(uri))
    else:
        target = pikepdf.Array([pdf.pages[y].obj, pikepdf.Name.Fit])
        action = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=target)
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[72, y, 300, y + 10], A=action
    )


def _with_pages(count: int) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for number in range(count):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"BT (Page %d) Tj ET\n" % number * 40)
    return pdf


def _saved(pdf: pikepdf.Pdf, *, packed: bool) -> bytes:
    modes = pikepdf.ObjectStreamMode
    buffer = io.BytesIO()
    pdf.save(buffer, object_stream_mode=modes.generate if packed else modes.disable)
    return buffer.getvalue()
