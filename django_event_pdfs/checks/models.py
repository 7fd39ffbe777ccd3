"""Checks of the models that have documents."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import checks
from django.db.models import Model

from django_event_pdfs.fields import document_fields
from django_event_pdfs.models import AbstractEvent, HasDocuments

Messages = list[checks.CheckMessage]


def check_has_documents(app_configs: Any, **kwargs: Any) -> Messages:
    """E001: a model with a PDFField that is no ``HasDocuments``."""
    return [
        checks.Error(
            f"{model._meta.label} has a PDFField but does not inherit HasDocuments.",
            hint=f"Write class {model.__name__}(HasDocuments, models.Model). Without it "
            "save(update_fields=...) loses facts, and replaced files stay.",
            obj=model,
            id="event_pdfs.E001",
        )
        for model in _models(app_configs)
        if document_fields(model) and not issubclass(model, HasDocuments)
    ]


def check_event_meta(app_configs: Any, **kwargs: Any) -> Messages:
    """W001: a subclass of ``AbstractEvent`` whose own ``Meta`` dropped what it inherits."""
    return [
        checks.Warning(
            f"{model._meta.label} lost the {lost} of AbstractEvent.",
            hint="Let its Meta inherit: class Meta(AbstractEvent.Meta). "
            "Where it sets these itself, repeat AbstractEvent's among them.",
            obj=model,
            id="event_pdfs.W001",
        )
        for model in _models(app_configs)
        if issubclass(model, AbstractEvent) and (lost := " and ".join(_lost_options(model)))
    ]


def _models(app_configs: Any) -> Iterator[type[Model]]:
    for config in app_configs or apps.get_app_configs():
        yield from (m for m in config.get_models() if not m._meta.proxy)


def _lost_options(model: type[AbstractEvent]) -> Iterator[str]:
    inherited, own = AbstractEvent._meta, model._meta
    if not own.ordering:
        yield "ordering"
    if any(issubclass(parent, AbstractEvent) for parent in own.parents):
        return  # The table of the parent has the rest.
    if ["start_date", "id"] not in [list(index.fields) for index in own.indexes]:
        yield "index"
    conditions = [getattr(c, "condition", None) for c in own.constraints]
    if any(getattr(c, "condition", None) not in conditions for c in inherited.constraints):
        yield "constraint"
