"""Whether the file of each row is there, whole, unaltered and readable."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.db import Error

from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.holders import HoldersUnknown
from django_event_pdfs.inspection import scan_upload
from django_event_pdfs.maintenance.checkpoint import Checkpoint, Position, UnusableCheckpoint
from django_event_pdfs.maintenance.findings import SILENT, Watcher
from django_event_pdfs.maintenance.jobs import Jobs, threads_for
from django_event_pdfs.maintenance.paging import PAGE, StoredDocument, Table, document_tables
from django_event_pdfs.maintenance.reading import Digest, digest, local_copy, problem, size_of
from django_event_pdfs.maintenance.stored import Flaw, facts_of, watched
from django_event_pdfs.maintenance.tally import Tally
from django_event_pdfs.scanning import ScannerUnavailable, get_scanner
from django_event_pdfs.storage import document_storage

JOBS = 8

_SLOW_PAGE = 200  # rows, where each file is read: what is done again after a kill


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """How many documents there are, and how many have what flaw. No facts are no flaw.

    ``stopped`` is why it stopped early, with the ``reason`` in words: ``"scanner"`` there is none,
    ``"checkpoint"`` it cannot be used, ``"database"`` the rows cannot be read.
    """

    documents: int = 0
    undescribed: int = 0
    stale_facts: int = 0
    missing: int = 0
    truncated: int = 0
    altered: int = 0
    unreadable: int = 0
    infected: int = 0
    unscanned: int = 0
    stopped: str = ""
    reason: str = ""

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return 2
        broken = self.missing + self.truncated + self.altered + self.unreadable
        return 1 if broken + self.stale_facts + self.infected + self.unscanned else 0


def verify(
    *,
    deep: bool = False,
    scan: bool = False,
    jobs: int = JOBS,
    checkpoint: str | os.PathLike[str] | None = None,
    watcher: Watcher = SILENT,
) -> VerifyResult:
    """Compare every document of every row with its file.

    ``deep`` reads the files and compares their sha256; ``scan`` has each scanned for viruses
    again. So many ``jobs`` ask the storage at once. A run that was killed goes on where its
    ``checkpoint`` file says, and reports what it found after that once more.

    Findings: ``missing``; ``truncated``, shorter than its facts say; ``altered``, longer or of
    another sha256; ``unreadable``; ``stale_facts``, which describe another name or nothing;
    ``infected``; ``unscanned``.
    """
    run = _Run(_Check(deep, scan), watcher)
    if scan and (reason := _no_scanner()):
        return run.result("scanner", reason)
    try:
        with Jobs(threads_for(jobs, document_storage())) as pool:
            run.through(Checkpoint(checkpoint, {"deep": deep, "scan": scan}), pool)
    except UnusableCheckpoint as error:
        return run.result("checkpoint", str(error))
    except (HoldersUnknown, Error) as error:
        return run.result("database", problem(error))
    return run.result()


class _Run:
    """One verification: where it is, and what it has counted."""

    def __init__(self, check: "_Check", watcher: Watcher) -> None:
        self.check = check
        self.watcher = watcher
        self.position = Position()

    def result(self, stopped: str = "", reason: str = "") -> VerifyResult:
        return VerifyResult(**self.position.counts, stopped=stopped, reason=reason)

    def through(self, checkpoint: Checkpoint, pool: Jobs) -> None:
        tables = document_tables()
        self.position = _usable(checkpoint.load(), tables)
        checkpoint.save(self.position)  # Where it cannot be written, better now than later.
        self.watcher.expect(sum(table.count() for table in tables))
        self.watcher.advance(self.position.rows)
        for table in tables:
            if table.key not in self.position.done:
                self._table(table, checkpoint, pool)
        checkpoint.remove()

    def _table(self, table: Table, checkpoint: Checkpoint, pool: Jobs) -> None:
        size = _SLOW_PAGE if self.check.reads else PAGE
        for page in table.pages(self.position.after_in(table), size):
            self._page(page, pool)
            if page:
                rows = len({document.pk for document in page})
                self.position.reached(table, page[-1].pk, rows)
                checkpoint.save(self.position)
        self.position.finished(table)
        checkpoint.save(self.position)

    def _page(self, page: Iterable[StoredDocument], pool: Jobs) -> None:
        tally = Tally(self.watcher, self.position.counts)
        for document, flaws in pool.results(self.check, watched(page, self.watcher)):
            tally.add("documents")
            if document.facts is None:
                tally.add("undescribed")
            tally.report(document, flaws)


def _usable(position: Position, tables: list[Table]) -> Position:
    if position.counts.keys() - set(VerifyResult.__slots__[:-2]):
        raise UnusableCheckpoint("It is that of another version.")
    for table in tables:
        position.after_in(table)
    return position


@dataclass(frozen=True, slots=True)
class _Check:
    """What the threads do: all that asks the storage, and nothing that asks the database."""

    deep: bool
    scan: bool

    @property
    def reads(self) -> bool:
        return self.deep or self.scan

    def __call__(self, document: StoredDocument) -> list[Flaw]:
        facts = facts_of(document)
        is_stale = facts is None and document.facts is not None
        flaws = [Flaw("stale_facts")] if is_stale else []
        try:
            return flaws + self._of_file(document, facts)
        except FileNotFoundError:
            return [*flaws, Flaw("missing")]
        except Exception as error:  # Storages fail with errors of many types.
            return [*flaws, Flaw("unreadable", problem(error))]

    def _of_file(self, document: StoredDocument, facts: DocumentFacts | None) -> list[Flaw]:
        storage, name = document.field.storage, document.name
        size = size_of(storage, name)
        if size is None:
            return [Flaw("missing")]
        flaws = _of_size(size, facts)
        if self.scan:
            with local_copy(storage, name) as (file, read):
                found = _of_scan(file)
            return [*(flaws or self._of_bytes(read, facts)), *found]
        if self.deep:
            read = digest(storage, name)
            return flaws or self._of_bytes(read, facts)
        return flaws

    def _of_bytes(self, read: Digest, facts: DocumentFacts | None) -> list[Flaw]:
        if facts and self.deep and read.size == facts.size and read.sha256 != facts.sha256:
            return [Flaw("altered", f"sha256 {read.sha256} instead of {facts.sha256}")]
        return _of_size(read.size, facts)


def _of_size(size: int, facts: DocumentFacts | None) -> list[Flaw]:
    if facts is None or size == facts.size:
        return []
    kind = "truncated" if size < facts.size else "altered"
    return [Flaw(kind, f"{size} bytes instead of {facts.size}")]


def _of_scan(file: "File[Any]") -> list[Flaw]:
    try:
        verdict = scan_upload(file)
    except ScannerUnavailable as error:
        return [Flaw("unscanned", problem(error))]
    return [Flaw("infected", verdict.signature)] if verdict.is_infected else []


def _no_scanner() -> str:
    """Return why nothing can be scanned; empty where a scanner is configured."""
    try:
        return "" if get_scanner() else 'EVENT_PDFS["SCANNER"] names none.'
    except ImproperlyConfigured as error:
        return problem(error)
