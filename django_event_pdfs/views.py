"""The view behind a link: no header, no database query, and a clear answer when it fails."""

import logging
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes
from django.views.decorators.csrf import csrf_exempt

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import Representation, get_delivery
from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.handover import note_link_used
from django_event_pdfs.link_problems import PROBLEMS, problem
from django_event_pdfs.links import Verdict, get_links, match_path, permalink
from django_event_pdfs.models import document_models
from django_event_pdfs.naming import random_part
from django_event_pdfs.storage import document_storage

logger = logging.getLogger("django_event_pdfs")

YEAR = 365 * 24 * 60 * 60


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def open_link(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer a link. The signature is the permission, so nothing else is asked."""
    if request.method not in ("GET", "HEAD"):
        response = problem(request, "method_not_allowed")
        response["Allow"] = "GET, HEAD"
        return response
    try:
        return deliver_link(request, name) or _answer_failed(request, name)
    except (FileNotFoundError, SuspiciousOperation):  # The latter of a name that climbs ("..").
        return _answer_missing(request, name)
    except StorageUnavailable as error:
        logger.error("The storage failed.", exc_info=error)
        return problem(request, "storage_unavailable")


def deliver_link(request: HttpRequest, name: str) -> HttpResponseBase | None:
    """Deliver the document of a link that holds, None where the link is forged or has expired.

    Raises:
        FileNotFoundError: the storage has no such file.
        SuspiciousOperation: the name leads out of the storage.
        StorageUnavailable: the storage failed.
    """
    query = _query(request)
    verdict = get_links().verify(name, query)
    if verdict is None or verdict.expired:
        return None
    document = _representation(name, verdict, download=query.get("download") == ["1"])
    delivered = get_delivery().respond(request, document)
    note_link_used(request, delivered, name)
    return delivered


def _answer_failed(request: HttpRequest, name: str) -> HttpResponseBase:
    query = _query(request)
    if get_links().verify(name, query):
        return _answer_expired(request, name)
    return _without_trackers(request, name, query) or problem(request, "link_forged")


def _query(request: HttpRequest) -> dict[str, list[str]]:
    """Return what ``request.GET`` holds, in a third of the time where it looks like ours."""
    text = request.META.get("QUERY_STRING", "")
    if text.isascii() and text.count("&") < 10:
        return parse_qs(text, keep_blank_values=True)
    try:
        return dict(request.GET.lists())  # Which knows what bytes may mean.
    except SuspiciousOperation:  # More parameters than Django counts: no link has them.
        return {}


def _without_trackers(
    request: HttpRequest, name: str, query: dict[str, list[str]]
) -> HttpResponse | None:
    """Redirect a genuine link to which others added parameters, ``fbclid`` say, to itself.

    So that no parameter but ours ever makes another address of the same bytes, to fill caches by.
    """
    links = get_links()
    own = {key: values for key, values in query.items() if key in links.parameters}
    if len(own) == len(query) or links.verify(name, own) is None:
        return None
    path = escape_leading_slashes(escape_uri_path(request.path))
    location = f"{path}?{urlencode(own, doseq=True)}"
    return HttpResponse(status=302, headers={"Location": location, "Cache-Control": "no-store"})


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
        return problem(request, "document_removed")
    address = permalink(event, field_name, request)
    match = match_path(unquote(address)) if address else None
    if match:
        # The permalink's own view: the host's authentication, its permission and its visible_to.
        request.resolver_match = match
        # In a transaction where the host wants one, as Django's handler would call it.
        view = BaseHandler().make_view_atomic(match.func)
        response: HttpResponseBase = view(request, *match.args, **match.kwargs)
        code = _code_of(response)
        if code in PROBLEMS:
            return problem(request, code, event)
        if response.status_code not in (401, 403, 404):
            return response
    return problem(request, "link_expired", event, address and request.build_absolute_uri(address))


def _code_of(response: Any) -> str:
    """Return the code of an error of our viewset, empty for any other answer."""
    data = getattr(response, "data", None)
    codes = data.get("codes") if isinstance(data, dict) else None
    of_detail = codes.get("detail") if isinstance(codes, dict) else None
    return str(of_detail[0]) if of_detail else ""


def _answer_missing(request: HttpRequest, name: str) -> HttpResponse:
    event, _field_name = _find(name)
    if event is None:
        return problem(request, "document_removed")
    logger.error("The file %r is named by a row and missing in storage.", name)
    return problem(request, "file_missing", event)


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
