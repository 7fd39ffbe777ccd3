"""Who names a file: every file field of every model, and the columns that a host names."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import Error, connections, router, transaction
from django.db.models import F, Field, FileField, Model, Q, QuerySet, lookups

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
        wanted = Q()
        for field in holder.fields:
            wanted |= Q(_OneOf(F(field.attname), asked))
        rows = holder.rows.filter(wanted)
        if holder.using == lock:
            rows = rows.select_for_update()
        rows = rows.values_list(*(f.attname for f in holder.fields))
        held.update(name for row in fetched(rows) for name in row if name in names)
    return held


class _OneOf(lookups.In):
    """``IN`` for names as they are: to have a field prepare each takes longer than the query."""

    prepare_rhs = False

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return f"({', '.join(['%s'] * len(self.rhs))})", tuple(self.rhs)


def fetched(rows: QuerySet[Any]) -> Iterable[Any]:
    """Fetch the rows; none from a database that need not have the table and has not.

    Raises:
        HoldersUnknown: the table cannot be asked, or is missing where the model is written to.
    """
    connection = connections[rows.db]
    try:
        # A failing query must not take a transaction of the host's with it.
        with transaction.atomic(rows.db) if connection.in_atomic_block else nullcontext():
            return list(rows)
    except Error as error:
        if _must_be_there(rows) or _is_there(rows.model, connection):
            raise HoldersUnknown(f"{rows.model._meta.label}: {error}") from error
        return ()


def _must_be_there(rows: QuerySet[Any]) -> bool:
    """Return whether a missing table is one that waits for its migration, under another name."""
    model = rows.model
    return bool(model._meta.managed) and rows.db == router.db_for_write(model)


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
