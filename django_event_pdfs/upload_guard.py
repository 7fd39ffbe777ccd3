"""What guards a viewset against uploads that it would refuse: before and while they are read."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import FileField, Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from django_event_pdfs.bodies import body_length, declare_length, linger
from django_event_pdfs.conf import conf
from django_event_pdfs.errors import LengthRequired, PayloadTooLarge, add_codes, as_api_exception
from django_event_pdfs.fields import PDFField, document_fields
from django_event_pdfs.parsers import PDFParser
from django_event_pdfs.upload_handlers import UploadRefused, discard_unfinished, install
from django_event_pdfs.validators import readable

#: Bytes of a form that are neither a file nor a text: what parts them.
AROUND = 64 * 1024


class UploadGuard(APIView):
    """Refuses a body by its length before it is read, and a file while it is read."""

    document_field: str | None = None

    @classmethod
    def get_document_model(cls) -> type[Model]:
        """Return the model whose documents the viewset serves."""
        raise NotImplementedError

    def get_max_body_size(self) -> int | None:
        """Return the bytes that the body of a request may have; None for any number.

        For a raw document that is the limit of its field. Else it is the limits of all files of
        the model together, and Django's ``DATA_UPLOAD_MAX_MEMORY_SIZE`` for texts: where that is
        None, nothing is refused by its length.
        """
        model = self.get_document_model()
        if self.document_field:
            return self._document_field(model).gate.limit
        texts = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if texts is None:
            return None
        files = [f for f in model._meta.concrete_fields if isinstance(f, FileField)]
        limits = [f.gate.limit if isinstance(f, PDFField) else conf.max_size for f in files]
        return sum(limits) + int(texts) + AROUND

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.method not in SAFE_METHODS:  # Reading pays for none of this.
            declare_length(request)
            install(request, self._guarded_fields())
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Authentication by session looks into the form of a POST for its CSRF token.
        if request.method == "POST":
            self._check_length(request)
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            self._check_length(request)
            if _declares_no_length(request):
                # Django sees no body then, and a PATCH would change nothing and answer 200.
                raise LengthRequired

    def handle_exception(self, exc: Exception) -> Response:
        if self.request.method not in SAFE_METHODS:
            discard_unfinished(self.request._request)
        if isinstance(exc, UploadRefused):
            # Not request.user, which would authenticate once more what was refused during that.
            _kwargs, event = getattr(self, "_event", None) or ({}, None)
            exc.report(self.request.__dict__.get("_user"), event)
        error = as_api_exception(exc)
        response = super().handle_exception(error)
        add_codes(response, error)
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        linger(request._request, response)
        return response

    def _check_length(self, request: Request) -> None:
        length, limit = body_length(request._request) or 0, self.get_max_body_size()
        if limit is None or length <= limit:
            return
        if self.document_field:
            field = self._document_field(self.get_document_model())
            filename = PDFParser().get_filename(None, "", request.parser_context)
            raise UploadRefused(field.gate.too_large(length), field, filename)
        detail = _("The request has %(value)s; the limit is %(limit)s.")
        raise PayloadTooLarge(detail % {"value": readable(length), "limit": readable(limit)})

    def _guarded_fields(self) -> Mapping[str | None, PDFField]:
        try:
            model = self.get_document_model()
        except ImproperlyConfigured:  # Without an event model; the view says so.
            return {}
        if self.document_field:
            return {None: self._document_field(model)}
        return {field.name: field for field in document_fields(model)}

    def _document_field(self, model: type[Model]) -> PDFField:
        return next(f for f in document_fields(model) if f.name == self.document_field)


def _declares_no_length(request: Request) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")
