"""The URLs of the test project, and a page as a host writes it."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.template import engines
from django.urls import path

from django_event_pdfs.delivery import Representation, get_delivery
from django_event_pdfs.storage import document_storage
from tests.testapp.models import Event
from tests.urls import urlpatterns as _urlpatterns

PAGE = """<!doctype html><title>Event</title>
{% for event in events %}
<p><a id="open" href="{{ event.programme_file.url }}">Programme</a>
<a id="download" href="{{ event.programme_file.url }}&amp;download=1">Download</a></p>
<iframe id="frame" src="{{ event.programme_file.url }}" width="900" height="600"></iframe>
{% endfor %}
"""


def page(request: Any) -> HttpResponse:
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"events": Event.objects.all()}, request))


def represented(request: Any) -> HttpResponseBase:
    """Answer with a document that is presented as the query says."""
    given = request.GET
    document = Representation(
        storage=document_storage(),
        name=given["name"],
        filename=given["filename"],
        cache_control=given["cache_control"],
        download=bool(given["download"]),
        public=bool(given["public"]),
    )
    try:
        return get_delivery().respond(request, document)
    except FileNotFoundError:
        raise Http404 from None


def said(request: Any) -> HttpResponseBase:
    """Answer with what the request says of where it comes from."""
    return JsonResponse(
        {
            "secure": request.is_secure(),
            "host": request.get_host(),
            **{k: v for k, v in request.headers.items() if k.startswith("X-Forwarded-")},
        }
    )


urlpatterns = [
    *_urlpatterns,
    path("page/", page),
    path("media/represented/", represented),
    path("said/", said),
]
