"""What a row holds of its documents, and what an instance of it holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.models import F, FileField, Model, QuerySet
from django.db.models.fields.files import FieldFile

from django_event_pdfs.changes import Version


def lock_row(
    instance: Model, fields: Iterable[FileField], using: str, *, is_there: bool = False
) -> dict[str, Any]:
    """Lock the row of an instance and return the names and facts it holds now, by column.

    ``is_there`` says that it has one although it looks new. The rows in the tables of its parents
    are locked too, and first, as Django writes them.
    """
    held: dict[str, Any] = {}
    for model, of_model in by_table(fields).items():
        if is_there or not has_no_row(instance, model):
            keys = [instance._get_pk_val(model._meta)]
            for row in lock_rows(model, of_model, keys, using).values():
                held.update(row)
    return held


def lock_rows(
    model: type[Model],
    fields: Collection[FileField],
    keys: Sequence[Any],
    using: str,
    *,
    facts: bool = True,
) -> dict[Any, dict[str, Any]]:
    """Lock rows of one table until the transaction ends; return what they hold by primary key.

    That is names and, with ``facts``, those.

    Where rows cannot be locked, on SQLite, a no-op UPDATE locks the database. Reading first would
    make it fail with "database is locked" when two writers then both want to write.
    """
    columns = [f.attname for f in fields]
    columns += [_facts_name(f) for f in fields] if facts else []
    rows = QuerySet[Any](model, using=using).filter(pk__in=keys).order_by("pk")
    if not connections[using].features.has_select_for_update:
        column = columns[0] if columns else model._meta.pk.attname
        rows.filter(pk=keys[0]).order_by().update(**{column: F(column)})
    found = rows.select_for_update().values_list("pk", *columns)
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in found}


def by_table(fields: Iterable[FileField]) -> dict[type[Model], list[FileField]]:
    """Return fields by model, each after its parents, and those with none of the fields, too.

    It is the order in which Django writes the tables, so who locks in it waits for nobody who
    waits for him.
    """
    tables: dict[type[Model], list[FileField]] = {}
    for field in fields:
        for parent in reversed(field.model._meta.get_parent_list()):
            tables.setdefault(parent, [])
        tables.setdefault(field.model, []).append(field)
    return dict(sorted(tables.items(), key=lambda table: _rank(table[0])))


def _rank(model: type[Model]) -> tuple[int, str]:
    return len(model._meta.get_parent_list()), model._meta.label


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
