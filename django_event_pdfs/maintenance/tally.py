"""What an engine counts, and the findings that it reports of documents."""

from collections.abc import Sequence

from django_event_pdfs.maintenance.findings import Finding, Watcher
from django_event_pdfs.maintenance.paging import StoredDocument
from django_event_pdfs.maintenance.stored import Flaw, facts_of, read_again


class Tally:
    """Counts by name, in ``counts``; a finding counts under its kind."""

    def __init__(self, watcher: Watcher, counts: dict[str, int] | None = None) -> None:
        self.watcher = watcher
        self.counts = {} if counts is None else counts

    def add(self, name: str, count: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + count

    def report(self, document: StoredDocument, flaws: Sequence[Flaw], name: str = "") -> None:
        """Report the flaws of a document, or of a file called ``name`` that its row names too.

        Not where the row names another file by now: what was replaced or deleted while the engine
        was at work has lost its file by right.
        """
        now = read_again(document) if flaws else None
        if now is None:
            return
        for flaw in flaws:
            if flaw.kind != "stale_facts" or not facts_of(now):
                self.add(flaw.kind)
                self.watcher.found(_finding(document, flaw, name or document.name))


def _finding(document: StoredDocument, flaw: Flaw, name: str) -> Finding:
    label, field = document.model._meta.label, document.field.name
    return Finding(flaw.kind, name, label, field, document.pk, flaw.detail)
