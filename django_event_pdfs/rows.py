"""What a row holds of its documents, and what an instance of it holds."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.db.models import F, FileField, Model, QuerySet
from django.db.models.fields.files import FieldFile

from django_event_pdfs.changes import Version


def lock_row(instance: Model, fields: Iterable[FileField], using: str) -> dict[str, Any]:
    """Lock the row and return the names and facts it holds now, by column.

    By a no-op UPDATE, then a SELECT: reading first makes SQLite fail with "database is locked"
    when two writers then both want to write, and no other database minds.
    """
    held: dict[str, Any] = {}
    for model, of_model in groupby(fields, key=lambda f: f.model):
        group = list(of_model)
        attnames = [f.attname for f in group]
        if has_no_row(instance, model):
            continue
        pk = instance._get_pk_val(model._meta)
        row = QuerySet[Any](model, using=using).filter(pk=pk).order_by()
        if row.update(**{attname: F(attname) for attname in attnames}):
            columns = [*attnames, *map(_facts_name, group)]
            held.update(row.select_for_update().values(*columns).first() or {})
    return held


def held_by(instance: Model, fields: Iterable[FileField]) -> dict[str, Any]:
    """Return the names that an instance holds, and its facts, as a row has them."""
    held = {}
    for file_field in fields:
        value = getattr(instance, file_field.attname)
        held[file_field.attname] = None if is_new(value) else name_of(value)
        held[_facts_name(file_field)] = instance.__dict__.get(_facts_name(file_field))
    return held


def has_no_row(instance: Model, model: type[Model]) -> bool:
    """Return whether Django will not even try an UPDATE: no key yet, or a new one by default."""
    pk = model._meta.pk
    if instance._get_pk_val(model._meta) is None:
        return True
    return instance._state.adding and (pk.has_default() or pk.has_db_default())


def version_in(file_field: FileField, row: Mapping[str, Any]) -> Version | None:
    return Version.of(row.get(file_field.attname), row.get(_facts_name(file_field)))


def _facts_name(file_field: FileField) -> str:
    return str(file_field.facts_name)  # type: ignore[attr-defined]


def is_new(value: Any) -> bool:
    """Return whether a value still has bytes to store: an upload, wrapped or not."""
    if isinstance(value, FieldFile):
        return not value._committed  # type: ignore[attr-defined]
    return value is not None and not isinstance(value, str)


def name_of(value: Any) -> str | None:
    return getattr(value, "name", value) or None
