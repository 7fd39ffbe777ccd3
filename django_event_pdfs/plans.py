"""The plan of a response: how each field of a serializer is represented, found once for all rows.

A field that does what REST framework's own do is read and represented directly; one that does
anything else in its own way is asked as REST framework asks it. So what comes out is the same.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.db.models.manager import BaseManager
from django.utils import timezone
from rest_framework.fields import Field, SkipField
from rest_framework.relations import PKOnlyObject
from rest_framework.serializers import ListSerializer

from django_event_pdfs.representations import Simply, simply
from django_event_pdfs.serializer_fields import DocumentsField, PDFFileField

Show = Callable[[Model], Any]


class PlannedListSerializer(ListSerializer[Any]):
    """REST framework's list, whose child represents all rows by one plan."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = data.all() if isinstance(data, BaseManager) else data
        child: Any = self.child
        return child.represent_all(rows)  # type: ignore[no-any-return]


class Plan:
    """How the rows of one model are represented by the fields of a serializer, in one response."""

    def __init__(self, kind: type[Model], fields: list[Any], context: Any) -> None:
        self.kind = kind
        self._fields = fields
        self._zone = timezone.get_current_timezone()
        self._steps = [(field.field_name, _show(kind, field, context)) for field in fields]

    def suits(self, row: Model, fields: list[Any]) -> bool:
        """Return whether it is the plan for a row; fields may come and go between two rows."""
        return (
            type(row) is self.kind
            and fields == self._fields
            and timezone.get_current_timezone() is self._zone
        )

    def represent(self, row: Model) -> dict[str, Any]:
        """Return the row as ``Serializer.to_representation`` does."""
        shown = {}
        for name, show in self._steps:
            try:
                shown[name] = show(row)
            except SkipField:
                continue
        return shown


def is_simple(field: Any, kind: type[Model]) -> bool:
    """Return whether a field of a model's rows is represented without being asked.

    But for odd values, which are no documents.
    """
    if not _is_read_plainly(field):
        return False
    if isinstance(field, PDFFileField):
        return _is_of_documents(field) and field.shows_document_of(kind)
    return _is_of_documents(field) or (len(field.source_attrs) == 1 and simply(field) is not None)


def _show(kind: type[Model], field: Any, context: Any) -> Show:
    asked = _as_asked(field)
    if not _is_read_plainly(field):
        return asked
    if _is_of_documents(field):
        # Without making a DocumentFile of each.
        return field.shown(kind, context) or asked
    if field.source_attrs == []:  # ``source="*"``, a SerializerMethodField say: the row itself.
        return field.to_representation  # type: ignore[no-any-return]
    known = simply(field) if len(field.source_attrs) == 1 else None
    return _show_simply(field.source, known, asked) if known else asked


def _is_read_plainly(field: Any) -> bool:
    own = "get_attribute" in vars(field)
    return not own and type(field).get_attribute is Field.get_attribute


def _is_of_documents(field: Any) -> bool:
    represents = type(field).to_representation
    ours = (PDFFileField.to_representation, DocumentsField.to_representation)
    return represents in ours and "to_representation" not in vars(field)


def _show_simply(name: str, known: Simply, asked: Show) -> Show:
    kind, convert = known.kind, known.convert

    def show(row: Model) -> Any:
        try:
            value = getattr(row, name)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            return asked(row)  # Which knows what that means for this field.
        if type(value) is kind:
            return convert(value) if convert else value
        return None if value is None else asked(row)

    return show


def _as_asked(field: Any) -> Show:
    """Return what represents a field of a row as ``Serializer.to_representation`` does."""

    def show(row: Model) -> Any:
        value = field.get_attribute(row)
        known = value.pk if isinstance(value, PKOnlyObject) else value
        return None if known is None else field.to_representation(value)

    return show
