"""Removing files: after the commit, and only what no row names any more."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.files.storage import Storage
from django.db import transaction

from django_event_pdfs.holders import HoldersUnknown, holders
from django_event_pdfs.local_files import can_unlink, unlink
from django_event_pdfs.object_stores import can_delete_many, delete_many
from django_event_pdfs.signals import removal_failed

logger = logging.getLogger("django_event_pdfs")

_BATCH = 500  # names in one query


def release(
    storage: Storage, names: Collection[str], using: str, then: Iterable[Callable[[], None]] = ()
) -> None:
    """Remove files after the commit of the transaction that stopped naming them.

    ``then`` is called after that, also where there is nothing to remove; it must not raise.
    """
    removal = _due_removal(storage, using) or _Removal(storage)
    removal.names.update(names)
    removal.then += then
    if not removal.is_due and (removal.names or removal.then):
        removal.is_due = True
        transaction.on_commit(removal, using=using, robust=True)


def delete_files(storage: Storage, names: Collection[str]) -> set[str]:
    """Delete files, many at once where the storage can; return the names of those that it kept.

    A storage that fails is logged and signalled, and never raises: the row is committed.
    """
    many = _way_for_many(storage) if len(names) > 1 else None
    if many:
        try:
            errors = many(storage, names)
        except Exception:
            # Some stores speak S3 and do not know this request.
            logger.warning("%s cannot delete many files at once.", storage, exc_info=True)
        else:
            for name, error in errors.items():
                _report(storage, name, error)
            return set(errors)
    return {name for name in names if not delete_quietly(storage, name)}


def _way_for_many(
    storage: Storage,
) -> Callable[[Storage, Collection[str]], Mapping[str, Exception]] | None:
    if can_unlink(storage):
        return unlink
    return delete_many if can_delete_many(storage) else None


def delete_quietly(storage: Storage, name: str) -> bool:
    """Delete a file and return whether the storage took it; one that fails is only reported."""
    try:
        storage.delete(name)
    except Exception as error:
        _report(storage, name, error)
        return False
    return True


def _report(storage: Storage, name: str, error: Exception) -> None:
    logger.error("Could not delete the file %r.", name, exc_info=error)
    removal_failed.send_robust(type(storage), storage=storage, name=name, error=error)


@dataclass(slots=True)
class _Removal:
    """Called after the commit: removes the files that no row names by then."""

    storage: Storage
    names: set[str] = field(default_factory=set)
    then: list[Callable[[], None]] = field(default_factory=list)
    is_due: bool = False
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
        except HoldersUnknown:
            # Where nothing can be asked, nothing is removed.
            logger.exception("Kept the files %r: cannot tell whether a row names them.", names)
            return
        delete_files(self.storage, set(names) - held)


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
