"""Checks of what a ``PDFField`` is given, and of the column beside it."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db.models import NOT_PROVIDED

from django_event_pdfs.checks.values import is_whole
from django_event_pdfs.fields import FactsField, PDFField, local_document_fields
from django_event_pdfs.models import document_models
from django_event_pdfs.naming import new_name

Messages = list[checks.CheckMessage]


def every_document_field() -> Iterator[PDFField]:
    """Yield each PDFField of the project, once for the table that has its column."""
    for model in document_models():
        yield from local_document_fields(model)


def check_max_length(app_configs: Any, **kwargs: Any) -> Messages:
    """E024: a column too short for the names that are chosen. Every upload would fail."""
    return [
        checks.Error(
            f"The names of {field} have {length} characters, and its max_length is "
            f"{field.max_length!r}.",
            hint=f"Write max_length=255, or {length} at least, or a shorter upload_to.",
            obj=field,
            id="event_pdfs.E024",
        )
        for field in every_document_field()
        if not is_whole(field.max_length, length := len(new_name(field.folder, field.name)))
    ]


def check_facts_column(app_configs: Any, **kwargs: Any) -> Messages:
    """E025: something else has the name of the column of facts, or there is none."""
    return [
        checks.Error(
            f"{field.model._meta.label}.{field.facts_name} is not the column of facts of "
            f"{field.name}.",
            hint="PDFField adds this column. Give yours another name, and leave out companion.",
            obj=field,
            id="event_pdfs.E025",
        )
        for field in every_document_field()
        if not _has_facts_column(field)
    ]


def check_default(app_configs: Any, **kwargs: Any) -> Messages:
    """W008: a default document, whose one file would go with the last row that names it."""
    return [
        checks.Warning(
            f"{field} has a default.",
            hint="The file of a document is removed when no row names it any more, and rows made "
            "later would name a file that is gone. Leave the default out, and show yours where "
            "there is no document.",
            obj=field,
            id="event_pdfs.W008",
        )
        for field in every_document_field()
        if _has_value(field.default) or _has_value(field.db_default)
    ]


def check_storage_argument(app_configs: Any, **kwargs: Any) -> Messages:
    """W009: a storage given to a field, which does not use it."""
    return [
        checks.Warning(
            f"{field} is given a storage, and does not use it.",
            hint="All documents are in the storage of EVENT_PDFS['STORAGE']. Name yours there, and "
            "leave the argument out.",
            obj=field,
            id="event_pdfs.W009",
        )
        for field in every_document_field()
        if field.ignores_storage
    ]


def _has_value(default: Any) -> bool:
    return default is not NOT_PROVIDED and default not in (None, "")


def _has_facts_column(field: PDFField) -> bool:
    try:
        column = field.model._meta.get_field(field.facts_name)
    except FieldDoesNotExist:
        return False
    return isinstance(column, FactsField)
