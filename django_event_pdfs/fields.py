"""The model field that holds one document, and the JSON column of its facts beside it."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.db import models
from django.db.models.fields.files import FieldFile, FileDescriptor

from django_event_pdfs import lifecycle
from django_event_pdfs.documents import DocumentFile
from django_event_pdfs.facts import read_column
from django_event_pdfs.forms import PDFFormField
from django_event_pdfs.loaded import remember
from django_event_pdfs.lookups import DocumentExact, DocumentIsNull
from django_event_pdfs.naming import new_name
from django_event_pdfs.storage import document_storage
from django_event_pdfs.validators import PDFValidator


class UnchangedColumn:
    """SQL that writes a column to itself. No ``resolve_expression``: nothing is deferred."""

    def __init__(self, column: str | None) -> None:
        self.column = column

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return connection.ops.quote_name(self.column), []


class DocumentDescriptor(FileDescriptor):
    """Takes the file of another field as its name, or as its upload while it is not stored."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, FieldFile) and value.field != self.field:
            value = value.name if _is_stored(value) else value.file
        super().__set__(instance, value)

    def fetch_many(self, instances: Iterable[models.Model]) -> None:
        """Load a deferred document of several instances (Django 6.1's ``FETCH_PEERS``)."""
        name = self.field.attname
        missing = [instance for instance in instances if name not in instance.__dict__]
        super().fetch_many(instances)
        for instance in missing:
            remember(instance, [self.field])


class PDFField(models.FileField):
    """One PDF document of a row: checked, randomly named, removed with the row.

    ``upload_to`` is a folder, and ``folders`` names further ones whose files links may open.
    ``max_size`` (bytes) overrides ``EVENT_PDFS["MAX_SIZE"]``, and ``allow`` (kinds of active
    content) ``EVENT_PDFS["ALLOW"]``. The storage is always that of ``EVENT_PDFS["STORAGE"]``.

    A JSON column ``<name>_facts`` appears beside it on concrete models; ``companion=False`` (in
    migrations, where the column is named) leaves it out.
    """

    attr_class = DocumentFile
    descriptor_class = DocumentDescriptor
    _is_built = False

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        upload_to: str = "",
        *,
        folders: Sequence[str] = (),
        max_size: int | None = None,
        allow: Collection[str] | None = None,
        companion: bool = True,
        **kwargs: Any,
    ) -> None:
        self.folders = (folders,) if isinstance(folders, str) else tuple(folders)
        self.max_size = max_size
        self.allow = allow
        self.companion = companion
        options = {"null": True, "blank": True, "max_length": 255, "db_index": True, **kwargs}
        super().__init__(verbose_name, name, upload_to, **options)
        self._is_built = True

    @property
    def storage(self) -> Storage:
        """The storage as the settings name it now: never frozen, so it can be swapped."""
        # FileField.__init__ looks at it, when the model is imported and it is too early to ask.
        return document_storage() if self._is_built else default_storage

    @storage.setter
    def storage(self, value: Any) -> None:
        """Ignore what ``FileField.__init__`` would freeze; a check tells who gave one."""
        self.ignores_storage = value is not default_storage

    @property
    def facts_name(self) -> str:
        return f"{self.name}_facts"

    @property
    def folder(self) -> str:
        """The folder of new documents, with a slash at its end."""
        return str(self.upload_to).rstrip("/") + "/"

    @property
    def served_folders(self) -> tuple[str, ...]:
        """Every folder whose files links may open, each with a slash at its end."""
        return (self.folder, *(f"{str(folder).rstrip('/')}/" for folder in self.folders))

    def serves(self, name: str) -> bool:
        """Return whether a link may open ``name``."""
        return name.startswith(self.served_folders)

    @property
    def gate(self) -> PDFValidator:
        """What judges each file before it is stored."""
        return PDFValidator(self.max_size, self.allow, self)

    @property
    def validators(self) -> list[Any]:
        return [self.gate, *super().validators]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_folder(), *self._check_installed()]

    def deconstruct(self) -> Any:
        """Leave out policy and storage: a change of either needs no migration."""
        # Not FileField's, which resolves the storage.
        name, path, args, kwargs = super(models.FileField, self).deconstruct()
        # Django leaves out what equals its own defaults, which are not ours.
        for option in ("upload_to", "null", "blank", "db_index", "max_length"):
            kwargs[option] = getattr(self, option)
        return name, path, args, {**kwargs, "companion": False}

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:  # type: ignore[override]
        super().contribute_to_class(cls, name, **kwargs)
        # On an abstract class the column would be copied to its children beside their own.
        if self.companion and not cls._meta.abstract and not _has_field(cls, self.facts_name):
            FactsField(self.name).contribute_to_class(cls, self.facts_name)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        lifecycle.restore_undone(model_instance, [self])  # bulk_create passes through here only.
        if lifecycle.is_kept(model_instance, self):
            if not add:
                return UnchangedColumn(self.column)
            if not model_instance._state.adding:
                # The row was deleted since it was read, and its files with it.
                setattr(model_instance, self.attname, None)
        file = getattr(model_instance, self.attname)
        upload = None if not file or _is_stored(file) else (file.file, file.name)
        saved = super().pre_save(model_instance, add)
        if upload:
            lifecycle.note_row(model_instance, self, saved.name, *upload)
        return saved

    def get_prep_value(self, value: Any) -> Any:
        """Return the name.

        Raises:
            ValueError: the file is not stored yet, as in ``update()`` and ``bulk_update()``.
        """
        if isinstance(value, File) and not _is_stored(value):
            raise ValueError(
                f"{self.name} is given a file that is not stored. "
                "Only save() and bulk_create() store files."
            )
        return super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Write no document as NULL where null is allowed, so that a row says it in one way."""
        prepared = super().get_db_prep_save(value, connection)
        return None if prepared == "" and self.null else prepared

    def generate_filename(self, instance: models.Model | None, filename: Any) -> str:
        """Return a random name; nothing of the user's ``filename`` is in it."""
        return new_name(self.folder, self.name)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PDFFormField, **kwargs})

    def _check_folder(self) -> list[checks.CheckMessage]:
        if isinstance(self.upload_to, str) and self.upload_to.strip("/"):
            return []
        return [
            checks.Error(
                "A PDFField's 'upload_to' must be a folder.",
                hint='Write upload_to="events/programmes/". File names are chosen at random.',
                obj=self,
                id="event_pdfs.E003",
            )
        ]

    def _check_installed(self) -> list[checks.CheckMessage]:
        if apps.is_installed("django_event_pdfs"):
            return []
        return [
            checks.Error(
                "A PDFField needs its app.",
                hint='Add "django_event_pdfs" to INSTALLED_APPS. Without it the files of deleted '
                "rows stay, and no other check runs.",
                obj=self,
                id="event_pdfs.E005",
            )
        ]


