"""Where an action can hide: makers of a one-page PDF around a given action.

The first of the given objects gets number 10, further ones 11, 12 and so on.
"""

import io
from collections.abc import Callable, Mapping, Sequence

from tests.hostile.writing import Writer, packed
from tests.pdfs import CATALOG, PAGE, PAGES

Objects = Sequence[bytes]
_RECT = b"/Rect [0 0 99 99]"


def one_page(
    catalog: bytes = b"",
    page: bytes = b"",
    objects: Mapping[int, bytes] | None = None,
    trailer: bytes = b"",
) -> bytes:
    """Return a page with these additions."""
    writer = Writer()
    for number, body in numbered(catalog, page, objects or {}).items():
        writer.add(number, body)
    return writer.finish(b"/Root 1 0 R " + trailer)


def numbered(catalog: bytes, page: bytes, objects: Mapping[int, bytes]) -> dict[int, bytes]:
    changed = CATALOG[:-2] + catalog + b" >>", PAGES, PAGE[:-2] + page + b" >>"
    return {**dict(enumerate(changed, 1)), **objects}


def _from_ten(objects: Objects) -> dict[int, bytes]:
    return dict(enumerate(objects, 10))


def at_open(objects: Objects) -> bytes:
    return one_page(catalog=b"/OpenAction 10 0 R", objects=_from_ten(objects))


def _in_catalog(form: bytes) -> Callable[[Objects], bytes]:
    return lambda objects: one_page(catalog=form, objects=_from_ten(objects))


def _in_page(form: bytes) -> Callable[[Objects], bytes]:
    return lambda objects: one_page(page=form, objects=_from_ten(objects))


def _in_object(catalog: bytes, *forms: bytes) -> Callable[[Objects], bytes]:
    """Put the action into an object of its own, number 4, that the catalog names."""
    return lambda objects: one_page(
        catalog=catalog, objects={**dict(enumerate(forms, 4)), **_from_ten(objects)}
    )


def _packed(objects: Objects) -> bytes:
    everything = numbered(b"/OpenAction 10 0 R", b"", _from_ten(objects))
    return packed({}, {100: list(everything.items())})


def _packed_alone(objects: Objects) -> bytes:
    plain = numbered(b"/OpenAction 10 0 R", b"", {})
    return packed(plain, {100: list(_from_ten(objects).items())})


def _unreferenced(objects: Objects) -> bytes:
    return one_page(objects=_from_ten(objects))


def _overwritten(objects: Objects) -> bytes:
    """Return a file whose last revision puts something harmless in the action's place."""
    writer = _first_revision(objects)
    writer.add(10, b"<< /S /GoTo /D [3 0 R /Fit] >>")
    return writer.finish()


def _freed(objects: Objects) -> bytes:
    return _first_revision(objects).finish(free=[10])


def _first_revision(objects: Objects) -> Writer:
    writer = Writer()
    for number, body in numbered(b"/OpenAction 10 0 R", b"", _from_ten(objects)).items():
        writer.add(number, body)
    writer.table()
    return writer


def _forgotten(objects: Objects) -> bytes:
    """Return a file whose last revision has a catalog that no longer names the action."""
    writer = _first_revision(objects)
    writer.add(1, CATALOG)
    return writer.finish()


def _added(objects: Objects) -> bytes:
    """Return a harmless file to which an incremental update adds the action."""
    writer = Writer()
    for number, body in numbered(b"", b"", {}).items():
        writer.add(number, body)
    writer.table()
    for number, body in _from_ten(objects).items():
        writer.add(number, body)
    writer.add(1, CATALOG[:-2] + b"/OpenAction 10 0 R >>")
    return writer.finish()


def _encrypted(objects: Objects) -> bytes:
    return _restricted(at_open(objects), packed=False)


def _encrypted_and_packed(objects: Objects) -> bytes:
    return _restricted(at_open(objects), packed=True)


def _restricted(data: bytes, *, packed: bool) -> bytes:
    import pikepdf

    buffer = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(buffer, object_stream_mode=mode, encryption=pikepdf.Encryption(owner="owner"))
    return buffer.getvalue()


_LINK = b"/Annots [<< /Type /Annot /Subtype /Link %s /A 10 0 R >>]" % _RECT
_NAMES = b"/Names << /%s 4 0 R >>"
_FIELD = b"/AcroForm << /Fields [4 0 R] >>"

PLACES: dict[str, Callable[[Objects], bytes]] = {
    "open-action": at_open,
    "direct-open-action": lambda objects: one_page(catalog=b"/OpenAction " + objects[0]),
    "catalog-aa": _in_catalog(b"/AA << /WC 10 0 R >>"),
    "page-aa": _in_page(b"/AA << /O 10 0 R >>"),
    "annotation": _in_page(_LINK),
    "annotation-aa": _in_page(
        b"/Annots [<< /Type /Annot /Subtype /Widget %s /AA << /E 10 0 R >> >>]" % _RECT
    ),
    "screen": _in_page(b"/Annots [<< /Type /Annot /Subtype /Link %s /PA 10 0 R >>]" % _RECT),
    "field-aa": _in_object(_FIELD, b"<< /FT /Tx /T (a) /AA << /K 10 0 R >> >>"),
    "field-kid": _in_object(
        _FIELD,
        b"<< /FT /Btn /T (a) /Kids [5 0 R] >>",
        b"<< /Subtype /Widget /Parent 4 0 R %s /A 10 0 R >>" % _RECT,
    ),
    "outline": _in_object(
        b"/Outlines 4 0 R",
        b"<< /First 5 0 R /Last 5 0 R /Count 1 >>",
        b"<< /Title (a) /Parent 4 0 R /A 10 0 R >>",
    ),
    "names": _in_object(_NAMES % b"JavaScript", b"<< /Names [(a) 10 0 R] >>"),
    "names-kids": _in_object(
        _NAMES % b"JavaScript",
        b"<< /Kids [5 0 R] >>",
        b"<< /Limits [(a) (a)] /Kids [6 0 R] >>",
        b"<< /Limits [(a) (a)] /Names [(a) 10 0 R] >>",
    ),
    "object-stream": _packed,
    "object-stream-alone": _packed_alone,
    "encrypted": _encrypted,
    "encrypted-object-stream": _encrypted_and_packed,
    "unreferenced": _unreferenced,
    "update": _added,
    "forgotten-revision": _forgotten,
    "overwritten-revision": _overwritten,
    "freed-revision": _freed,
}
