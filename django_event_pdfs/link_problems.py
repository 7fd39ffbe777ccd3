"""Why a link opened no document, said as a page to browsers and as JSON to anything else."""

import logging
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from django_event_pdfs.conf import conf
from django_event_pdfs.delivery import get_delivery
from django_event_pdfs.delivery.headers import protective_headers
from django_event_pdfs.exceptions import RETRY_AFTER

logger = logging.getLogger("django_event_pdfs")

TEMPLATE = "django_event_pdfs/link_problem.html"

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


def problem(
    request: HttpRequest, code: str, event: Model | None = None, permalink: str | None = None
) -> HttpResponse:
    """Answer with one of ``PROBLEMS``. The event is known where its link was once good.

    ``permalink`` is the absolute URL at which the document can be had with credentials.
    """
    status, detail = PROBLEMS[code]
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        context = {"code": code, "status": status, "detail": detail, "permalink": permalink}
        page = _render({**context, "event": event, "event_url": _url_of(event)}, request)
        response = HttpResponse(page, status=status)
    else:
        body: dict[str, Any] = {"detail": detail, "codes": {"detail": [code]}}
        found = {"permalink": permalink} if permalink else {}
        response = JsonResponse({**body, **found}, status=status)
    _add_headers(response)
    return response


def _add_headers(response: HttpResponse) -> None:
    # Who may frame a document may show in its place that there is none. And the address of this
    # page, a link perhaps still good for others, must not be told to where the page leads.
    public = conf.read_access == "public"
    for name, value in protective_headers(get_delivery().frame_ancestors, public=public).items():
        response[name] = value
    response.xframe_options_exempt = True
    response["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response["Retry-After"] = str(RETRY_AFTER)


def _url_of(event: Model | None) -> str | None:
    """Return the URL of the event's own page, by Django's name for it; None where it has none."""
    get_absolute_url = getattr(event, "get_absolute_url", None)
    try:
        return get_absolute_url() if get_absolute_url else None
    except Exception:
        # A page that explains why something fails must not fail.
        logger.exception("get_absolute_url() of %r failed.", event)
        return None


def _render(context: dict[str, Any], request: HttpRequest) -> str:
    try:
        return render_to_string(TEMPLATE, context, request)
    except TemplateDoesNotExist as error:
        if str(error) != TEMPLATE:  # What a template of the host names.
            raise
        # A host without Django templates: an API alone, or Jinja2.
        return (
            DjangoTemplates({"NAME": "event_pdfs", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})
            .get_template(TEMPLATE)
            .render(context)
        )
