"""Removing files: after the commit, and only what no row names any more."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.core.files.storage import Storage
from django.db import transaction

from django_event_pdfs.holders import HoldersUnknown, holders

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
        except HoldersUnknown:
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
