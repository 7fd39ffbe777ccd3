"""Requests that read, through Django's WSGI handler in this process, all sides in turns."""

import gc
import random
import time
from base64 import b64encode
from functools import cache
from urllib.parse import urlencode

from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from django_event_pdfs import facts, representations
from django_event_pdfs.links import signed
from tests.benchmarks.hosts.asking import answer, bearer
from tests.benchmarks.hosts.ours.models import Event

PAGE = 100
WARM_UP = 3
SIDES = ("floor", "plain", "plain-fast", "ours", "ours-fast", "documents", "documents-fast")


def addresses(count):
    """Return the address of each side, by what is asked."""
    middle, deep = _at(count // 2), _at(count - 2 * PAGE)
    position = urlencode({"p": str(deep.start_date)})
    cursor = urlencode({"cursor": b64encode(position.encode()).decode()})
    number = f"page={count // PAGE - 1}"
    pages = {side: number if "plain" in side else cursor for side in SIDES if side != "floor"}
    return {
        "list": {side: f"/{side}/events/" for side in SIDES},
        "detail": {side: f"/{side}/events/{middle.pk}/" for side in SIDES},
        "deep page": {side: f"/{side}/events/?{page}" for side, page in pages.items()},
    }


def measure(addresses, turns, *, forgets=False):
    """Ask for each address in turns; return milliseconds of each turn, bytes and queries.

    ``ms`` is time, ``cpu`` that of this process, which others on a busy machine change less. With
    ``forgets``, each answer is made as for the first who reads these events.
    """
    taken = {side: {"ms": [], "cpu": []} for side in addresses}
    for turn in range(turns + WARM_UP):
        gc.collect()
        # In another order each time, for one warms the caches of the next.
        for side in random.sample(list(addresses), len(addresses)):
            if forgets:
                _forget()
            environ = _environ(addresses[side])
            start, cpu = time.perf_counter(), time.process_time()
            answer(environ)
            cpu, ms = time.process_time() - cpu, time.perf_counter() - start
            if turn >= WARM_UP:
                taken[side]["ms"].append(ms * 1000)
                taken[side]["cpu"].append(cpu * 1000)
    return {side: {**taken[side], **_counts(address)} for side, address in addresses.items()}


def query(what, turns):
    """Return milliseconds of the query of a list or a detail: rows fetched, and no more."""
    rows = Event.objects.order_by("start_date", "id").values_list()
    wanted = rows[: PAGE + 1] if what == "list" else rows.filter(pk=_at(PAGE).pk)
    sql, parameters = wanted.query.sql_with_params()
    taken = []
    for _ in range(turns):
        with connection.cursor() as cursor:
            start = time.perf_counter()
            cursor.execute(sql, parameters)
            cursor.fetchall()
            taken.append((time.perf_counter() - start) * 1000)
    return taken


def _forget():
    signed._signed.cache_clear()
    representations._texts_in.cache_clear()
    facts._remembered.cache_clear()


def _at(number):
    return Event.objects.order_by("start_date", "id")[max(number, 0)]


def _environ(address):
    return RequestFactory().get(address, HTTP_AUTHORIZATION=_header()).environ


def _counts(address):
    with CaptureQueriesContext(connection) as captured:
        body = answer(_environ(address))
    return {"bytes": len(body), "queries": len(captured)}


@cache
def _header():
    return bearer("reader")
