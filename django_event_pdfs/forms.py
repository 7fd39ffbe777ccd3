"""The form field behind a PDFField in a ModelForm and in the admin."""

from typing import Any

from django import forms
from django.db.models.fields.files import FieldFile
from django.forms.widgets import Widget
from django.template.defaultfilters import filesizeformat
from django.utils.translation import ngettext

from django_event_pdfs.exceptions import LinkUnavailable


class CurrentDocument:
    """What a form shows as "Currently": the name people know, its size, and the link."""

    def __init__(self, document: FieldFile) -> None:
        self.document = document

    @property
    def url(self) -> str:
        try:
            return str(self.document.url)
        except LinkUnavailable:
            # A legacy name outside the field's folders. It can be cleared and replaced here,
            # and a form that fails to render would not let anyone do so.
            return "#"

    def __str__(self) -> str:
        facts = getattr(self.document, "facts", None)
        if facts is None:
            return str(self.document)
        pages = ngettext("%d page", "%d pages", facts.pages) % facts.pages
        return f"{facts.filename} ({filesizeformat(facts.size)}, {pages})"


class PDFFormField(forms.FileField):
    """A file input that offers PDFs only. The model field's own validators judge the file."""

    def __init__(self, **kwargs: Any) -> None:
        # The name in storage is ours, so the length of the uploader's does not matter.
        kwargs.pop("max_length", None)
        # They refuse an empty one, too, and report it.
        super().__init__(**{"allow_empty_file": True, **kwargs})

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "application/pdf,.pdf"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, FieldFile) and value and value._committed:  # type: ignore[attr-defined]
            return CurrentDocument(value)
        return value
