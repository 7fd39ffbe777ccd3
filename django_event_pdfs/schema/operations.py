"""The operations of a viewset with documents, its host's own actions among them."""

from functools import cache
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.schemas.inspectors import DefaultSchema
from rest_framework.serializers import BaseSerializer

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import RedirectDelivery, get_delivery
from django_event_pdfs.fields import document_fields
from django_event_pdfs.schema import components
from django_event_pdfs.schema.answers import Failure, failures, model_of
from django_event_pdfs.schema.examples import example_of
from django_event_pdfs.schema.forms import form_of
from django_event_pdfs.schema.parameters import PARAMETERS
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from django_event_pdfs.signed_urls import url_signer
from django_event_pdfs.storage import document_storage
from django_event_pdfs.viewsets import EventViewSet

_FORMS = {"multipart/form-data": True, "application/x-www-form-urlencoded": False}

_SUMMARIES = {
    "list": "List events",
    "create": "Create an event",
    "retrieve": "Read an event",
    "update": "Update an event",
    "partial_update": "Update what is sent of an event",
    "destroy": "Delete an event and its files",
}


class DocumentsSchema(DefaultSchema):
    """The schema of the project's ``DEFAULT_SCHEMA_CLASS``, which knows documents besides."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        schema = super().__get__(instance, owner)
        # One of this view alone is what @extend_schema made, of ours. And a project may describe
        # its API by other means.
        if instance in self.instance_schemas or not isinstance(schema, AutoSchema):
            return schema
        known = _knowing_documents(type(schema))()  # type: ignore[arg-type]  # it can be hashed
        known.view = instance
        return known


@cache
def _knowing_documents(schema_class: type) -> type[AutoSchema]:
    return type(schema_class.__name__, (_DocumentsMixin, schema_class), {})


class _DocumentsMixin(AutoSchema):
    """Each hook of drf-spectacular says what it knows of documents, else what it would say.

    ``@extend_schema`` comes before all of them.
    """

    def get_summary(self) -> str | None:
        summary: str | None = super().get_summary()
        if self._document:
            return summary or {
                "GET": f"Open {self._document}",
                "PUT": f"Store {self._document}",
                "DELETE": f"Clear {self._document}",
            }.get(self.method)
        if isinstance(self.view, EventViewSet):
            return summary or _SUMMARIES.get(self._action)
        return summary

    def get_description(self) -> str:  # type: ignore[override]
        # Of a class that has no words for its single operations.
        text: str = super().get_description()
        return "" if text == EventViewSet.__doc__ else text

    def get_override_parameters(self) -> list[Any]:
        ours = PARAMETERS.get(self._action, ())
        return [*super().get_override_parameters(), *ours]

    def get_request_serializer(self) -> Any:
        if self._document:
            return dict.fromkeys(("application/pdf", "application/octet-stream"), components.pdf())
        serializer = super().get_request_serializer()
        if not isinstance(serializer, BaseSerializer):
            return serializer
        return {kind: _sent_as(kind, serializer) for kind in self.map_parsers()}

    def get_response_serializers(self) -> Any:
        answers = {
            "open_document": self._opened,
            "store_document": self._stored,
            "clear_document": lambda: {204: OpenApiResponse(description="Cleared.")},
        }
        answer = answers.get(self._action, super().get_response_serializers)
        return answer()

    def get_auth(self) -> list[dict[str, Any]]:
        required: list[dict[str, Any]] = super().get_auth()
        if conf.read_access == "public" and self.method in SAFE_METHODS and {} not in required:
            return [*required, {}]
        return required

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self._action == "list":
            components.mend_nulls(self.registry, operation["responses"].get("200", {}))
        if self._document and "requestBody" in operation:
            operation["requestBody"]["required"] = True
        failed = {str(f.status): self._failed(f) for f in failures(self.view, self.method)}
        operation["responses"] = dict(sorted({**failed, **operation["responses"]}.items()))
        return operation

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", "")

    @property
    def _document(self) -> str | None:
        return getattr(self.view, "document_field", None)

    def _opened(self) -> dict[Any, Any]:
        whole = OpenApiResponse(components.pdf(), description="The document.")
        part = OpenApiResponse(components.pdf(), description="The part that Range names.")
        answers: dict[Any, Any] = {(200, "application/pdf"): whole, (206, "application/pdf"): part}
        if isinstance(get_delivery(), RedirectDelivery) and url_signer(document_storage()):
            answers[302] = OpenApiResponse(description="The object store has it.")
        return answers

    def _stored(self) -> dict[int, Any]:
        entry = components.entry(self)
        return {
            200: OpenApiResponse(entry, description="It replaced one."),
            201: OpenApiResponse(entry, description="There was none."),
        }

    def _failed(self, failure: Failure) -> dict[str, Any]:
        response: dict[str, Any] = {"description": failure.text}
        if failure.codes:
            response["x-codes"] = list(failure.codes)
        if failure.headers:
            response["headers"] = failure.headers
        if failure.has_body:
            example = example_of(failure.status, self._document or _first_document(self.view))
            body = {"schema": components.error(self), "example": example}
            response["content"] = dict.fromkeys(self.map_renderers("media_type"), body)
        return response


def _first_document(view: Any) -> str:
    model = model_of(view)
    return next((f.name for f in document_fields(model)), "file") if model else "file"


def _sent_as(media_type: str, serializer: BaseSerializer[Any]) -> BaseSerializer[Any]:
    """Return what describes the body of a type: a form holds files, and no null."""
    if media_type not in _FORMS or not isinstance(serializer, EventDocumentsSerializerMixin):
        return serializer
    form = form_of(type(serializer), takes_files=_FORMS[media_type])
    return form(context=serializer.context, partial=serializer.partial)
