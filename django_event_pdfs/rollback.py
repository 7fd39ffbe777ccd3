"""Files that were stored for a row which was not committed.

Django forgets the commit hooks of what is rolled back, so a hook that went uncalled is a sign. It
is not a proof: another hook may have raised before it, or the acknowledgement of the commit may
have been lost. Whether a row names the file is asked of the database before it is removed.
"""

import logging
from threading import local
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.signals import request_finished
from django.db import connections, transaction

from django_event_pdfs.holders import holders
from django_event_pdfs.removal import delete_quietly

logger = logging.getLogger("django_event_pdfs")

_BATCH = 500  # names in one query


class StoredFile:
    """A file that is in the storage before the row that names it is committed.

    ``is_kept`` and ``is_gone`` say what became of it; both are False until that is known. Until
    then it holds on to the upload, which would have to be stored again. Where it is not certain
    that the commit makes the row, as ``bulk_create(ignore_conflicts=True)`` leaves open, the
    database is asked afterwards.
    """

    def __init__(
        self, storage: Storage, name: str, upload: "File[Any]", filename: str, using: str
    ) -> None:
        self.storage = storage
        self.name = name
        self.upload: File[Any] | None = upload
        self.filename = filename
        self.using = using
        self.is_certain = True
        self.is_kept = False
        self.is_gone = False
        # The block around a test, with whose end its database is gone.
        blocks = connections[using].atomic_blocks
        self.test = next((b for b in blocks if getattr(b, "_from_testcase", False)), None)

    def __call__(self) -> None:
        """Be told of the commit."""
        if self.is_certain:
            self.keep()

    def keep(self) -> None:
        """Be told that a committed row names it."""
        self.is_kept = True
        self.upload = None

    def watch(self) -> None:
        """See what becomes of the transaction that is under way, or of the statement."""
        _unsettled.files.append(self)
        if connections[self.using].in_atomic_block:
            transaction.on_commit(self, using=self.using, robust=True)

    def was_undone(self) -> bool:
        """Return whether its transaction came to nothing, and the file is gone."""
        if self.is_suspect() and self.can_be_asked():
            _settle([self])
        return self.is_gone

    def is_open(self) -> bool:
        """Return whether it is still to be learnt what becomes of it."""
        is_test_over = self.test and self.test not in connections[self.using].atomic_blocks
        return not (self.is_kept or self.is_gone or is_test_over)

    def is_suspect(self) -> bool:
        """Return whether it may be that no row names it, or ever will."""
        hooks = connections[self.using].run_on_commit
        return self.is_open() and not any(entry[1] is self for entry in hooks)

    def can_be_asked(self) -> bool:
        """Return whether the database can tell: bulk_create may write to another than we think."""
        blocks = [b for c in connections.all(initialized_only=True) for b in c.atomic_blocks]
        return self.is_certain or all(getattr(b, "_from_testcase", False) for b in blocks)

    def take_back(self) -> None:
        """Remove the file, for the row that would have named it is not saved."""
        delete_quietly(self.storage, self.name)
        self.is_gone = True

    def __deepcopy__(self, memo: Any) -> "StoredFile":
        return self  # It is one file, however many copies of its instance there are.

    def __reduce__(self) -> Any:
        return type(None), ()  # Another process has nothing to settle.


class Commit:
    """Learns whether the transaction that is under way is committed."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.is_made = not connections[using].in_atomic_block
        if not self.is_made:
            transaction.on_commit(self, using=using, robust=True)

    def __call__(self) -> None:
        self.is_made = True

    def was_undone(self) -> bool:
        """Return whether it came to nothing, as far as one can tell."""
        hooks = connections[self.using].run_on_commit
        return not self.is_made and not any(entry[1] is self for entry in reversed(hooks))

    def __deepcopy__(self, memo: Any) -> "Commit":
        return self  # It is one transaction, however many copies of its instance there are.

    def __reduce__(self) -> Any:
        return type(None), ()


class _Unsettled(local):
    """What a thread has stored: it has connections, and transactions, of its own."""

    def __init__(self) -> None:
        self.files: list[StoredFile] = []


_unsettled = _Unsettled()


def settle(**kwargs: Any) -> None:
    """Remove the files of this thread whose rows were not committed.

    Called at the end of a request, and before the next document is saved.
    """
    files = _unsettled.files
    if files:
        used = connections.all(initialized_only=True)
        waiting = {id(entry[1]) for connection in used for entry in connection.run_on_commit}
        suspects = [s for s in files if id(s) not in waiting and s.is_open() and s.can_be_asked()]
        for start in range(0, len(suspects), _BATCH):
            _settle(suspects[start : start + _BATCH])
        _unsettled.files = [stored for stored in files if stored.is_open()]


def _settle(suspects: list[StoredFile]) -> None:
    try:
        held = holders([stored.name for stored in suspects]) if suspects else set()
    except Exception:
        # Where nothing can be asked, nothing is removed. Tests of hosts may forbid all queries, by
        # errors of their own, and end requests.
        logger.warning(
            "Cannot tell yet whether rows name %d new files.", len(suspects), exc_info=True
        )
        return
    for stored in suspects:
        if stored.name in held:
            stored.keep()
        else:
            stored.take_back()


request_finished.connect(settle, dispatch_uid=__name__)
