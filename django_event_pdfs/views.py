"""The view behind a link: no header, no database query, and a clear answer when it fails."""

import logging
from typing import Any
from urllib.parse import parse_qs, unquote

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import Representation, get_delivery
from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.handover import note_link_used
from django_event_pdfs.links import Verdict, get_links, match_path, permalink
from django_event_pdfs.models import document_models
from django_event_pdfs.naming import random_part
from django_event_pdfs.storage import document_storage

logger = logging.getLogger("django_event_pdfs")

YEAR = 365 * 24 * 60 * 60

PROBLEMS = {
    "method_not_allowed": (405, _("A document can only be read here.")),
    "link_forged": (403, _("This link was altered or is incomplete.")),
    "link_expired": (410, _("This link has expired. Open the event again to get a new one.")),
    "document_removed": (404, _("This document was replaced or removed.")),
    "file_missing": (404, _("The file of this document is missing.")),
    "storage_unavailable": (
        503,
        _("The storage of files does not answer as it should. Try again later."),
    ),
}


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def open_link(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer a link. The signature is the permission, so nothing else is asked."""
    if request.method not in ("GET", "HEAD"):
        response = _problem(request, "method_not_allowed")
        response["Allow"] = "GET, HEAD"
        return response
    query = _query(request)
    verdict = get_links().verify(name, query)
    if verdict is None:
        return _problem(request, "link_forged")
    if verdict.expired:
        return _answer_expired(request, name)
    try:
        document = _representation(name, verdict, download=query.get("download") == ["1"])
        delivered = get_delivery().respond(request, document)
    except FileNotFoundError:
        return _answer_missing(request, name)
    except StorageUnavailable as error:
        logger.error("The storage failed.", exc_info=error)
        return _problem(request, "storage_unavailable")
    note_link_used(request, delivered, name)
    return delivered


def _query(request: HttpRequest) -> dict[str, list[str]]:
    """Return what ``request.GET`` holds, in a third of the time where it looks like ours."""
    text = request.META.get("QUERY_STRING", "")
    if text.isascii() and text.count("&") < 10:
        return parse_qs(text, keep_blank_values=True)
    return dict(request.GET.lists())  # It has a limit, and knows what bytes may mean.


def _representation(name: str, verdict: Verdict, *, download: bool) -> Representation:
    public = conf.read_access == "public"
    scope = "public" if public else "private"
    # A name that we chose is never reused, so its bytes never change.
    lasting = f"max-age={YEAR if verdict.max_age is None else verdict.max_age}, immutable"
    return Representation(
        storage=document_storage(),
        name=name,
        filename=verdict.filename or name.rpartition("/")[2],
        cache_control=f"{scope}, {lasting if random_part(name) else 'no-cache'}",
        download=download,
        public=public,
    )


def _answer_expired(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve who may read the document anyway; tell anyone else where it lives."""
    event, field_name = _find(name)
    if event is None:
        return _problem(request, "document_removed")
    address = permalink(event, field_name, request)
    match = match_path(unquote(address)) if address else None
    if match:
        # The permalink's own view: the host's authentication, its permission and its visible_to.
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        if response.status_code not in (401, 403, 404):
            return response
        if "file_missing" in str(getattr(response, "data", "")):
            return _problem(request, "file_missing")
    return _problem(request, "link_expired", address and request.build_absolute_uri(address))


def _answer_missing(request: HttpRequest, name: str) -> HttpResponse:
    event, _field_name = _find(name)
    if event is None:
        return _problem(request, "document_removed")
    logger.error("The file %r is named by a row and missing in storage.", name)
    return _problem(request, "file_missing")


def _find(name: str) -> tuple[Model | None, str]:
    """Return the row that names a file, and the field that does."""
    for model in document_models():
        fields = local_document_fields(model)
        wanted = Q()
        for field in fields:
            wanted |= Q(**{field.attname: name})
        for event in QuerySet[Any](model).filter(wanted):
            for field in fields:  # A collation that folds case finds other names, too.
                if getattr(event, field.attname).name == name:
                    return event, field.name
    return None, ""


def _problem(request: HttpRequest, code: str, address: str | None = None) -> HttpResponse:
    """Say in HTML to a browser, and in JSON to anything else, why there is no document."""
    status, detail = PROBLEMS[code]
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        context = {"detail": detail, "code": code, "permalink": address}
        page = _render("django_event_pdfs/link_problem.html", context, request)
        response = HttpResponse(page, status=status)
    else:
        body: dict[str, Any] = {"detail": detail, "codes": {"detail": [code]}}
        response = JsonResponse({**body, "permalink": address} if address else body, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _render(template: str, context: dict[str, Any], request: HttpRequest) -> str:
    try:
        return render_to_string(template, context, request)
    except TemplateDoesNotExist:
        # A host without Django templates: an API alone, or Jinja2.
        return (
            DjangoTemplates({"NAME": "event_pdfs", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})
            .get_template(template)
            .render(context)
        )
