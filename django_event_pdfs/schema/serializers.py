"""Serializers of events: what an answer always holds."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.settings import spectacular_settings
from rest_framework.serializers import BaseSerializer

from django_event_pdfs.schema.forms import DocumentForm
from django_event_pdfs.serializer_fields import PDFFileField
from django_event_pdfs.serializers import EventSerializer

_DESCRIPTION = "An event, the links of its documents, and what is known of each."


class EventDocumentsSerializerExtension(OpenApiSerializerExtension):
    """Whatever takes ``EventDocumentsSerializerMixin``."""

    target_class = "django_event_pdfs.serializers.EventDocumentsSerializerMixin"
    match_subclasses = True
    priority = -1  # A host's own extension comes first.

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        # Only then is an answer described apart from a request, which may leave things out.
        if direction == "response" and spectacular_settings.COMPONENT_SPLIT_REQUEST:
            schema["required"] = sorted({*schema.get("required", ()), *_always_there(self.target)})
        if type(self.target) is EventSerializer or isinstance(self.target, DocumentForm):
            schema["description"] = _DESCRIPTION
        return schema


def _always_there(serializer: BaseSerializer[Any]) -> set[str]:
    """Return the fields that no answer lacks: all of the bundled serializer, else the documents."""
    fields: dict[str, Any] = serializer.fields  # type: ignore[attr-defined]
    bundled = isinstance(serializer, EventSerializer)
    return {name for name, f in fields.items() if bundled or isinstance(f, PDFFileField)}
