"""Who names a file: every file field of every model, and the columns that a host names."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import Error, connections, router, transaction
from django.db.models import Field, FileField, Model, QuerySet

from django_event_pdfs.columns import is_any_of, read_columns
from django_event_pdfs.conf import conf


class HoldersUnknown(Exception):
    """Who names a file cannot be told: a table cannot be asked, or a setting is wrong."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A table whose rows may name files: the model, its columns that do, and one database."""

    model: type[Model]
    fields: tuple["Field[Any, Any]", ...]
    using: str

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows, by a plain queryset: a default manager may hide some."""
        return QuerySet[Any](self.model, using=self.using).order_by()


def holding_tables() -> Iterator[Holder]:
    """Yield every table that may name files, once for each database that may have it.

    Raises:
        HoldersUnknown: ``EVENT_PDFS["HOLDERS"]`` names a field that is not there.
    """
    further = _further_fields()
    for model in apps.get_models(include_auto_created=True):
        local = model._meta.local_fields
        fields = tuple(f for f in local if isinstance(f, FileField) or f in further)
        for using in databases_of(model) if fields else ():
            yield Holder(model, fields, using)


def databases_of(model: type[Model]) -> list[str]:
    """Return the aliases of the databases that may have the table of a model.

    Those that are migrated, and the one that is written to although somebody else migrates it. No
    replicas, which still name for a moment what was replaced.
    """
    written = router.db_for_write(model)
    return [
        using
        for using in connections
        if using == written or router.allow_migrate_model(using, model)
    ]


def is_held(name: str, lock: str) -> bool:
    """Return whether any row may name a file; lock those that do on the database ``lock``."""
    try:
        return bool(holders([name], lock))
    except HoldersUnknown:
        return True  # As far as one can tell.


def holders(names: Collection[str], lock: str = "") -> set[str]:
    """Return those of ``names`` that any row on any database still names.

    Names alone are compared: two aliases of ``STORAGES`` may be one place. Rows on the database
    ``lock`` are locked until its transaction ends.

    Raises:
        HoldersUnknown: a table cannot be asked.
    """
    held: set[str] = set()
    asked = list(names)
    for holder in holding_tables() if names else ():
        rows = _asked(holder.model, holder.using, partial(_naming, holder, asked, lock))
        held.update(name for row in rows for name in row if name in names)
    return held


def _naming(holder: Holder, names: list[str], lock: str) -> list[tuple[Any, ...]]:
    """Return what the rows of a table name that name any of the files."""
    where = is_any_of(holder.fields, names, holder.using)
    is_locked = holder.using == lock
    return read_columns(holder.model, holder.fields, where, holder.using, lock=is_locked)


def fetched(rows: QuerySet[Any]) -> Iterable[Any]:
    """Fetch the rows; none from a database that need not have the table and has not.

    Raises:
        HoldersUnknown: the table cannot be asked, or is missing where the model is written to.
    """
    return _asked(rows.model, rows.db, partial(list, rows))


def _asked(model: type[Model], using: str, ask: Callable[[], Iterable[Any]]) -> Iterable[Any]:
    connection = connections[using]
    try:
        # A failing query must not take a transaction of the host's with it.
        with transaction.atomic(using) if connection.in_atomic_block else nullcontext():
            return ask()
    except Error as error:
        if _must_be_there(model, using) or _is_there(model, connection):
            raise HoldersUnknown(f"{model._meta.label}: {error}") from error
        return ()


def _must_be_there(model: type[Model], using: str) -> bool:
    """Return whether a missing table is one that waits for its migration, under another name."""
    return bool(model._meta.managed) and using == router.db_for_write(model)


def _is_there(model: type[Model], connection: Any) -> bool:
    try:
        return model._meta.db_table in connection.introspection.table_names()
    except Error:
        return True  # As far as one can tell.


def holder_field(path: str) -> "Field[Any, Any]":
    """Return the field that an entry of ``EVENT_PDFS["HOLDERS"]`` names.

    Raises:
        LookupError: ``"app.Model.field"`` is not there.
        ValueError: it is not of that form.
    """
    label, _, name = path.rpartition(".")
    try:
        return cast("Field[Any, Any]", apps.get_model(label)._meta.get_field(name))
    except FieldDoesNotExist as error:
        raise LookupError(str(error)) from error


def _further_fields() -> set["Field[Any, Any]"]:
    try:
        return {holder_field(path) for path in conf.holders}
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise HoldersUnknown(f"EVENT_PDFS['HOLDERS']: {error}") from error
