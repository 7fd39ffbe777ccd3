"""How drf-spectacular describes documents. Loaded where it is installed (extra ``openapi``)."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from django_event_pdfs.fields import document_fields

_ENTRY = {
    "url": {"type": "string", "format": "uri"},
    "expires_at": {"type": "string", "format": "date-time"},
    "permalink": {"type": "string", "format": "uri"},
    "filename": {"type": "string"},
    "size": {"type": "integer", "description": "bytes"},
    "pages": {"type": "integer"},
    "sha256": {"type": "string"},
    "etag": {"type": "string"},
    "stored_at": {"type": "string", "format": "date-time"},
}


class DocumentsFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """``documents``: an object per document of the model, or null."""

    target_class = "django_event_pdfs.serializer_fields.DocumentsField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        nullable = {
            name: {**kind, "nullable": True} if name != "filename" else kind
            for name, kind in _ENTRY.items()
        }
        entry = {
            "type": "object",
            "nullable": True,
            "properties": nullable,
            "required": list(_ENTRY),
        }
        names = [f.name for f in document_fields(self.target.parent.Meta.model)]
        return {"type": "object", "properties": dict.fromkeys(names, entry), "required": names}
