"""Every file that rows name, from one storage to another, before ``STORAGES`` is switched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.storage import Storage, storages
from django.db import Error

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.holders import HoldersUnknown
from django_event_pdfs.maintenance.findings import SILENT, Watcher
from django_event_pdfs.maintenance.jobs import Jobs, threads_for
from django_event_pdfs.maintenance.one_place import is_one_folder, is_one_place
from django_event_pdfs.maintenance.paging import StoredDocument, Table, document_tables
from django_event_pdfs.maintenance.reading import problem
from django_event_pdfs.maintenance.stored import facts_of, watched
from django_event_pdfs.maintenance.tally import Tally
from django_event_pdfs.maintenance.transfer import Transfer, Wanted
from django_event_pdfs.naming import new_name

JOBS = 4


@dataclass(frozen=True, slots=True)
class CopyResult:
    """How many files rows name, were copied (or would be) or there already, and have what flaw.

    ``size`` is the number of bytes copied. ``stopped`` is why it stopped early, with the
    ``reason`` in words: ``"unknown_storage"`` an alias names none that can be made,
    ``"one_place"`` both are the same, ``"storage"`` one cannot be used at all, ``"database"`` the
    rows cannot be read.
    """

    files: int = 0
    copied: int = 0
    present: int = 0
    size: int = 0
    missing: int = 0
    unreadable: int = 0
    altered: int = 0
    unsafe_name: int = 0
    differs: int = 0
    failed: int = 0
    renamed: int = 0
    damaged_copy: int = 0
    dry_run: bool = False
    stopped: str = ""
    reason: str = ""

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return 2
        source = self.missing + self.unreadable + self.altered + self.unsafe_name
        target = self.differs + self.failed + self.renamed + self.damaged_copy
        return 1 if source + target or (self.dry_run and self.copied) else 0


def copy(
    source: str,
    target: str,
    *,
    jobs: int = JOBS,
    deep: bool = False,
    dry_run: bool = False,
    watcher: Watcher = SILENT,
) -> CopyResult:
    """Copy what rows name from one alias of ``STORAGES`` to another, under the same names.

    What is in the target with the right size is left alone; with ``deep`` only if it has the right
    sha256. So a run that was killed is simply started again, and one more catches up with uploads.
    What was copied is read once more in the target. Files that are kept a while after they were
    replaced are copied too. A ``dry_run`` only compares sizes, or with ``deep`` sha256.

    Findings: ``missing`` and ``unreadable`` in the source; ``altered``: the source is not what its
    facts say, and was copied nonetheless; ``unsafe_name``, which no storage keeps as it is;
    ``differs``: the target is in use and has another file, which was left alone; ``failed``: the
    target did not take it; ``renamed``: only under another name; ``damaged_copy``: what it gives
    back differs. Nothing is left in the target of the last three.
    """
    tally, stopped, reason = Tally(watcher), "", ""
    try:
        tables = document_tables()
        transfer = _transfer(source, target, deep=deep, dry_run=dry_run)
        _require_two_places(transfer, tables)
        _copy_all(tables, transfer, jobs, tally)
    except _Stopped as error:
        stopped, reason = error.code, str(error)
    except (HoldersUnknown, Error) as error:
        stopped, reason = "database", problem(error)
    return CopyResult(**tally.counts, dry_run=dry_run, stopped=stopped, reason=reason)


class _Stopped(Exception):
    """Why nothing can be copied: a code, and the reason in words."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _transfer(source: str, target: str, *, deep: bool, dry_run: bool) -> Transfer:
    if source == target:
        raise _Stopped("one_place", f"Both are {target!r}.")
    is_live = target == conf.storage
    return Transfer(_storage(source), _storage(target), is_live, deep, dry_run)


def _storage(alias: str) -> Storage:
    try:
        return storages[alias]
    except Exception as error:  # Whatever a storage raises that is set up wrongly.
        raise _Stopped("unknown_storage", f"{alias!r}: {problem(error)}") from error


def _require_two_places(transfer: Transfer, tables: list[Table]) -> None:
    source, target = transfer.source, transfer.target
    is_one = is_one_folder(source, target)
    if not is_one and tables and not transfer.dry_run:
        # In a folder that is swept, should it stay behind.
        name = new_name(tables[0].fields[0].folder, "probe")
        try:
            is_one = is_one_place(source, target, name)
        except Exception as error:  # Storages fail with errors of many types.
            raise _Stopped("storage", problem(error)) from error
    if is_one:
        raise _Stopped("one_place", "What is saved in the target appears in the source.")


def _copy_all(tables: list[Table], transfer: Transfer, jobs: int, tally: Tally) -> None:
    tally.watcher.expect(sum(table.count() for table in tables))
    with Jobs(threads_for(jobs, transfer.source, transfer.target)) as pool:
        for table in tables:
            _copy_table(table, transfer, pool, tally)


def _copy_table(table: Table, transfer: Transfer, pool: Jobs, tally: Tally) -> None:
    documents = (document for page in table.pages() for document in page)
    under_way: set[str] = set()
    files = _distinct(_wanted(watched(documents, tally.watcher)), under_way)
    for wanted, outcome in pool.results(transfer, files):
        under_way.discard(wanted.name)
        tally.add("files")
        tally.add("copied", outcome.copied)
        tally.add("present", outcome.present)
        tally.add("size", outcome.size)
        if wanted.facts or wanted.name == wanted.document.name or _is_kept(wanted):
            tally.report(wanted.document, outcome.flaws, wanted.name)


def _wanted(documents: Iterable[StoredDocument]) -> Iterator[Wanted]:
    """Yield the file of each document, and those that it replaced and that are still kept."""
    for document in documents:
        facts = facts_of(document)
        yield Wanted(document.name, document, facts)
        for name, _at in facts.replaced if facts else ():
            wanted = Wanted(name, document)
            if _is_kept(wanted):
                yield wanted


def _is_kept(wanted: Wanted) -> bool:
    oldest = datetime.now(UTC) - timedelta(seconds=seconds(conf.keep_replaced))
    facts = facts_of(wanted.document)
    replaced = facts.replaced if facts else ()
    return any(
        name == wanted.name and at.tzinfo is not None and at > oldest for name, at in replaced
    )


def _distinct(files: Iterable[Wanted], under_way: set[str]) -> Iterator[Wanted]:
    """Leave out what another thread is copying: rows may share a file."""
    for wanted in files:
        if wanted.name not in under_way:
            under_way.add(wanted.name)
            yield wanted
