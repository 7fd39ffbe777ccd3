"""What a form may bring: the fields of a serializer, as a serializer that drf-spectacular reads."""

from functools import cache
from typing import Any

from rest_framework import serializers

from django_event_pdfs.serializer_fields import PDFFileField

_CLEARS = "Clears the document. Not together with a file."


class DocumentForm:
    """Marks a serializer that describes a form, and never serializes anything."""

    #: Multipart can carry files, a URL-encoded form cannot.
    takes_files = True

    def get_fields(self) -> dict[str, Any]:
        """Return what may be sent, with ``<document>-clear`` behind each document."""
        fields: dict[str, Any] = {}
        for name, field in super().get_fields().items():  # type: ignore[misc]
            if not field.read_only:
                fields |= _with_clear(name, field)
        return fields


class _TextForm(DocumentForm):
    takes_files = False


@cache
def form_of(serializer_class: type, *, takes_files: bool) -> type[serializers.Serializer[Any]]:
    """Return the form of a serializer class; the same each time, as components are compared."""
    base = DocumentForm if takes_files else _TextForm
    name = serializer_class.__name__.removesuffix("Serializer")
    return type(f"{name}{'Multipart' if takes_files else 'Form'}", (base, serializer_class), {})


def _with_clear(name: str, field: Any) -> dict[str, Any]:
    if not isinstance(field, PDFFileField):
        return {name: field}
    may_clear, field.allow_null = field.allow_null, False  # A form has no null.
    clear = serializers.BooleanField(required=False, help_text=_CLEARS)
    return {name: field, f"{name}-clear": clear} if may_clear else {name: field}
