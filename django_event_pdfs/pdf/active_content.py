"""What can act by itself when a PDF is opened, found in one decoded object at a time.

The rules read objects as qpdf decoded them: names without their ``#`` escapes, object streams and
encryption undone, references resolved. Which objects are worth it, :mod:`candidates` says.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

#: Every kind, and what it is (ISO 32000-2: actions 12.6.4, annotations 12.5.6, XFA in 12.7.3).
ACTIVE_CONTENT: Mapping[str, str] = {
    "launch": "a Launch action: starts a program",
    "remote_embedded_goto": "a GoToE action: opens a document inside a document",
    "javascript": "JavaScript: an action, or one among the names or in a rendition",
    "submit_form": "a SubmitForm action: sends what was filled in",
    "import_data": "an ImportData action, or data that lies outside of the file",
    "remote_goto": "a GoToR action, or a Thread in another file: opens another document",
    "unsafe_uri": "a link whose scheme is not http, https, mailto or tel",
    "uri_at_open": "a link that opens by itself, without a click",
    "attachment": "an embedded file",
    "xfa": "an XFA form",
    "rich_media": "film, sound, 3D or RichMedia",
    "font_matrix": "a FontMatrix that holds something else than numbers (CVE-2024-4367)",
}

_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/GoToE": "remote_embedded_goto",
    "/GoToR": "remote_goto",
    "/SubmitForm": "submit_form",
    "/ImportData": "import_data",
    **dict.fromkeys(
        ("/Rendition", "/Movie", "/Sound", "/GoTo3DView", "/RichMediaExecute"), "rich_media"
    ),
}
_SUBTYPES = {
    "/FileAttachment": "attachment",
    **dict.fromkeys(("/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"), "rich_media"),
}
_EMBEDDED_FILE_KEYS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
_CLICKS = ("/D", "/U")  # The mouse button goes down, and up.

_SAFE_SCHEMES = ("http", "https", "mailto", "tel")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:/|$))", re.IGNORECASE)

Finding = tuple[str, str]  # A kind, and where it was found.


def find_in_object(value: Any, where: str) -> Iterator[Finding]:
    """Yield what one object and the direct objects in it hold; each with its path of keys."""
    left = [(value, where)]
    while left:
        item, path = left.pop()
        if _is_dictionary(item):
            yield from ((kind, path) for kind in _kinds(item))
            left += [(v, path + key) for key, v in item.items() if _is_direct_container(v)]
        elif _is_array(item):
            left += [(v, path) for v in item if _is_direct_container(v)]


def find_in_catalog(catalog: Any) -> Iterator[Finding]:
    """Yield what only the document catalog (7.7.2) can do: act when the document is opened."""
    if _opens_uri(catalog.get("/OpenAction")):
        yield "uri_at_open", "catalog/OpenAction"
    form, base = catalog.get("/AcroForm"), catalog.get("/URI")
    if _is_dictionary(form) and form.get("/XFA") is not None:
        yield "xfa", "catalog/AcroForm/XFA"
    if _is_dictionary(base) and _is_unsafe_uri(base.get("/Base")):
        yield "unsafe_uri", "catalog/URI/Base"


def _kinds(item: Any) -> Iterator[str]:
    action, subtype = _name(item.get("/S")), _name(item.get("/Subtype"))
    if action in _ACTIONS:
        yield _ACTIONS[action]
    if action == "/Thread" and "/F" in item:
        yield "remote_goto"
    if subtype in _SUBTYPES:
        yield _SUBTYPES[subtype]
    for key, rule in _RULES.items():
        if key in item:
            yield from rule(item, item.get(key))


def _javascript(item: Any, script: Any) -> Iterator[str]:
    # Fonts and pictures may be called /JS; a script in text has no other place to be.
    if _is_string(script) or _name(item.get("/S")) == "/Rendition":
        yield "javascript"


def _uri(item: Any, uri: Any) -> Iterator[str]:
    if _is_unsafe_uri(uri):
        yield "unsafe_uri"


def _triggers(item: Any, actions: Any) -> Iterator[str]:
    """Judge additional actions (12.6.3), all of which happen without a click but two."""
    if _is_dictionary(actions) and any(
        key not in _CLICKS and _opens_uri(action) for key, action in actions.items()
    ):
        yield "uri_at_open"


def _embedded_files(item: Any, files: Any) -> Iterator[str]:
    if _is_dictionary(files) and any(_is_stream(files.get(key)) for key in _EMBEDDED_FILE_KEYS):
        yield "attachment"


def _embedded_file(item: Any, kind: Any) -> Iterator[str]:
    if _is_stream(item) and _name(kind) == "/EmbeddedFile":
        yield "attachment"


def _xfa(item: Any, packets: Any) -> Iterator[str]:
    is_picture = _is_stream(packets) and _name(packets.get("/Subtype")) in ("/Image", "/Form")
    if (_is_stream(packets) and not is_picture) or (_is_array(packets) and len(packets)):
        yield "xfa"


def _font_matrix(item: Any, matrix: Any) -> Iterator[str]:
    if matrix is None or (_is_array(matrix) and all(_is_number(v) for v in matrix)):
        return
    yield "font_matrix"


def _external_data(item: Any, file: Any) -> Iterator[str]:
    if _is_stream(item) and (_is_string(file) or _is_dictionary(file)):
        yield "import_data"


def _reference(item: Any, reference: Any) -> Iterator[str]:
    """Judge a reference XObject (8.10.4), which shows a page of another file."""
    if _is_dictionary(reference) and "/F" in reference:
        yield "import_data"


_RULES = {
    "/JS": _javascript,
    "/URI": _uri,
    "/AA": _triggers,
    "/EF": _embedded_files,
    "/Type": _embedded_file,
    "/XFA": _xfa,
    "/FontMatrix": _font_matrix,
    "/F": _external_data,
    "/Ref": _reference,
}


def _opens_uri(action: Any) -> bool:
    """Return whether an action or one that follows it (``/Next``) is a URI action."""
    left, seen = [action], set()
    while left:
        item = left.pop()
        if not (_is_array(item) or _is_dictionary(item)) or item.objgen in seen:
            continue
        if item.is_indirect:
            seen.add(item.objgen)
        if _is_array(item):
            left.extend(item)
        elif _name(item.get("/S")) == "/URI":
            return True
        else:
            left.append(item.get("/Next"))
    return False


def _is_unsafe_uri(uri: Any) -> bool:
    if not _is_string(uri):
        return False
    # As browsers read a URL: controls and blanks before it do not count, nor line breaks in it.
    text = re.sub(r"^[\x00-\x20]+|[\x00\t\r\n]", "", str(uri))
    scheme = _SCHEME.match(text)
    # Two backslashes name a file of another machine, which then learns who asks.
    return text.startswith("\\\\") or bool(scheme and scheme[1].lower() not in _SAFE_SCHEMES)


def _name(value: Any) -> str | None:
    return str(value) if isinstance(value, _pikepdf().Name) else None


def _is_dictionary(value: Any) -> bool:
    return isinstance(value, _pikepdf().Dictionary | _pikepdf().Stream)


def _is_stream(value: Any) -> bool:
    return isinstance(value, _pikepdf().Stream)


def _is_array(value: Any) -> bool:
    return isinstance(value, _pikepdf().Array)


def _is_string(value: Any) -> bool:
    return isinstance(value, _pikepdf().String)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_direct_container(value: Any) -> bool:
    return (_is_array(value) or _is_dictionary(value)) and not value.is_indirect


@cache
def _pikepdf() -> Any:
    import pikepdf

    return pikepdf
