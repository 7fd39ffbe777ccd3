"""Checks of the models that have documents."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.db.models import FileField, Model, deletion
from django.db.models.base import ModelBase

from django_event_pdfs.checks.values import is_list
from django_event_pdfs.conf import conf
from django_event_pdfs.fields import document_fields, local_document_fields
from django_event_pdfs.models import AbstractEvent, HasDocuments, document_models

Messages = list[checks.CheckMessage]


def check_has_documents(app_configs: Any, **kwargs: Any) -> Messages:
    """E001: a model with a PDFField that is no ``HasDocuments``."""
    return [
        checks.Error(
            f"{model._meta.label} has a PDFField but does not inherit HasDocuments.",
            hint=f"Write class {model.__name__}(HasDocuments, models.Model). Without it "
            "save(update_fields=...) loses facts, and replaced files stay.",
            obj=model,
            id="event_pdfs.E001",
        )
        for model in _models(app_configs)
        if document_fields(model) and not issubclass(model, HasDocuments)
    ]


def check_event_meta(app_configs: Any, **kwargs: Any) -> Messages:
    """W001: a subclass of ``AbstractEvent`` whose own ``Meta`` dropped what it inherits."""
    return [
        checks.Warning(
            f"{model._meta.label} lost the {lost} of AbstractEvent.",
            hint="Let its Meta inherit: class Meta(AbstractEvent.Meta). "
            "Where it sets these itself, repeat AbstractEvent's among them.",
            obj=model,
            id="event_pdfs.W001",
        )
        for model in _models(app_configs)
        if issubclass(model, AbstractEvent) and (lost := " and ".join(_lost_options(model)))
    ]


def check_history(app_configs: Any, **kwargs: Any) -> Messages:
    """W006: versions kept by django-simple-history that name files which will be gone."""
    columns = list(_history_columns()) if apps.is_installed("simple_history") else []
    return [
        checks.Warning(
            f"{column} names files, and is not asked before a file is removed.",
            hint="A version that is restored would name a file that is gone. To keep the files of "
            f'all versions, add "{column}" to EVENT_PDFS["HOLDERS"]; else silence this check.',
            id="event_pdfs.W006",
        )
        for column in columns
    ]


def check_managed(app_configs: Any, **kwargs: Any) -> Messages:
    """W007: a table that no migration gives its column of facts."""
    return [
        checks.Warning(
            f"{model._meta.label} has a PDFField and managed = False.",
            hint=f"No migration adds {', '.join(f.facts_name for f in fields)} to its table: add a "
            "column that JSON can go into, NULL allowed, and silence this check.",
            obj=model,
            id="event_pdfs.W007",
        )
        for model in document_models()
        if not model._meta.managed and (fields := local_document_fields(model))
    ]


def check_database_cascade(app_configs: Any, **kwargs: Any) -> Messages:
    """W010: rows that the database itself deletes, of which nobody hears."""
    return [
        checks.Warning(
            f"{field} lets the database delete rows with documents.",
            hint="Their files stay until the sweep, and no signal is sent. Write "
            "on_delete=models.CASCADE.",
            obj=field,
            id="event_pdfs.W010",
        )
        for model in document_models()
        for field in model._meta.local_fields
        if _DB_CASCADE is not None and getattr(field.remote_field, "on_delete", None) is _DB_CASCADE
    ]


# Since Django 6.1.
_DB_CASCADE = getattr(deletion, "DB_CASCADE", None)


def _history_columns() -> Iterator[str]:
    """Yield the columns of history tables that copy a document, and that HOLDERS leaves out."""
    held = [str(path).lower() for path in conf.holders] if is_list(conf.holders) else []
    for model in apps.get_models():
        of = getattr(model, "instance_type", None)
        for field in document_fields(of) if isinstance(of, ModelBase) else ():
            column = f"{model._meta.label}.{field.name}"
            if _copies(model, field.name) and column.lower() not in held:
                yield column


def _copies(history: type[Model], name: str) -> bool:
    """Return whether a table of history has a column of that name that is no file field."""
    columns = [f for f in history._meta.local_fields if f.name == name]
    return any(not isinstance(column, FileField) for column in columns)


def _models(app_configs: Any) -> Iterator[type[Model]]:
    for config in app_configs or apps.get_app_configs():
        yield from (m for m in config.get_models() if not m._meta.proxy)


def _lost_options(model: type[AbstractEvent]) -> Iterator[str]:
    inherited, own = AbstractEvent._meta, model._meta
    if not own.ordering:
        yield "ordering"
    if any(issubclass(parent, AbstractEvent) for parent in own.parents):
        return  # The table of the parent has the rest.
    if ["start_date", "id"] not in [list(index.fields) for index in own.indexes]:
        yield "index"
    conditions = [getattr(c, "condition", None) for c in own.constraints]
    if any(getattr(c, "condition", None) not in conditions for c in inherited.constraints):
        yield "constraint"
