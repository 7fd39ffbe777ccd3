"""The least that answers: ``values_list`` and orjson. No user, no checks, no links."""

import orjson
from django.conf import settings
from django.http import HttpResponse

from django_event_pdfs.serializers import EVENT_FIELDS
from tests.benchmarks.hosts.events import FIELDS
from tests.benchmarks.hosts.plain.models import Event

SHOWN = (*EVENT_FIELDS, *FIELDS)
PAGE = 100


def floor_list(request):
    rows = Event.objects.order_by("start_date", "id").values_list(*SHOWN)[: PAGE + 1]
    prefix = request.build_absolute_uri(settings.MEDIA_URL)
    events = [_event(row, prefix) for row in rows[:PAGE]]
    return _answer({"next": None, "previous": None, "results": events})


def floor_detail(request, pk):
    prefix = request.build_absolute_uri(settings.MEDIA_URL)
    return _answer(_event(Event.objects.values_list(*SHOWN).get(pk=pk), prefix))


def _event(row, prefix):
    *details, programme, guide = row
    documents = [name and prefix + name for name in (programme, guide)]
    return dict(zip(SHOWN, (*details, *documents), strict=True))


def _answer(data):
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    return HttpResponse(body, content_type="application/json")
