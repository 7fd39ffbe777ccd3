"""Files in the folders of documents that no row names, found in constant memory."""

import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from django.core.files.storage import Storage
from django.db import connections
from django.db.models import CharField, ExpressionWrapper, F, Field, Model, Q, QuerySet, UUIDField

from django_event_pdfs.conf import conf, seconds
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.fields import PDFField, local_document_fields
from django_event_pdfs.holders import Holder, holding_tables
from django_event_pdfs.maintenance.findings import SILENT, Finding, Watcher
from django_event_pdfs.maintenance.listing import entries, modified, require_places
from django_event_pdfs.maintenance.paging import document_tables, keyset
from django_event_pdfs.models import document_models
from django_event_pdfs.storage import UPLOADS, has_paths

_UNEVEN = ("\\", "//", "./")  # in names that mean a file which has a plainer one
# Databases whose indexes tell all names apart; elsewhere "A.pdf" may equal "a.pdf".
_EXACT = ("sqlite", "postgresql")

CHUNK = 150_000  # files in memory; for each chunk all names of all tables are read once


@dataclass(slots=True)
class Search:
    """A search for orphans: files of some age, directly in a document's folder, named by no row.

    So are uploads that were cut off by the death of their process, in the folder where they wait.

    ``listed`` counts all files there. No row names ``young`` ones yet, nor ``undated`` and ``odd``
    ones, whose age is not known, or which file they are: these are found under their words.
    """

    storage: Storage
    now: datetime
    older_than: timedelta
    watcher: Watcher = SILENT
    chunk: int = CHUNK
    listed: int = 0
    young: int = 0
    undated: int = 0
    odd: int = 0
    _young: set[str] = field(default_factory=set)
    _asks_dates: bool = False

    def orphans(self) -> Iterator[str]:
        """Yield the name of each orphan.

        Raises:
            StorageFailed: the storage cannot list, or failed.
            HoldersUnknown: who names a file cannot be told.
        """
        files: dict[str, str] = {}
        for name in self._list():
            key = _alike(name)
            # Of two files alike one waits for the next sweep. And one string, where they are equal.
            files[key] = key if key == name else name
            if len(files) >= self.chunk:
                yield from self._unnamed(files)
                files.clear()
                self._young.clear()
        if files:
            yield from self._unnamed(files)

    def _list(self) -> Iterator[str]:
        latest = self.now - self.older_than
        folders = document_folders()
        require_places(self.storage, folders)
        # An upload waits for its row; of one that still does after days the process is dead.
        for folder in [*folders, UPLOADS] if self._sees_uploads() else folders:
            for name, changed in entries(self.storage, folder):
                self.listed += 1
                self.watcher.advance()
                if changed is None:
                    self._asks_dates = True
                elif changed > latest:
                    self._young.add(name)
                yield name

    def _sees_uploads(self) -> bool:
        """Return whether uploads wait in the storage, and are not another user's."""
        return has_paths(self.storage) and os.access(
            self.storage.path(UPLOADS), os.R_OK | os.W_OK | os.X_OK
        )

    def _unnamed(self, files: dict[str, str]) -> Iterator[str]:
        _discard(files, _names())
        # After the names, for a file that is replaced meanwhile goes from there to here.
        _discard(files, _replaced_names(self.now))
        return filter(self._may_go, files.values())

    def _may_go(self, name: str) -> bool:
        """Return whether a file that no row names is old enough, and count why not."""
        try:
            changed = modified(self.storage, name) if self._asks_dates else None
        except FileNotFoundError:  # It went meanwhile.
            return False
        if name in self._young or (changed and changed > self.now - self.older_than):
            self.young += 1
            return False
        if not _is_even(name):
            self.odd += 1
            self.watcher.found(Finding("odd", name))
            return False
        if self._asks_dates and changed is None:
            self.undated += 1
            self.watcher.found(Finding("undated", name))
            return False
        return True


