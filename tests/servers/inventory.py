"""What is there when all is over: rows whose files are not whole, and files that no row names."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django_event_pdfs.maintenance.findings import Finding, Watcher
from django_event_pdfs.maintenance.sweep import sweep
from django_event_pdfs.storage import document_storage
from tests.testapp.models import Event

DOCUMENTS = ("programme_file", "guide_file")


def inventory() -> dict[str, Any]:
    """Return how many documents rows name, those that are not whole, and the files left over."""
    documents = [d for e in Event.objects.all() for d in (e.programme_file, e.guide_file) if d]
    wrong = [document.name for document in documents if not _is_whole(document)]
    left = _files() - {document.name for document in documents}
    return {"documents": len(documents), "wrong": wrong, "orphans": sorted(left)}


def swept() -> dict[str, Any]:
    """Return what a sweep finds while all is young, and without grace; and what is there then."""
    young = _sweep(timedelta(hours=24))
    found = _sweep(timedelta(0))
    return {"young": young, "swept": found, "after": inventory()}


class Names(Watcher):
    """Collects the names that are found."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def found(self, finding: Finding) -> None:
        self.names.append(finding.name)


def _sweep(grace: timedelta) -> list[str]:
    watcher = Names()
    sweep(older_than=grace, max_delete=10_000, adopt=True, dry_run=False, watcher=watcher)
    return sorted(watcher.names)


def _is_whole(document: Any) -> bool:
    try:
        with document.open() as file:
            data = file.read()
    except FileNotFoundError:
        return False
    facts = document.facts
    return (len(data), hashlib.sha256(data).hexdigest()) == (facts.size, facts.sha256)


def _files() -> set[str]:
    root = Path(document_storage().location)
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in files if path.suffix == ".pdf"}
