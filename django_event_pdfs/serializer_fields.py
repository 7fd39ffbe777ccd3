"""The serializer fields of documents: what a client may send, and what it gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.utils import html

from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.fields import DocumentDescriptor, PDFField, document_fields
from django_event_pdfs.holders import holders
from django_event_pdfs.links import get_links, permalink
from django_event_pdfs.presenters import DocumentPresenter
from django_event_pdfs.refusals import note_sender


@dataclass(frozen=True, slots=True)
class _Contradictory:
    """Form input that cannot mean one thing; ``code`` says why."""

    code: str


class PDFFileField(serializers.FileField):
    """A document: a URL or null going out; a file, null, or the URL again coming in.

    Omitted, an empty string and the document's own URL keep it, null clears it, and so does
    ``<field>-clear`` in a form.
    """

    default_error_messages = {
        "not_a_file": _("Send a file, null, or the document's own URL."),
        "other_document": _("This URL opens another document. Upload the file instead."),
        "multiple_files": _("Send one file; there are several under this name."),
        "contradiction": _("Either send a file or clear the document, not both."),
    }

    def __init__(self, **kwargs: Any) -> None:
        # The gate refuses an empty file, too, and reports it.
        super().__init__(**{"allow_empty_file": True, **kwargs})

    def get_value(self, dictionary: Any) -> Any:
        if not html.is_html_input(dictionary):
            return super().get_value(dictionary)
        name = self.field_name
        sent = dictionary.getlist(name)
        files = [value for value in sent if not isinstance(value, str)]
        # As DRF reads a boolean, in any case: Python clients send "True".
        ticked = str(dictionary.get(f"{name}-clear")).lower()
        clears = ticked in serializers.BooleanField.TRUE_VALUES
        if len(files) > 1:
            return _Contradictory("multiple_files")
        if files and clears:
            return _Contradictory("contradiction")
        if clears:
            return None
        return next((value for value in [*files, *sent] if value), empty)

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, _Contradictory):
            self.fail(data.code)
        if isinstance(data, str):
            self._refuse_unless_own_url(data)
            data = empty
        if self._keeps(data):
            raise SkipField
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, File):
            self.fail("not_a_file")
        request = self.context.get("request")
        note_sender(data, getattr(request, "user", None), self._event)
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> str | None:
        if not isinstance(value, DocumentFile):
            return super().to_representation(value)
        return DocumentPresenter.of(self.context).url(value)

    def shown(self, kind: type[Model], context: Any) -> Callable[[Model], str | None] | None:
        """Return what represents the document of each row of a model, None where it isn't one."""
        if not self.shows_document_of(kind):
            return None
        field: Any = getattr(kind, str(self.source)).field
        return DocumentPresenter.of(context).column(field).url

    def shows_document_of(self, kind: type[Model]) -> bool:
        """Return whether it shows a document of a model's own rows, and not one from elsewhere."""
        return type(getattr(kind, str(self.source), None)) is DocumentDescriptor

    @property
    def _event(self) -> Model | None:
        instance = getattr(self.parent, "instance", None)
        return instance if isinstance(instance, Model) else None

    def _keeps(self, data: Any) -> bool:
        """Return whether ``data`` leaves an event's document as it is."""
        event = self._event
        if event is None:
            return False
        if data is None:
            # Who cannot see the document reads null, and must not clear it by sending that back.
            presenter = DocumentPresenter.of(self.context)
            return not presenter.may_read(event, self._model_field().name)
        return data is empty

    def _refuse_unless_own_url(self, text: str) -> None:
        """Accept the URL of this event's document, or of one that is gone since it was read."""
        if not text or self._is_permalink(text):
            return
        name = get_links().name_of(text)
        if name is None:
            self.fail("not_a_file")
        field = self._model_field()
        if self._event is not None and getattr(self._event, field.attname).name == name:
            return
        if holders([name]):
            self.fail("other_document")
        if not field.serves(name):
            self.fail("not_a_file")

    def _is_permalink(self, text: str) -> bool:
        if self._event is None:
            return False
        own = permalink(self._event, self._model_field().name, self.context.get("request"))
        try:
            return own is not None and urlsplit(text).path == own
        except ValueError:
            return False

    def _model_field(self) -> PDFField:
        field = self.parent.Meta.model._meta.get_field(self.source)  # type: ignore[attr-defined]
        if not isinstance(field, PDFField):
            raise TypeError(f"{self.source!r} is not a PDFField.")
        return field


class DocumentsField(serializers.Field[Any, Any, Any, Any]):
    """``documents``: every document of the event with its link and facts; read-only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "source": "*", "read_only": True})

    def to_representation(self, value: Model) -> dict[str, Mapping[str, Any] | None]:
        return self.shown(type(value), self.context)(value)

    def shown(
        self, kind: type[Model], context: Any
    ) -> Callable[[Model], dict[str, Mapping[str, Any] | None]]:
        """Return what represents the documents of each row of a model."""
        presenter = DocumentPresenter.of(context)
        entries = [(f.name, presenter.column(f).entry) for f in document_fields(kind)]
        return lambda event: {name: entry(event) for name, entry in entries}
