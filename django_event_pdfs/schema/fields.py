"""The serializer fields of documents: URLs going out, files coming in."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.settings import spectacular_settings

from django_event_pdfs.fields import document_fields
from django_event_pdfs.schema import components
from django_event_pdfs.schema.forms import DocumentForm

_URL = {"type": "string", "format": "uri"}
_LINK = "The link, which needs no header."
_KEEPS = "Left out, an empty string, or a URL of this document: it is kept."
_JSON = " Null clears it. A file goes in multipart."


class PDFFileFieldExtension(OpenApiSerializerFieldExtension):
    """A document: a file in multipart, a URL or null in JSON."""

    target_class = "django_event_pdfs.serializer_fields.PDFFileField"
    match_subclasses = True
    priority = -1  # A host's own extension comes first.

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        form = self.target.parent
        if isinstance(form, DocumentForm):
            if form.takes_files:
                return components.described(components.pdf(), "Replaces the document. " + _KEEPS)
            return components.described({"type": "string"}, _KEEPS + " A file goes in multipart.")
        if direction == "request" and spectacular_settings.COMPONENT_SPLIT_REQUEST:
            return components.described({"type": "string"}, _KEEPS + _JSON)
        return components.described(_URL, _LINK, components.LINK)


class DocumentsFieldExtension(OpenApiSerializerFieldExtension):
    """``documents``: an entry per document of the model, or null."""

    target_class = "django_event_pdfs.serializer_fields.DocumentsField"
    match_subclasses = True
    priority = -1  # A host's own extension comes first.

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        names = [f.name for f in document_fields(self.target.parent.Meta.model)]
        entry = components.nullable(components.entry(auto_schema))
        return {"type": "object", "properties": dict.fromkeys(names, entry), "required": names}