def document_folders() -> list[str]:
    """Return the folder of every PDFField, each once, with a slash at its end."""
    fields = (f for model in document_models() for f in local_document_fields(model))
    return sorted({f.folder for f in fields if isinstance(f.upload_to, str) and len(f.folder) > 1})


def _names() -> Iterator[list[str]]:
    folders = document_folders()
    for holder in holding_tables():
        rows = holder.rows
        indexed = [column for column in holder.fields if _is_indexed(column, holder.using)]
        # The index alone is read, not the rows, which are far larger.
        for column in indexed:
            names = rows.values_list(column.attname)
            for page in keyset(names, after="", key=column.attname):
                yield [name for (name,) in page]
        others = [column for column in holder.fields if column not in indexed]
        if not any(isinstance(column, PDFField) for column in holder.fields):
            # A host's own table may be of any size and hold nothing of ours.
            rows = rows.filter(_below(folders, holder))
        if others:
            names = rows.values_list(_key(holder.model), *(column.attname for column in others))
            for page in keyset(names):
                yield [name for row in page for name in row[1:] if isinstance(name, str)]


def _is_indexed(column: "Field[Any, Any]", using: str) -> bool:
    """Return whether to page through a column by its own index."""
    if connections[using].vendor not in _EXACT or not isinstance(column, PDFField):
        return False
    return bool(column.db_index or column.unique)  # type: ignore[attr-defined]


def _key(model: type[Model]) -> Any:
    """Return the primary key to page by; of UUIDs the bare text, for making them takes long."""
    is_uuid = isinstance(model._meta.pk, UUIDField)
    return ExpressionWrapper(F("pk"), output_field=CharField()) if is_uuid else "pk"


def _below(folders: Iterable[str], holder: Holder) -> Q:
    ours = Q(pk__in=())
    for column in holder.fields:
        for folder in folders:
            ours |= Q(**{f"{column.attname}__istartswith": folder})
        for uneven in _UNEVEN:
            ours |= Q(**{f"{column.attname}__contains": uneven})
    return ours


def _replaced_names(now: datetime) -> Iterator[list[str]]:
    keep = timedelta(seconds=seconds(conf.keep_replaced))
    for table in document_tables() if keep else ():
        for document in table.fields:
            rows = QuerySet[Any](table.model, using=table.using)
            rows = rows.filter(**{f"{document.facts_name}__has_key": "replaced"})
            for page in keyset(rows.values_list("pk", document.facts_name)):
                yield [name for row in page for name in _recent(row[1], now - keep)]


def _recent(data: Any, since: datetime) -> Iterator[str]:
    facts = DocumentFacts.from_json(data, data.get("name", "")) if isinstance(data, dict) else None
    return (name for name, at in (facts.replaced if facts else ()) if at > since)


def _discard(files: dict[str, str], pages: Iterable[Sequence[str]]) -> None:
    for names in pages:
        if _are_plain(names):
            for name in names:
                files.pop(name, None)
        else:
            for name in names:
                files.pop(_alike(name), None)


def _are_plain(names: Sequence[str]) -> bool:
    """Return whether each name is what is alike in it: asked of all at once, which is faster."""
    text = "\n".join(names)
    return (
        text.isascii()
        and text == text.lower()
        and not text.startswith("/")
        and not any(part in text for part in (*_UNEVEN, "\n/"))
    )


def _alike(name: str) -> str:
    """Return what names have in common that some storage takes for the same file."""
    if "\\" in name or "//" in name or "./" in name or name.startswith("/"):
        name = posixpath.normpath(name.replace("\\", "/")).lstrip("/")
    return name.lower() if name.isascii() else normalize("NFC", name).casefold()


def _is_even(name: str) -> bool:
    """Return whether rows and storages that are given the name mean this very file."""
    try:
        return "\\" not in name and bool(name.encode())
    except UnicodeEncodeError:  # The bytes of a name on disk that is no UTF-8.
        return False
