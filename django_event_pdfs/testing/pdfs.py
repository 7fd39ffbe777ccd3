"""Small valid PDFs, made by code."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

_PAGE = b"BT /F1 24 Tf 72 720 Td (%s) Tj ET"


def make_pdf(
    pages: int = 1,
    *,
    title: str = "",
    password: str = "",
    owner_password: str = "",
    padding: int = 0,
) -> bytes:
    """Return the bytes of a valid PDF with a line of text on each page.

    ``title`` goes into the document information. ``password`` is needed to open the file;
    ``owner_password`` alone only restricts its use. ``padding`` adds about as many bytes.
    """
    import pikepdf

    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for number in range(1, pages + 1):
        _add_page(pdf, font, f"Page {number} of {pages}")
    if title:
        pdf.docinfo["/Title"] = title
    if padding:
        # Not compressible away: Flate is left off below.
        pdf.Root.Padding = pdf.make_stream(b"\x00" * padding)
    return _saved(pdf, password, owner_password)


def _add_page(pdf: "pikepdf.Pdf", font: "pikepdf.Object", text: str) -> None:
    import pikepdf

    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(_PAGE % text.encode())


def _saved(pdf: "pikepdf.Pdf", password: str, owner_password: str) -> bytes:
    import pikepdf

    encryption = (
        pikepdf.Encryption(user=password, owner=owner_password or password)
        if password or owner_password
        else None
    )
    buffer = BytesIO()
    pdf.save(
        buffer,
        deterministic_id=encryption is None,
        compress_streams=False,
        encryption=encryption or False,
    )
    return buffer.getvalue()
