"""The plan of a response: how each field of a serializer is represented, found once for all rows.

A field that does what REST framework's own do is read and represented directly; one that does
anything else in its own way is asked as REST framework asks it. So what comes out is the same.
"""

from collections.abc import Callable
from inspect import getattr_static
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.db.models.manager import BaseManager
from django.db.models.query_utils import DeferredAttribute
from django.utils import timezone
from rest_framework.fields import Field, SkipField
from rest_framework.relations import PKOnlyObject
from rest_framework.serializers import ListSerializer

from django_event_pdfs.representations import Simply, simply
from django_event_pdfs.serializer_fields import DocumentsField, PDFFileField

Show = Callable[[Model], Any]
# The column whose value is shown where it is of a type, how, and what shows any other.
_Step = tuple[str, type, Callable[[Any], Any] | None, Show]


class _Never:
    """The type of no value."""


class PlannedListSerializer(ListSerializer[Any]):
    """REST framework's list, whose child represents all rows by one plan."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = data.all() if isinstance(data, BaseManager) else data
        child: Any = self.child
        return child.represent_all(rows)  # type: ignore[no-any-return]


class Recipe:
    """What of the plan for rows of a model is the same in each response."""

    def __init__(self, kind: type[Model], fields: list[Any]) -> None:
        self.kind = kind
        self.fields = fields
        self._steps = [(field.field_name, _step_of(kind, field)) for field in fields]

    def plan(self, context: Any) -> "Plan":
        """Return the plan for one response, whose serializer has this context."""
        return Plan(self, [(name, step(context)) for name, step in self._steps])


class Plan:
    """How the rows of one model are represented by the fields of a serializer, in one response."""

    def __init__(self, recipe: Recipe, steps: list[tuple[str, _Step]]) -> None:
        self.kind = recipe.kind
        self._fields = recipe.fields
        self._zone = timezone.get_current_timezone()
        self._steps = [(name, *step) for name, step in steps]

    def suits(self, row: Model, fields: list[Any]) -> bool:
        """Return whether it is the plan for a row; fields may come and go between two rows."""
        return (
            type(row) is self.kind
            and fields == self._fields
            and timezone.get_current_timezone() is self._zone
        )

    def represent(self, row: Model) -> dict[str, Any]:
        """Return the row as ``Serializer.to_representation`` does."""
        shown, held = {}, row.__dict__
        for name, column, kind, convert, show in self._steps:
            value = held.get(column)
            if type(value) is kind:
                shown[name] = convert(value) if convert else value
                continue
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


def _step_of(kind: type[Model], field: Any) -> Callable[[Any], _Step]:
    """Return what makes the step of a field for a context."""
    asked = _as_asked(field)
    if not _is_read_plainly(field):
        return _always(_asking(asked))
    if _is_of_documents(field):
        # Without making a DocumentFile of each.
        return lambda context: _asking(field.shown(kind, context) or asked)
    if field.source_attrs == []:  # ``source="*"``, a SerializerMethodField say: the row itself.
        return _always(_asking(field.to_representation))
    if len(field.source_attrs) > 1:
        return _always(_asking(asked))
    is_column = _is_column(kind, field.source)
    return lambda context: _simple(field, is_column, asked)


def _is_column(kind: type[Model], name: str) -> bool:
    """Return whether an attribute of a row is what its ``__dict__`` holds, where it holds any."""
    plain = kind.__getattribute__ is object.__getattribute__
    return plain and type(getattr_static(kind, name, None)) is DeferredAttribute


def _simple(field: Any, is_column: bool, asked: Show) -> _Step:
    known = simply(field)
    if known is None:
        return _asking(asked)
    show = _show_simply(field.source, known, asked)
    return (field.source, known.kind, known.convert, show) if is_column else _asking(show)


def _asking(show: Show) -> _Step:
    return "", _Never, None, show


def _always(step: _Step) -> Callable[[Any], _Step]:
    return lambda context: step


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
