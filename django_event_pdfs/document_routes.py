"""The routes of the documents of a viewset, in the shape that DRF's routers read."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from django.urls import register_converter
from django.urls.converters import StringConverter

from django_event_pdfs.fields import document_fields

_GET = {"get": "open_document"}
_PUT = {"put": "store_document"}
_DELETE = {"delete": "clear_document"}


class FileNameConverter(StringConverter):
    """The last part of a path. A router ends every route in a slash; this ends it before."""

    regex = r"[^/]+)\Z|(?:(?!)"


register_converter(FileNameConverter, "event_pdfs_file_name")

# ``curl -T`` appends the file's name to a URL that ends in a slash, and no slash after it. Routers
# write regular expressions or ``path()`` routes, and a viewset cannot know which, so it has both:
# in the other kind, each is a text that no address holds.
_FILE_NAMES = (r"[^/]+$|(?!)", "<event_pdfs_file_name:file_name>")


def document_routes(model: type[Model], *, writable: bool) -> Iterator[Any]:
    """Yield the routes of each document: those that take a file name in PUT, and its permalink.

    One route per field, not one pattern for all: nothing but a document's name is ever matched.
    Only ``writable`` ones take PUT and DELETE.
    """
    for field in document_fields(model):
        for file_name in _FILE_NAMES if writable else ():
            # Kept out of API descriptions: it is the same PUT.
            options = {"takes_file_name": True, "schema": None}
            yield _route(field.name, f"/{file_name}", "-named", _PUT, options)
        # The last of one name is what the browsable API offers as an extra action.
        yield _route(field.name, "", "", {**_GET, **_PUT, **_DELETE} if writable else _GET, {})


def _route(
    field_name: str, tail: str, suffix: str, mapping: dict[str, str], options: dict[str, Any]
) -> SimpleNamespace:
    name = f"{field_name}{suffix}"
    return SimpleNamespace(
        __name__=f"document_{name}",
        detail=True,
        url_path=f"{field_name}{tail}",
        url_name=name.replace("_", "-"),
        mapping=mapping,
        kwargs={"document_field": field_name, "name": field_name, **options},
    )