PDFField.register_lookup(DocumentExact)
PDFField.register_lookup(DocumentIsNull)


class FactsField(models.JSONField):
    """The facts of the document ``document``. In migrations a plain JSONField."""

    def __init__(self, document: str = "", **kwargs: Any) -> None:
        self.document = document
        super().__init__(**{"null": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, {**kwargs, "null": True, "editable": False}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        try:
            return read_column(value)
        except (TypeError, ValueError):
            return super().from_db_value(value, expression, connection)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if not isinstance(getattr(type(model_instance), self.document, None), DocumentDescriptor):
            # A copy in a table of history, say of django-simple-history: it keeps what it is given.
            return super().pre_save(model_instance, add)
        document: Any = model_instance._meta.get_field(self.document)
        if not add and lifecycle.is_kept(model_instance, document):
            return UnchangedColumn(self.column)
        # Not by getattr, which would fetch deferred facts: they are those of the old document.
        facts = model_instance.__dict__.get(self.attname)
        facts = lifecycle.facts_to_write(model_instance, document, facts)
        model_instance.__dict__[self.attname] = facts
        return facts


@cache
def document_fields(model: type[models.Model]) -> tuple[PDFField, ...]:
    """Return every PDFField of a model, inherited ones included."""
    return tuple(f for f in model._meta.concrete_fields if isinstance(f, PDFField))


def local_document_fields(model: type[models.Model]) -> tuple[PDFField, ...]:
    """Return the PDFFields whose columns are in the model's own table, not in a parent's."""
    concrete = model._meta.concrete_model or model
    return tuple(f for f in concrete._meta.local_fields if isinstance(f, PDFField))


@cache
def document_attnames(model: type[models.Model]) -> tuple[str, ...]:
    """Return the attribute of every PDFField of a model."""
    return tuple(f.attname for f in document_fields(model))


def _is_stored(value: Any) -> bool:
    return isinstance(value, FieldFile) and bool(value._committed)  # type: ignore[attr-defined]


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(f.name == name for f in model._meta.local_fields)
