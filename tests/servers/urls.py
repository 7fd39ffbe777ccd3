"""The URLs of the test project, and a page as a host writes it."""

from typing import Any

from django.http import HttpResponse
from django.template import engines
from django.urls import path

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


urlpatterns = [*_urlpatterns, path("page/", page)]
