"""Rows that are about to be deleted, by instance, query or cascade, and the files they name.

Django tells of each row (``pre_delete``) before it deletes them all. A document may be replaced
after the row was read for that, so what it names is read once more, under a lock. To ask for each
row would be thousands of queries: those told of are locked together, just before the first DELETE.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.files.storage import Storage
from django.db import connections
from django.db.models import FileField, Model, QuerySet

from django_event_pdfs.changes import Change, awaits_deletion
from django_event_pdfs.conf import conf
from django_event_pdfs.removal import release
from django_event_pdfs.rows import by_table, lock_rows, version_in

_BATCH = 500  # rows in one query


def expect_deletion(instance: Model, fields: Sequence[FileField], using: str) -> None:
    """Release what a row names when it is deleted; ``fields`` are documents of one table."""
    connection = connections[using]
    if not connection.in_atomic_block:
        return None  # Somebody sent the signal, and deletes nothing.
    for wrapper in connection.execute_wrappers:
        if isinstance(wrapper, _ExpectedDeletions) and wrapper.is_due():
            return wrapper.add(instance, fields)
    expected = _ExpectedDeletions(connection)
    expected.add(instance, fields)
    # Before those of others, who remove theirs from the end.
    return connection.execute_wrappers.insert(0, expected)


class _ExpectedDeletions:
    """Stands before the queries of a connection until the first DELETE, or the end of its block."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.block = connection.atomic_blocks[-1]
        self.instances: dict[tuple[FileField, ...], dict[Any, Model]] = {}

    def add(self, instance: Model, fields: Sequence[FileField]) -> None:
        instances = self.instances.setdefault(tuple(fields), {})
        instances[_key(instance, fields[0].model)] = instance

    def is_due(self) -> bool:
        """Return whether this is the very block in which rows are to be deleted."""
        return bool(self.connection.atomic_blocks[-1:] == [self.block])

    def is_over(self) -> bool:
        """Return whether that block came to nothing, a receiver having raised."""
        return self.connection.needs_rollback or self.block not in self.connection.atomic_blocks

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self.is_over():
            self._step_aside()
        elif self.is_due() and sql.startswith("DELETE"):
            self._step_aside()
            self._release()
        return execute(sql, params, many, context)

    def _step_aside(self) -> None:
        # A query of another one's, that of its lock, may have sent it away already.
        if self in self.connection.execute_wrappers:
            self.connection.execute_wrappers.remove(self)

    def _release(self) -> None:
        locked = self._lock()
        names: dict[Storage, set[str]] = {}
        changes: list[Change] = []
        for fields, instances in self.instances.items():
            rows = locked[fields[0].model]
            for field in fields:
                held = [(i, version_in(field, rows.get(key, {}))) for key, i in instances.items()]
                gone = names.setdefault(field.storage, set())
                gone.update(name for _i, old in held if old for name in old.names)
                if awaits_deletion(field):
                    changes += [Change(i, field, old, is_deletion=True) for i, old in held if old]
        for storage, gone in names.items():
            release(storage, gone, self.connection.alias, changes)
            changes = []

    def _lock(self) -> dict[type[Model], dict[Any, dict[str, Any]]]:
        """Lock the rows of each table, in the order of all writers, and return what they hold."""
        keys: dict[type[Model], set[Any]] = {}
        for fields, instances in self.instances.items():
            for model in by_table(fields):
                keys.setdefault(model, set()).update(_key(i, model) for i in instances.values())
        tables = by_table(field for fields in self.instances for field in fields)
        using = self.connection.alias
        return {
            model: {
                key: row
                for batch in in_batches(sorted(keys[model]))
                for key, row in lock_rows(
                    QuerySet[Any](model, using=using).filter(pk__in=batch),
                    fields,
                    facts=any(map(needs_facts, fields)),
                ).items()
            }
            for model, fields in tables.items()
        }


def needs_facts(field: FileField) -> bool:
    """Return whether more than the name of a document matters: facts take long to read."""
    return bool(conf.keep_replaced) or awaits_deletion(field)


def _key(instance: Model, model: type[Model]) -> Any:
    return model._meta.pk.to_python(instance._get_pk_val(model._meta))


def in_batches(keys: list[Any]) -> Iterator[list[Any]]:
    """Yield keys, as many at a time as one query takes."""
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
