"""How a document is called where it is opened or saved: ``Content-Disposition``."""

import re
import unicodedata
from urllib.parse import quote

# RFC 9110, 5.6.6 and RFC 8187, 3.2.1: what may stand in filename* as it is.
_ATTR_CHARACTERS = "!#$&+-.^_`|~"

# What ends the header or is taken for an escape or a path (RFC 6266, 4.3 and appendix D). The name
# of a legacy row may hold anything, and compatibility forms of these turn into them.
_MISREAD = re.compile(r"[\x00-\x1f\x7f\\/%]")


def content_disposition(filename: str, *, download: bool) -> str:
    """Return the header of RFC 6266: a plain ``filename``, and ``filename*`` where it differs."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    plain = _MISREAD.sub("_", plain.replace('"', "'")).strip()
    if plain.startswith(".") or not plain:
        plain = "document.pdf"
    kind = "attachment" if download else "inline"
    header = f'{kind}; filename="{plain}"'
    if plain != filename:
        header += f"; filename*=UTF-8''{quote(filename, safe=_ATTR_CHARACTERS, errors='replace')}"
    return header
