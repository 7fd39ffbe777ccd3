"""Removing the files that no row names: what a crash, a rollback or an ``update()`` left behind.

Nothing is deleted before everything is counted, and every file is asked for once more right before
it goes. A sweep that was killed has done a part of its work; the next one does the rest.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.core.files.storage import Storage

from django_event_pdfs.holders import HoldersUnknown, holders
from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.clocks import earlier
from django_event_pdfs.maintenance.findings import SILENT, Finding, Watcher
from django_event_pdfs.maintenance.listing import StorageFailed
from django_event_pdfs.maintenance.orphans import Search, document_folders
from django_event_pdfs.removal import delete_files
from django_event_pdfs.storage import document_storage

GRACE = timedelta(hours=24)
BATCH = 500  # files deleted at once
BRAKE = 1_000  # files that may go without being asked for
BRAKE_SHARE = 10  # percent of all files that may


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep did, in files.

    ``listed`` are all in the folders; ``orphans`` those to go: ``removed``, ``kept`` since a row
    names them by now, or ``failed`` to be deleted. No row names the others either, but they stay:
    ``young`` ones, ``undated`` ones, of which the storage does not say how old they are, and
    ``odd`` ones, whose names might mean another file.

    ``stopped`` is why it stopped early, with the ``reason`` in words: ``"marker"`` the storage is
    not marked as this database's, ``"brake"`` too many would go, ``"storage"`` the storage cannot
    do it or failed, ``"holders"`` who names a file cannot be told.
    """

    listed: int
    young: int
    orphans: int
    removed: int
    kept: int
    failed: int
    undated: int
    odd: int
    stopped: str
    reason: str

    @property
    def exit_code(self) -> int:
        """0: no orphan is left. 1: one is, or may be. 2: stopped."""
        if self.stopped:
            return 2
        left = self.orphans - self.removed - self.kept
        return 1 if left or self.undated or self.odd else 0


def sweep(
    *,
    older_than: timedelta = GRACE,
    max_delete: int | None = None,
    adopt: bool = False,
    dry_run: bool = False,
    now: datetime | None = None,
    watcher: Watcher = SILENT,
) -> SweepResult:
    """Remove the files in the documents' folders that no row names and that are old enough.

    Without ``max_delete`` it stops before the first one when more than 10 % of all files or more
    than 1,000 would go. The storage must be marked as this database's; ``adopt`` marks it. A dry
    run writes and deletes nothing and finds the ``"orphan"`` files; else they are found
    ``"removed"``, ``"kept"`` or ``"failed"``. ``now`` is this machine's clock.

    Raises:
        ValueError: ``older_than`` is negative.
    """
    if older_than < timedelta(0):
        raise ValueError("Files cannot be younger than nothing: older_than is negative.")
    storage = document_storage()
    search = Search(storage, now or datetime.now(UTC), older_than, watcher)
    run = _Run(storage, search, watcher)
    try:
        if dry_run:
            run.look()
        else:
            run.prepare(adopt=adopt)
            run.remove(max_delete)
    except _Stopped as error:
        return run.result(error.code, str(error))
    except StorageFailed as error:
        return run.result("storage", str(error))
    except HoldersUnknown as error:
        return run.result("holders", str(error))
    return run.result()


class _Stopped(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class _Run:
    def __init__(self, storage: Storage, search: Search, watcher: Watcher) -> None:
        self._storage = storage
        self._search = search
        self._watcher = watcher
        self._orphans = self._removed = self._kept = self._failed = 0

    def look(self) -> None:
        """Find the orphans, and touch nothing."""
        for name in self._search.orphans():
            self._orphans += 1
            self._watcher.found(Finding("orphan", name))

    def prepare(self, *, adopt: bool) -> None:
        """Make sure that the storage is ours, and of its clock."""
        if adopt:
            marker.adopt(self._storage)
        elif not marker.matches(self._storage):
            raise _Stopped("marker", "The storage is not marked as that of this database.")
        for folder in document_folders()[:1]:
            self._search.now = earlier(self._search.now, self._storage, folder)

    def remove(self, max_delete: int | None) -> None:
        """Write down all orphans, and then delete them."""
        with TemporaryFile("w+", encoding="ascii") as names:
            for name in self._search.orphans():
                names.write(json.dumps(name) + "\n")
                self._orphans += 1
            self._brake(max_delete)
            self._watcher.expect(self._search.listed + self._orphans)
            names.seek(0)
            for batch in _batches(names):
                self._delete(batch)

    def result(self, stopped: str = "", reason: str = "") -> SweepResult:
        return SweepResult(
            listed=self._search.listed,
            young=self._search.young,
            orphans=self._orphans,
            removed=self._removed,
            kept=self._kept,
            failed=self._failed,
            undated=self._search.undated,
            odd=self._search.odd,
            stopped=stopped,
            reason=reason,
        )

    def _brake(self, max_delete: int | None) -> None:
        listed = self._search.listed
        allowed = min(BRAKE, listed * BRAKE_SHARE // 100) if max_delete is None else max_delete
        if self._orphans > allowed:
            raise _Stopped(
                "brake", f"{self._orphans} of {listed} files would go, and {allowed} may."
            )

    def _delete(self, batch: list[str]) -> None:
        named = holders(batch)
        failed = delete_files(self._storage, [name for name in batch if name not in named])
        for name in batch:
            kind = "kept" if name in named else "failed" if name in failed else "removed"
            self._watcher.found(Finding(kind, name))
        self._kept += len(named)
        self._failed += len(failed)
        self._removed += len(batch) - len(named) - len(failed)
        self._watcher.advance(len(batch))


def _batches(lines: IO[str]) -> Iterator[list[str]]:
    while batch := [json.loads(line) for line in islice(lines, BATCH)]:
        yield batch
