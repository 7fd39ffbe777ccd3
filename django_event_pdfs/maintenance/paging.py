"""All rows of any number, page by page in the order of their keys, in constant memory.

Neither server-side cursors, which a transaction pooler breaks, nor OFFSET, which reads what it
skips. A page holds no lock and no transaction, so a long run is in nobody's way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Model, Q, QuerySet

from django_event_pdfs.fields import PDFField, local_document_fields
from django_event_pdfs.holders import databases_of, fetched
from django_event_pdfs.models import document_models

PAGE = 2_000  # rows


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as a row names it: ``facts`` are the JSON column, as it is."""

    model: type[Model]
    using: str
    pk: Any
    field: PDFField
    name: str
    facts: Any


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a model with documents on one database."""

    model: type[Model]
    using: str

    @property
    def key(self) -> str:
        """What names the table from run to run."""
        return f"{self.using}:{self.model._meta.label}"

    @property
    def fields(self) -> tuple[PDFField, ...]:
        return local_document_fields(self.model)

    def count(self) -> int:
        """Return how many rows have a document."""
        return self._rows().count() if self._exists() else 0

    def pages(self, after: Any = None, size: int = PAGE) -> Iterator[list[StoredDocument]]:
        """Yield the documents of all rows, some rows at a time, from the key ``after`` on."""
        columns = [name for f in self.fields for name in (f.attname, f.facts_name)]
        for rows in keyset(self._rows().values_list("pk", *columns), after, size):
            yield [
                StoredDocument(self.model, self.using, row[0], field, name, facts)
                for row in rows
                for field, name, facts in zip(self.fields, row[1::2], row[2::2], strict=True)
                if name
            ]

    def _rows(self) -> QuerySet[Any]:
        filled = Q()
        for field in self.fields:
            filled |= Q(**{f"{field.attname}__isnull": False})
        return QuerySet[Any](self.model, using=self.using).filter(filled)

    def _exists(self) -> bool:
        names = connections[self.using].introspection.table_names()
        return self.model._meta.db_table in names


def document_tables() -> list[Table]:
    """Return every table with documents, on every database that may have it."""
    return [Table(model, using) for model in document_models() for using in databases_of(model)]


def keyset(
    rows: QuerySet[Any], after: Any = None, size: int = PAGE, key: str = "pk"
) -> Iterator[list[Any]]:
    """Yield pages of ``values_list`` rows that begin with a ``key``, and no key more than one page.

    Without that of another column, it is the primary key. Of rows with the same key, some may be
    left out.
    """
    rows = rows.order_by(key)
    while page := list(
        fetched((rows if after is None else rows.filter(**{f"{key}__gt": after}))[:size])
    ):
        yield page
        if len(page) < size:
            return
        after = page[-1][0]
