"""How Django deletes rows with documents: told of one by one, or by one query of our own."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TypeVar

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.db.models.signals import post_delete, pre_delete

from django_event_pdfs.changes import awaits_deletion
from django_event_pdfs.deletions import expect_deletion, in_batches, needs_facts
from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.removal import release
from django_event_pdfs.rows import lock_rows, locks_whole_database, version_in

_M = TypeVar("_M", bound=Model)


class DocumentQuerySet(QuerySet[_M]):
    """A queryset that deletes without loading rows, as Django does where nobody listens.

    The names of their files are read under a lock. Where somebody else wants to be told of each
    row, or others go with it, it deletes as Django does, and the files go all the same.
    """

    def delete(self) -> tuple[int, dict[str, int]]:
        rows = self._to_delete()
        if not self._is_whole() or not _Judge(using=rows.db).can_fast_delete(rows):
            return super().delete()
        with transaction.atomic(using=rows.db, savepoint=False):
            count = _delete(_of_one_table(rows))
        self._result_cache = None
        return count, {self.model._meta.label: count} if count else {}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _is_whole(self) -> bool:
        """Return whether it has nothing in it that Django refuses to delete."""
        query = self.query
        is_part = query.is_sliced or query.combinator or query.distinct
        return not is_part and self._fields is None  # type: ignore[attr-defined]

    def _to_delete(self) -> QuerySet[Any]:
        rows: Any = self._chain()  # type: ignore[attr-defined]
        rows._for_write = True
        rows.query.select_for_update = rows.query.select_related = False
        rows.query.clear_ordering(force=True)
        return rows  # type: ignore[no-any-return]


def use_for_automatic_manager(model: type[Model]) -> None:
    """Have the manager that Django makes where a host declares none give querysets of this class.

    A manager on an abstract base would hide that of another base of the host's model.
    """
    for manager in model._meta.local_managers:
        if manager.auto_created:
            manager._queryset_class = DocumentQuerySet  # type: ignore[attr-defined]
    model._meta._expire_cache()  # type: ignore[attr-defined]


def release_documents(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    """Release a row's files when it is deleted, by instance, query or cascade."""
    expect_deletion(instance, local_document_fields(sender), using)


class _Judge(Collector):
    """Tells whether one query can delete rows; that we listen ourselves is no reason against it."""

    def _has_signal_listeners(self, model: type[Model]) -> bool:
        listening = chain.from_iterable(pre_delete._live_receivers(model))
        return (
            any(receiver is not release_documents for receiver in listening)
            or post_delete.has_listeners(model)
            or any(map(awaits_deletion, local_document_fields(model)))
        )


def _delete(rows: QuerySet[Any]) -> int:
    fields = local_document_fields(rows.model)
    held = lock_rows(rows, fields, facts=any(map(needs_facts, fields)))
    names: dict[Storage, set[str]] = {}
    for field in fields:
        versions = (version_in(field, row) for row in held.values())
        gone = names.setdefault(field.storage, set())
        gone.update(name for version in versions if version for name in version.names)
    for storage, gone in names.items():
        release(storage, gone, rows.db)
    # All there are, where nobody else writes: else a condition may not hold twice, random or now.
    is_all = locks_whole_database(rows.db) and not rows.query.where
    for batch in [rows] if is_all else _by_key(rows, held):
        batch._raw_delete(rows.db)
    return len(held)


def _by_key(rows: QuerySet[Any], keys: Iterable[Any]) -> Iterator[QuerySet[Any]]:
    """Yield the very rows that were locked: the query may find some by now that nobody has read."""
    table = QuerySet[Any](rows.model, using=rows.db)
    return (table.filter(pk__in=batch) for batch in in_batches(list(keys)))


def _of_one_table(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the same rows by a query that joins and groups nothing, so that they can be locked."""
    query = rows.query
    others = query.annotations or query.extra_tables or query.group_by is not None
    if not others and sum(query.alias_refcount.values()) <= 1:
        return rows
    return QuerySet[Any](rows.model, using=rows.db).filter(pk__in=rows.values("pk"))
