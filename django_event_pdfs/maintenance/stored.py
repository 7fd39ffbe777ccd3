"""What the rows of documents say, and what they say now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.maintenance.findings import Watcher
from django_event_pdfs.maintenance.paging import StoredDocument


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one document: the kind of a finding, and its detail."""

    kind: str
    detail: str = ""


def facts_of(document: StoredDocument) -> DocumentFacts | None:
    """Return the facts of a document; None where there are none that describe this name."""
    facts = DocumentFacts.from_json(document.facts, document.name)
    is_usable = facts and isinstance(facts.size, int) and isinstance(facts.sha256, str)
    return facts if is_usable else None


def row_of(document: StoredDocument) -> "QuerySet[Any]":
    """Return the row, as long as it names this very file."""
    rows = QuerySet[Any](document.model, using=document.using)
    return rows.filter(pk=document.pk, **{document.field.attname: document.name}).order_by()


def read_again(document: StoredDocument) -> StoredDocument | None:
    """Read the row again; None where it is gone, or names another file by now."""
    field = document.field
    row = row_of(document).values_list(field.attname, field.facts_name).first()
    # Some databases find names that differ in case.
    if row is None or row[0] != document.name:
        return None
    return StoredDocument(document.model, document.using, document.pk, field, *row)


def watched(documents: Iterable[StoredDocument], watcher: Watcher) -> Iterator[StoredDocument]:
    """Pass the documents on, and tell the watcher of each row that is begun."""
    last: Any = None
    for document in documents:
        row = document.using, document.model, document.pk
        if row != last:
            watcher.advance()
            last = row
        yield document
