"""Removing files: after the commit, and only what no row names any more."""

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db import DatabaseError, connections, router, transaction
from django.db.models import FileField, Model, Q, QuerySet

logger = logging.getLogger("django_event_pdfs")

_BATCH = 500  # names in one query


def release(
    storage: Storage, names: Collection[str], using: str, then: Iterable[Callable[[], None]] = ()
) -> None:
    """Remove files after the commit of the transaction that stopped naming them.

    ``then`` is called after that; it must not raise.
    """
    due = _due_removal(storage, using)
    if due:
        due.names.update(names)
        due.then += then
    elif names:
        removal = _Removal(storage, set(names), list(then))
        transaction.on_commit(removal, using=using, robust=True)


def delete_quietly(storage: Storage, name: str) -> None:
    """Delete a file; a storage that fails must not fail the request, whose row is committed."""
    try:
        storage.delete(name)
    except Exception:
        logger.exception("Could not delete the file %r.", name)


def holders(names: Collection[str]) -> set[str]:
    """Return those of ``names`` that any file field of any row on any database still names.

    Asked of plain querysets, for a default manager may hide rows. Names alone are compared: two
    aliases of ``STORAGES`` may be one place.
    """
    held: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        fields = [f for f in model._meta.local_fields if isinstance(f, FileField)]
        if fields:
            held |= _held_by(model, fields, names)
    return held


def _held_by(model: type[Model], fields: list[FileField], names: Collection[str]) -> set[str]:
    wanted = Q()
    for file_field in fields:
        wanted |= Q(**{f"{file_field.attname}__in": list(names)})
    attnames = [f.attname for f in fields]
    held: set[str] = set()
    for using in connections:
        if router.allow_migrate_model(using, model):
            rows = QuerySet[Any](model, using=using).filter(wanted).values_list(*attnames)
            held.update(name for row in _rows(rows) for name in row if name in names)
    return held


def _rows(rows: QuerySet[Any]) -> Iterable[Any]:
    """Fetch the rows; none from a database that has no such table."""
    connection = connections[rows.db]
    try:
        # A failing query must not take a transaction of the host's with it.
        with transaction.atomic(rows.db) if connection.in_atomic_block else nullcontext():
            return list(rows)
    except DatabaseError:
        if rows.model._meta.db_table in connection.introspection.table_names():
            raise
        return ()


@dataclass(slots=True)
class _Removal:
    """Called after the commit: removes the files that no row names by then."""

    storage: Storage
    names: set[str]
    then: list[Callable[[], None]]
    called: bool = False

    def __call__(self) -> None:
        self.called = True
        names = sorted(self.names)
        for start in range(0, len(names), _BATCH):
            self._remove(names[start : start + _BATCH])
        for call in self.then:
            call()

    def _remove(self, names: Collection[str]) -> None:
        try:
            held = holders(names)
        except DatabaseError:
            # Where nothing can be asked, nothing is removed.
            logger.exception("Kept the files %r: cannot tell whether a row names them.", names)
            return
        for name in set(names) - held:
            delete_quietly(self.storage, name)


def _due_removal(storage: Storage, using: str) -> _Removal | None:
    """Return the removal that waits for the end of this very savepoint or transaction, if any.

    One for all rows that a query deletes, so that whether their files are still named is asked
    once for many.
    """
    connection = transaction.get_connection(using)
    if not connection.in_atomic_block or not connection.run_on_commit:
        return None
    savepoints, due, *_robust = connection.run_on_commit[-1]
    if savepoints != set(connection.savepoint_ids) or not isinstance(due, _Removal):
        return None
    # Django's captureOnCommitCallbacks leaves what it called in the list.
    return due if due.storage is storage and not due.called else None
