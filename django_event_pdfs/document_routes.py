"""The routes of the documents of a viewset, in the shape that DRF's routers read."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import Model

from django_event_pdfs.fields import document_fields

_METHODS = {"get": "open_document", "put": "store_document", "delete": "clear_document"}

# ``curl -T`` appends the file's name to a URL that ends in a slash, and no slash after it. A router
# ends every route in one, so the name's alternative ends early and the router's never matches.
_FILENAME = r"(?P<filename>[^/]+)$|(?!)"
_FILENAME_CONVERTER = "<str:filename>"


def document_routes(viewset: type[Any], model: type[Model]) -> Iterator[Any]:
    """Yield two routes per document: its permalink, and the one that takes a file name in PUT.

    One route per field, not one pattern for all: nothing but a document's name is ever matched.
    """
    uses_converters = hasattr(viewset, "lookup_value_converter")
    filename = _FILENAME_CONVERTER if uses_converters else _FILENAME
    for field in document_fields(model):
        yield _route(field.name, field.name, _METHODS)
        # Kept out of API descriptions: it is the same PUT.
        put = {"put": _METHODS["put"]}
        yield _route(
            f"{field.name}/{filename}", f"{field.name}-named", put, field.name, schema=None
        )


def _route(
    path: str, name: str, mapping: dict[str, str], field_name: str = "", **kwargs: Any
) -> SimpleNamespace:
    field_name = field_name or name
    return SimpleNamespace(
        __name__=f"document_{name}",
        detail=True,
        url_path=path,
        url_name=name.replace("_", "-"),
        mapping=mapping,
        kwargs={"document_field": field_name, "name": field_name, **kwargs},
    )
