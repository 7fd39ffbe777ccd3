"""Columns of some rows of one table, read by a query that is written by hand.

Two such queries come with each document that is replaced: the lock of its row, and who else names
the old file. The ORM takes longer to put each together than a database to answer it.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from django.db import connections
from django.db.models import Field, Model


def read_columns(
    model: type[Model],
    fields: Sequence["Field[Any, Any]"],
    where: tuple[str, Sequence[Any]],
    using: str,
    *,
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """Return what columns hold of the rows that meet a condition, as an instance would have it.

    ``where`` is SQL and its parameters. With ``lock`` the rows are locked until the transaction
    ends, on a database that can do that.
    """
    connection: Any = connections[using]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    condition, params = where
    sql = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE {condition}"  # noqa: S608
    if lock and connection.features.has_select_for_update:
        sql = f"{sql} {connection.ops.for_update_sql()}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    convert = [_converter(field, connection) for field in fields] if rows else []
    return [tuple(to(value) for to, value in zip(convert, row, strict=True)) for row in rows]


def is_row(instance: Model, model: type[Model], using: str) -> tuple[str, list[Any]]:
    """Return the condition that the row of an instance meets in the table of ``model``."""
    connection: Any = connections[using]
    keys = model._meta.pk_fields
    values = [k.get_db_prep_value(getattr(instance, k.attname), connection) for k in keys]
    return " AND ".join(f"{connection.ops.quote_name(k.column)} = %s" for k in keys), values


def is_any_of(
    fields: Sequence["Field[Any, Any]"], values: Sequence[Any], using: str
) -> tuple[str, list[Any]]:
    """Return the condition that a row meets of which one of the columns holds one of ``values``."""
    connection: Any = connections[using]
    marks = ", ".join(["%s"] * len(values))
    tests = (f"{connection.ops.quote_name(field.column)} IN ({marks})" for field in fields)
    return " OR ".join(tests), [*values] * len(fields)


def _converter(field: "Field[Any, Any]", connection: Any) -> Callable[[Any], Any]:
    """Return what makes a value of the database one of the field, as the ORM's compiler does."""
    column = field.cached_col
    steps = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    return lambda value: reduce(lambda got, step: step(got, column, connection), steps, value)
