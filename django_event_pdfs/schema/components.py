"""What more than one operation refers to: a document's entry, an error, the bytes of a PDF."""

from typing import Any

from drf_spectacular.plumbing import ResolvedComponent, append_meta
from drf_spectacular.settings import spectacular_settings

_TIMES = "2026-11-30T00:00:00Z", "2026-11-22T22:23:55.880672Z"
_PART = "pwyghwlayoqncudr5zyqiyf6ux"
LINK = f"https://example.org/media/events/programmes/programme_{_PART}.pdf?expires=…&signature=…"

_ENTRY: dict[str, tuple[dict[str, Any], str, Any]] = {
    "url": ({"type": "string", "format": "uri"}, "the link, which needs no header", LINK),
    "expires_at": ({"type": "string", "format": "date-time"}, "null: never", _TIMES[0]),
    "permalink": (
        {"type": "string", "format": "uri"},
        "the address that stays, and asks for permission",
        "https://example.org/api/events/542307b6-5bc2-4b21-9694-1652e5ec11c8/programme_file/",
    ),
    "filename": ({"type": "string"}, "what a download is called", "programme.pdf"),
    "size": ({"type": "integer"}, "bytes", 13881),
    "pages": ({"type": "integer"}, "", 6),
    "sha256": (
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "",
        "b78713fc1aeb1bb0b1c7f9a197d4afef3fa8611a9cd9d00e50a913276f333bac",
    ),
    "etag": ({"type": "string"}, "the ETag of the document", f'"{_PART}"'),
    "stored_at": ({"type": "string", "format": "date-time"}, "", _TIMES[1]),
}

_ERROR = {
    "type": "object",
    "description": (
        "What is wrong, under the key that it belongs to: a field, non_field_errors, or detail for"
        " the whole request. Messages are translated and may change; codes do not."
    ),
    "properties": {
        "detail": {"type": "string"},
        "codes": {
            "type": "object",
            "description": "the same keys, each with its stable codes",
            "additionalProperties": {},
        },
    },
    "additionalProperties": {},
    "required": ["codes"],
}


def described(schema: dict[str, Any], text: str = "", example: Any = None) -> dict[str, Any]:
    """Return a schema with a description and an example, in the words of the OpenAPI version."""
    meta: dict[str, Any] = {"description": text} if text else {}
    if example is not None and _is_json_schema():
        meta["examples"] = [example]
    elif example is not None:
        meta["example"] = example
    return {**schema, **meta}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that allows null too."""
    if _is_json_schema():
        allowed: dict[str, Any] = append_meta(schema, {"nullable": True})
        return allowed
    # "nullable" beside a reference allows nothing (OpenAPI 3.0.3, Schema Object).
    if "$ref" in schema:
        return {"oneOf": [schema, {"enum": [None]}]}
    return {**schema, "nullable": True}


def pdf() -> dict[str, Any]:
    """Return the schema of the bytes of a PDF."""
    binary = {"type": "string", "format": "binary"}  # What tools know, also those for 3.1.
    return binary | ({"contentMediaType": "application/pdf"} if _is_json_schema() else {})


def entry(auto_schema: Any) -> dict[str, Any]:
    """Return a reference to a document's entry in ``documents``."""
    properties = {
        name: described(kind if name == "filename" else nullable(kind), text, example)
        for name, (kind, text, example) in _ENTRY.items()
    }
    schema = {"type": "object", "properties": properties, "required": list(_ENTRY)}
    return _component(auto_schema, "EventPDF", schema)


def error(auto_schema: Any) -> dict[str, Any]:
    """Return a reference to the body of an error."""
    return _component(auto_schema, "EventPDFError", _ERROR)


def mend_nulls(registry: Any, answer: dict[str, Any]) -> None:
    """Put the page that an answer refers to into the words of the OpenAPI version.

    REST framework's paginators say "nullable", which nobody reads in 3.1.
    """
    for content in answer.get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        page = registry[name, ResolvedComponent.SCHEMA].schema if name else content["schema"]
        for key, schema in page.get("properties", {}).items():
            if schema.get("nullable"):
                bare = {k: v for k, v in schema.items() if k != "nullable"}
                page["properties"][key] = nullable(bare)


def _component(auto_schema: Any, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)
    auto_schema.registry.register_on_missing(component)
    reference: dict[str, Any] = component.ref
    return reference


def _is_json_schema() -> bool:
    """Return whether the document is of a version whose schemas are JSON Schema: 3.1 or later."""
    return not str(spectacular_settings.OAS_VERSION).startswith("3.0")
