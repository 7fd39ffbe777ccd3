"""What is examined: the storage, the fields with documents, and how much they may hold."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage
from django.db.models import Model

from django_event_pdfs.conf import conf
from django_event_pdfs.fields import PDFField, document_fields, local_document_fields
from django_event_pdfs.links import upload_path
from django_event_pdfs.models import document_models, get_event_model
from django_event_pdfs.storage import document_storage


@dataclass(frozen=True, slots=True)
class Case:
    """Asked of the settings at use.

    ``url`` is the address of the site, or of its event API, as clients see it.
    """

    url: str = ""
    quick: bool = False

    @property
    def storage(self) -> Storage:
        return document_storage()

    @property
    def api(self) -> str:
        """The address of the event API: found in the URLconf where ``url`` is the site alone."""
        if urlsplit(self.url).path.strip("/"):
            return self.url
        return urljoin(self.url, upload_path() or "")

    @property
    def fields(self) -> list[PDFField]:
        """Every PDFField of the project."""
        return [f for model in document_models() for f in local_document_fields(model)]

    @property
    def folders(self) -> dict[str, PDFField]:
        """The folders of new documents, each with a field that stores there."""
        return {field.folder: field for field in self.fields}

    @property
    def largest(self) -> int:
        """Bytes that a document may have, in the field that takes the most."""
        return max((_max_size(field) for field in self.fields), default=conf.max_size)

    @property
    def largest_event(self) -> int:
        """Bytes that the documents of one event may have together."""
        sums = (sum(map(_max_size, document_fields(model))) for model in _events())
        return max(sums, default=conf.max_size)


def _events() -> list[type[Model]]:
    """Return the model behind the bundled API, or all that may be behind a host's own."""
    try:
        return [get_event_model()]
    except ImproperlyConfigured:
        return document_models()


def _max_size(field: PDFField) -> int:
    return conf.max_size if field.max_size is None else field.max_size
