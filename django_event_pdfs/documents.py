"""A document as an instance has it: a Django ``FieldFile`` with a link, facts and a gate."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.db.models.fields.files import FieldFile

from django_event_pdfs import lifecycle
from django_event_pdfs.exceptions import LinkUnavailable, StorageUnavailable
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.inspection import content_to_store
from django_event_pdfs.links import Link, get_links
from django_event_pdfs.naming import clean_filename, document_stem
from django_event_pdfs.removal import delete_quietly

if TYPE_CHECKING:
    from django_event_pdfs.fields import PDFField


class DocumentFile(FieldFile):
    """A Django ``FieldFile`` whose ``url`` is the link and whose ``save`` passes the gate."""

    field: "PDFField"
    # What Django's FieldFile sets, and its stubs leave out.
    name: str
    _committed: bool

    @property
    def facts(self) -> DocumentFacts | None:
        """The facts of the stored document, None for a legacy row and before the save."""
        if not self or not self._committed:
            return None
        return DocumentFacts.from_json(getattr(self.instance, self.field.facts_name), self.name)

    @property
    def filename(self) -> str:
        """What people call the file: as uploaded, or the last part of a legacy name."""
        facts = self.facts
        return facts.filename if facts else (self.name or "").rpartition("/")[2]

    @property
    def link(self) -> Link:
        """The link, with its expiry.

        Raises:
            ValueError: there is no document, or it is not stored yet.
            LinkUnavailable: its name lies outside the field's folders.
        """
        return get_links().make(*self._linked())

    @property
    def url(self) -> str:
        """The link as a path, or absolute where ``base_url`` is set. Raises as :attr:`link`."""
        return self.link.url

    @property
    def download_url(self) -> str:
        """As :attr:`url`, of a link whose document browsers save instead of showing it."""
        return get_links().make_download(*self._linked()).url

    def _linked(self) -> tuple[str, str]:
        """Return what a link is made of: the name, and the original filename where it is known."""
        self._require_file()  # type: ignore[attr-defined]
        if not self._committed or not self.field.serves(self.name):
            raise LinkUnavailable(f"No link opens {self.name!r}, which is outside the folders.")
        facts = self.facts
        return self.name, facts.filename if facts else ""

    def save(self, name: str, content: "File[Any]", save: bool = True) -> None:
        """Check ``content``, store it under a new random name, and note its facts.

        Raises:
            ValidationError: with the code of the first check that failed; nothing is stored.
            StorageUnavailable: the storage failed; nothing is left of the file.
        """
        default = f"{document_stem(self.field.name)}.pdf"
        name = name or default
        inspection = self.field.gate.inspect(content, name, self.instance)
        if save:
            # As an upload, which the instance's save stores, and takes back where it fails.
            self.name, self.file, self._committed = name, content, False
            setattr(self.instance, self.field.attname, self)
            self.instance.save()
            self._file = None
            return
        self._store(content)
        filename = clean_filename(name, default=default)
        facts = DocumentFacts.of(inspection, self.name, filename)
        setattr(self.instance, self.field.facts_name, facts.as_json())
        lifecycle.note_stored(self.instance, self.field, self.name, content, name)

    save.alters_data = True  # type: ignore[attr-defined]

    def _store(self, content: "File[Any]") -> None:
        chosen = self.field.generate_filename(self.instance, "")
        try:
            content = content_to_store(content)
            # Object stores keep it and answer with it, and a client may have declared another.
            content.content_type = "application/pdf"  # type: ignore[attr-defined]
            self.name = self.storage.save(chosen, content, max_length=self.field.max_length)
        except BaseException as error:
            # A full disk leaves what it could take. The name is ours alone, so nothing else goes.
            delete_quietly(self.storage, chosen)
            if not isinstance(error, Exception) or isinstance(error, SuspiciousOperation):
                raise
            # Storages fail with errors of many types, those of their clients among them.
            raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
        setattr(self.instance, self.field.attname, self.name)
        self._committed = True

    def delete(self, save: bool = True) -> None:
        """Clear the document. The file goes after the commit that stores the cleared row."""
        if not self:
            return
        self.close()
        self._file = None
        self.name = None  # type: ignore[assignment]
        self._committed = True
        setattr(self.instance, self.field.attname, None)
        setattr(self.instance, self.field.facts_name, None)
        if save:
            self.instance.save()

    delete.alters_data = True  # type: ignore[attr-defined]
