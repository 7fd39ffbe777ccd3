"""Serializers: the mixin for a host's own, and the bundled one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, models, router, transaction
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.fields import empty, get_error_detail
from rest_framework.utils import html

from django_event_pdfs.expected_rows import RowGone, expecting_row
from django_event_pdfs.fields import PDFField, document_fields
from django_event_pdfs.models import AbstractEvent, get_event_model
from django_event_pdfs.plans import Plan, PlannedListSerializer, Recipe
from django_event_pdfs.rows import is_there_by_now
from django_event_pdfs.serializer_fields import DocumentsField, PDFFileField
from django_event_pdfs.standing_recipes import standing_recipe
from django_event_pdfs.validators import validate_period

EVENT_FIELDS = ("id", "name", "description", "start_date", "end_date", "location")


class AlreadyExists(APIException):
    """A POST with an ``id`` that an event has: a retry whose first try came through."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("There is an event with this id already.")
    default_code = "already_exists"


class PeriodValidator:
    """The rule of ``validate_period`` for a serializer of an ``AbstractEvent``."""

    requires_context = True

    def __call__(self, attrs: Mapping[str, Any], serializer: Any) -> None:
        start, end = (
            attrs.get(name, getattr(serializer.instance, name, None))
            for name in ("start_date", "end_date")
        )
        try:
            validate_period(start, end)
        except DjangoValidationError as error:
            raise serializers.ValidationError(get_error_detail(error)) from error


class EventDocumentsSerializerMixin(serializers.ModelSerializer[Any]):
    """Put before ``ModelSerializer``: documents become URLs, and ``documents`` carries the facts.

    Each ``PDFField`` that the serializer shows becomes a :class:`PDFFileField`. Name ``documents``
    in ``Meta.fields`` to show that too; ``"__all__"`` does.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        PDFField: PDFFileField,
    }

    documents = DocumentsField()

    _plan: Plan | None = None

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, PDFField):
            # What may be cleared follows blank, whatever the column allows.
            kwargs.update(required=not model_field.blank, allow_null=model_field.blank)
            kwargs.pop("max_length", None)  # The name in storage is ours.
        return field_class, kwargs

    def get_default_field_names(self, declared_fields: Any, model_info: Any) -> list[str]:
        names = super().get_default_field_names(declared_fields, model_info)
        model: Any = self.Meta.model
        hidden = {f.facts_name for f in document_fields(model)}
        hidden -= set(getattr(self.Meta, "exclude", None) or ())  # DRF wants to find those.
        return [name for name in names if name not in hidden]

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Any:
        made = super().many_init(*args, **kwargs)
        if type(made) is serializers.ListSerializer:  # Not a host's own, which asks for each row.
            # What many_init does with its arguments is REST framework's affair, so it isn't redone.
            made.__class__ = PlannedListSerializer
        return made

    def to_representation(self, instance: Any) -> Any:
        if not isinstance(instance, models.Model) or not self._is_represented_by_drf():
            return super().to_representation(instance)
        standing = standing_recipe(self) if type(instance) is self.Meta.model else None
        fields = standing.fields if standing else list(self._readable_fields)
        if self._plan is None or not self._plan.suits(instance, fields):
            recipe = standing or Recipe(type(instance), fields)
            self._plan = recipe.plan(self.context)
        return self._plan.represent(instance)

    def represent_all(self, rows: Iterable[Any]) -> list[Any]:
        """Return each row as :meth:`to_representation` does, with what they share found once."""
        if type(self).to_representation is not EventDocumentsSerializerMixin.to_representation:
            return [self.to_representation(row) for row in rows]
        shown, plan = [], None
        for row in rows:
            if plan is None or type(row) is not plan.kind:
                shown.append(self.to_representation(row))
                plan = self._plan
            else:
                shown.append(plan.represent(row))
        return shown

    def get_validators(self) -> list[Any]:
        validators: list[Any] = list(super().get_validators())
        if issubclass(self.Meta.model, AbstractEvent):
            validators.append(PeriodValidator())
        return validators

    def to_internal_value(self, data: Any) -> Any:
        if html.is_html_input(data) and "csrfmiddlewaretoken" not in data:
            self._keep_omitted_booleans()
        return super().to_internal_value(data)

    def update(self, instance: models.Model, validated_data: Any) -> Any:
        using = router.db_for_write(type(instance), instance=instance)
        expecting = expecting_row(instance, document_fields(type(instance)))
        try:
            # What a host's save() writes besides, and rows of other tables, are saved with it.
            with transaction.atomic(using=using), expecting:
                return super().update(instance, validated_data)
        except RowGone:
            raise NotFound from None  # Deleted meanwhile; Django's save would make it again.

    @classmethod
    def _is_represented_by_drf(cls) -> bool:
        """Return whether REST framework's way comes next, which a plan takes."""
        after = super().to_representation
        return getattr(after, "__func__", after) is serializers.Serializer.to_representation

    def _keep_omitted_booleans(self) -> None:
        """An app that leaves a boolean out of a form does not mean an unticked box."""
        for field in self._writable_fields:
            if isinstance(field, serializers.BooleanField):
                field.default_empty_html = empty
                field.required = field.required and self.instance is None


class EventSerializer(EventDocumentsSerializerMixin):
    """The bundled serializer of the event model. It shows our fields and nothing of the host's."""

    class Meta:
        # Looked up when used: the model may come from a settings override, or from an app that
        # is loaded after this module.
        model = classproperty(lambda cls: get_event_model())
        fields = classproperty(lambda cls: _bundled_fields(cls.model))

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        key = self.Meta.model._meta.pk
        if self.instance is None and isinstance(key, models.UUIDField) and key.name == "id":
            # A client that chooses the id can repeat its POST without making a second event.
            fields["id"] = serializers.UUIDField(required=False)
        return fields

    def create(self, validated_data: Any) -> Any:
        model: type[models.Model] = self.Meta.model
        key = validated_data.get("id")
        using = router.db_for_write(model)
        same = models.QuerySet[Any](model, using=using).filter(pk=key)
        if key is not None and same.exists():
            raise AlreadyExists
        try:
            with transaction.atomic(using=using):
                return super().create(validated_data)
        except IntegrityError:
            if key is not None and is_there_by_now(same):
                raise AlreadyExists from None
            raise


def _bundled_fields(model: type[models.Model]) -> tuple[str, ...]:
    present = {f.name for f in model._meta.concrete_fields}
    documents = [f.name for f in document_fields(model)]
    return (*(n for n in EVENT_FIELDS if n in present), *documents, "documents")
