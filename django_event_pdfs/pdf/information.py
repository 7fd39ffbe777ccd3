"""What a parsed file says of itself: the facts but for its bytes and pages."""

import re
from typing import Any

from django_event_pdfs.pdf.text import clean_text


def describe(pdf: Any) -> dict[str, Any]:
    """Return the facts that the catalog and the trailer of a ``pikepdf.Pdf`` give, by name."""
    return {
        "pdf_version": _version(pdf),
        "title": _information(pdf, "/Title"),
        "producer": _information(pdf, "/Producer"),
        "encrypted": pdf.is_encrypted,
        "signed": _is_signed(pdf),
        "linearised": pdf.is_linearized,
        "tagged": _value(pdf.Root, "/MarkInfo", "/Marked") is True,
    }


def _version(pdf: Any) -> str:
    stated = (pdf.pdf_version, str(pdf.Root.get("/Version", "")).removeprefix("/"))
    return max(match[0] if (match := re.match(r"\d\.\d", text)) else "" for text in stated)


def _information(pdf: Any, key: str) -> str:
    import pikepdf

    try:
        # Not pdf.docinfo, which creates the dictionary where there is none.
        text = _value(pdf.trailer, "/Info", key)
        return clean_text(str(text)) if isinstance(text, pikepdf.String) else ""
    except Exception:  # A title that cannot be read is no reason to turn a document away.
        return ""


def _is_signed(pdf: Any) -> bool:
    flags = _value(pdf.Root, "/AcroForm", "/SigFlags")
    return isinstance(flags, int) and bool(flags & 1)  # 12.7.3, table 225: SignaturesExist


def _value(item: Any, *path: str) -> Any:
    """Return what stands at a path of keys; None where it ends early."""
    import pikepdf

    for key in path:
        if not isinstance(item, pikepdf.Dictionary):
            return None
        item = item.get(key)
    return item
