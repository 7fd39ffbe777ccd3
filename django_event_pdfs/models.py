"""Abstract models that give a host's event its documents."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models, router
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _

from django_event_pdfs import lifecycle
from django_event_pdfs.conf import conf
from django_event_pdfs.fields import (
    PDFField,
    document_attnames,
    document_fields,
    local_document_fields,
)
from django_event_pdfs.loaded import remember, remember_read
from django_event_pdfs.querysets import release_documents, use_for_automatic_manager
from django_event_pdfs.validators import validate_period


class _EventDetails(models.Model):
    # Declared before the documents, so that forms and tables list these columns first.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    start_date = models.DateTimeField(_("start"))
    end_date = models.DateTimeField(_("end"), null=True, blank=True)
    location = models.CharField(_("location"), max_length=200, blank=True)

    class Meta:
        abstract = True


class HasDocuments(models.Model):
    """The base of every model with a PDFField. It has no columns."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Any:
        instance = super().from_db(*args, **kwargs)
        remember_read(instance, document_attnames(cls))
        return instance

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: Any = None,
    ) -> None:
        documents = document_fields(type(self))
        if fields is not None:
            fields = list(fields)
            documents = tuple(f for f in documents if f.name in fields)
            fields += [f.facts_name for f in documents]
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        remember(self, documents)

    def save_base(
        self,
        raw: bool = False,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save, with the facts of each document that is saved, and its old file's removal.

        Here and not in ``save()``: only here has Django settled which fields are written, and a
        host's own ``save()`` passes through here whatever it forwards.
        """
        using = using or router.db_for_write(type(self), instance=self)
        fields = document_fields(type(self))
        if update_fields is not None:
            fields = tuple(f for f in fields if f.name in update_fields)
            update_fields = frozenset(update_fields) | {f.facts_name for f in fields}
        fields = () if raw else fields
        with lifecycle.saving(self, fields, using, is_there=force_update):
            super().save_base(
                raw=raw,
                force_insert=force_insert,
                force_update=force_update,
                using=using,
                update_fields=update_fields,
            )

    save_base.alters_data = True  # type: ignore[attr-defined]


class EventDocumentsMixin(HasDocuments):
    """A programme and a guide for a host's own event model."""

    programme_file = PDFField(_("programme"), upload_to="events/programmes/")
    guide_file = PDFField(_("guide"), upload_to="events/guides/")

    class Meta:
        abstract = True


class AbstractEvent(EventDocumentsMixin, _EventDetails):
    """A whole event. A subclass that writes its own ``Meta`` inherits ``AbstractEvent.Meta``."""

    class Meta:
        abstract = True
        ordering = ("start_date", "id")
        indexes = (models.Index(fields=["start_date", "id"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(end_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
                name="%(app_label)s_%(class)s_end_after_start",
                violation_error_code="end_before_start",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        validate_period(self.start_date, self.end_date)


def document_models() -> list[type[models.Model]]:
    """Return every model of the project with a PDFField in its own table, proxies left out."""
    return [m for m in apps.get_models() if not m._meta.proxy and local_document_fields(m)]


def get_event_model() -> type[models.Model]:
    """Return the model behind the bundled viewset.

    Raises:
        ImproperlyConfigured: ``EVENT_MODEL`` names none, or is needed to choose between several.
    """
    if conf.event_model:
        try:
            return apps.get_model(conf.event_model)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise ImproperlyConfigured(
                f"EVENT_PDFS['EVENT_MODEL'] is {conf.event_model!r}, which is no model: {error}"
            ) from error
    found = document_models()
    if len(found) != 1:
        labels = ", ".join(m._meta.label for m in found) or "none"
        raise ImproperlyConfigured(
            f"The bundled event API needs one model with a PDFField; there are: {labels}. "
            "Set EVENT_PDFS['EVENT_MODEL'] = 'app.Model'."
        )
    return found[0]


def watch_deletions() -> None:
    """Release a row's files when it is deleted, by instance, query or cascade."""
    for model in apps.get_models():
        if local_document_fields(model):
            pre_delete.connect(release_documents, sender=model, dispatch_uid=__name__)
            use_for_automatic_manager(model)
