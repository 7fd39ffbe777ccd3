"""Facts for rows that have none: those from before adoption, and those written past the library."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import File
from django.db import Error

from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.holders import HoldersUnknown
from django_event_pdfs.inspection import Busy, inspect_stored
from django_event_pdfs.maintenance.findings import SILENT, Watcher
from django_event_pdfs.maintenance.jobs import Jobs, threads_for
from django_event_pdfs.maintenance.paging import StoredDocument, Table, document_tables
from django_event_pdfs.maintenance.reading import local_copy, problem, size_of
from django_event_pdfs.maintenance.stored import Flaw, facts_of, row_of, watched
from django_event_pdfs.maintenance.tally import Tally
from django_event_pdfs.naming import clean_filename, document_stem
from django_event_pdfs.pdf import Inspection
from django_event_pdfs.storage import document_storage, stat

JOBS = 4

TURNS = 6  # Each waits as long as an upload would, and then some.
PAUSE = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class DescribeResult:
    """How many documents there are, were given facts (or would be), and have what flaw.

    ``stopped`` is ``"database"`` where rows could not be read or written, with the ``reason``.
    """

    documents: int = 0
    described: int = 0
    would_be_refused: int = 0
    undescribable: int = 0
    outside_folders: int = 0
    missing: int = 0
    unreadable: int = 0
    busy: int = 0
    dry_run: bool = False
    stopped: str = ""
    reason: str = ""

    @property
    def exit_code(self) -> int:
        if self.stopped:
            return 2
        flaws = self.would_be_refused + self.undescribable + self.outside_folders
        undone = self.missing + self.unreadable + self.busy
        return 1 if flaws + undone or (self.dry_run and self.described) else 0


def describe(
    *, dry_run: bool = False, jobs: int = JOBS, watcher: Watcher = SILENT
) -> DescribeResult:
    """Inspect the files of all rows without facts, and write these.

    Nothing else of a row changes, and a row that is given another file meanwhile keeps what it was
    given. A ``dry_run`` only inspects. A run that was killed is simply started again.

    Findings: ``would_be_refused``, described although it could not be uploaded today, with the
    code; ``undescribable``, with the code of what cannot be read as a PDF; ``outside_folders``,
    which has no link; ``missing``; ``unreadable``; ``busy``, for want of a turn to inspect.
    """
    tally, stopped, reason = Tally(watcher), "", ""
    try:
        _describe_all(tally, jobs, dry_run=dry_run)
    except (HoldersUnknown, Error) as error:
        stopped, reason = "database", problem(error)
    return DescribeResult(**tally.counts, dry_run=dry_run, stopped=stopped, reason=reason)


def _describe_all(tally: Tally, jobs: int, *, dry_run: bool) -> None:
    tables = document_tables()
    tally.watcher.expect(sum(table.count() for table in tables))
    with Jobs(threads_for(jobs, document_storage())) as pool:
        for table in tables:
            for document, outcome in pool.results(_describe, _selected(table, tally)):
                if outcome.facts:
                    written = 1 if dry_run else _write(document, outcome.facts)
                    tally.add("described", written)
                tally.report(document, outcome.flaws)


@dataclass(frozen=True, slots=True)
class _Outcome:
    flaws: tuple[Flaw, ...] = ()
    facts: DocumentFacts | None = None


def _selected(table: Table, tally: Tally) -> Iterator[StoredDocument]:
    """Yield what needs facts, and what is to be reported although it has them."""
    documents = (document for page in table.pages() for document in page)
    for document in watched(documents, tally.watcher):
        tally.add("documents")
        if facts_of(document) is None or not document.field.serves(document.name):
            yield document


def _write(document: StoredDocument, facts: DocumentFacts) -> int:
    return row_of(document).update(**{document.field.facts_name: facts.as_json()})


def _describe(document: StoredDocument) -> _Outcome:
    """Do what asks the storage and nothing that asks the database: it runs in a thread."""
    flaws = () if document.field.serves(document.name) else (Flaw("outside_folders"),)
    if facts_of(document):
        return _Outcome(flaws)
    outcome = _inspected(document)
    return replace(outcome, flaws=flaws + outcome.flaws)


def _inspected(document: StoredDocument) -> _Outcome:
    storage, name = document.field.storage, document.name
    try:
        if size_of(storage, name) is None:
            return _Outcome((Flaw("missing"),))
        with local_copy(storage, name) as (file, _digest):
            return _judged(document, file, _inspect_patiently(file))
    except FileNotFoundError:
        return _Outcome((Flaw("missing"),))
    except Busy as error:
        return _Outcome((Flaw("busy", problem(error.__cause__ or error)),))
    except Exception as error:  # Storages fail with errors of many types.
        return _Outcome((Flaw("unreadable", problem(error)),))


def _inspect_patiently(file: "File[Any]") -> Inspection:
    for _ in range(TURNS - 1):
        try:
            return inspect_stored(file)
        except Busy:
            time.sleep(PAUSE)
    return inspect_stored(file)


def _judged(document: StoredDocument, file: "File[Any]", inspection: Inspection) -> _Outcome:
    if inspection.refusal:
        exceeded = inspection.refusal.params.get("exceeded")
        detail = f"{inspection.refusal.code} ({exceeded})" if exceeded else inspection.refusal.code
        return _Outcome((Flaw("undescribable", detail),))
    code = document.field.gate.refuses(file, document.name, inspection)
    flaws = (Flaw("would_be_refused", code),) if code else ()
    return _Outcome(flaws, _facts(document, inspection))


def _facts(document: StoredDocument, inspection: Inspection) -> DocumentFacts:
    last = document.name.rpartition("/")[2]
    default = f"{document_stem(document.field.name)}.pdf"
    facts = DocumentFacts.of(inspection, document.name, clean_filename(last, default))
    return replace(facts, stored_at=_modified(document) or datetime.now(UTC))


def _modified(document: StoredDocument) -> datetime | None:
    try:
        return stat(document.field.storage, document.name).modified
    except Exception:  # Some storages cannot tell, each in its own way.
        return None
