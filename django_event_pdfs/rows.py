"""What a row holds of its documents, and what an instance of it holds."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connections
from django.db.models import FileField, Model, QuerySet
from django.db.models.fields.files import FieldFile

from django_event_pdfs.changes import Version
from django_event_pdfs.columns import is_row, read_columns


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
            if locks_whole_database(using):
                _lock_database(model, using)
            columns = _with_facts(of_model)
            # The row of a parent without a document is locked all the same.
            read = columns or model._meta.local_concrete_fields[:1]
            for row in read_columns(model, read, is_row(instance, model, using), using, lock=True):
                held.update(zip((c.attname for c in columns), row, strict=False))
    return held


def lock_rows(
    rows: QuerySet[Any], fields: Collection[FileField], *, facts: bool = True
) -> dict[Any, dict[str, Any]]:
    """Lock rows of one table until the transaction ends; return what they hold by primary key.

    That is names and, with ``facts``, those.
    """
    columns = [f.attname for f in fields]
    columns += [_facts_name(f) for f in fields] if facts else []
    if locks_whole_database(rows.db):
        _lock_database(rows.model, rows.db)
    found = rows.order_by("pk").select_for_update().values_list("pk", *columns)
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in found}


def locks_whole_database(using: str) -> bool:
    """Return whether one writer keeps out all others, on SQLite: rows cannot be locked there."""
    return not connections[using].features.has_select_for_update


def _lock_database(model: type[Model], using: str) -> None:
    """Begin to write by an UPDATE of no row.

    Reading first would fail with "database is locked" when two writers then both want to write.
    """
    connection: Any = connections[using]
    # Any column: a composite key has none.
    first = (model._meta.concrete_model or model)._meta.local_concrete_fields[0].column
    table, column = map(connection.ops.quote_name, (model._meta.db_table, first))
    with connection.cursor() as cursor:
        # By hand, for Django sends no query of which it knows that it finds nothing.
        cursor.execute(f"UPDATE {table} SET {column} = {column} WHERE 0 = 1")  # noqa: S608


def is_there_by_now(rows: QuerySet[Any]) -> bool:
    """Return whether there are rows, also for a transaction that reads its own past.

    So it is on MariaDB and MySQL, where a row that stands in an INSERT's way may not be seen. That
    INSERT has the row locked for reading already, so that nobody waits for anybody.
    """
    if connections[rows.db].vendor != "mysql":
        return rows.exists()
    sql, params = rows.values("pk").query.get_compiler(rows.db).as_sql()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"{sql} LOCK IN SHARE MODE", params)
        return cursor.fetchone() is not None


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
    if not instance._is_pk_set(model._meta):  # type: ignore[attr-defined]
        return True
    keys = model._meta.pk_fields
    return instance._state.adding and all(k.has_default() or k.has_db_default() for k in keys)


def _with_facts(fields: Iterable[FileField]) -> list[Any]:
    """Return each document's field, and that of its facts."""
    return [c for f in fields for c in (f, f.model._meta.get_field(_facts_name(f)))]


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
