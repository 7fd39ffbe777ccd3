"""Requests that read, through Django's WSGI handler in this process, a few in turns."""

import gc
import time
from base64 import b64encode
from functools import cache
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken

from tests.benchmarks.hosts.ours.models import Event

PAGE = 100


def paths(count):
    """Return the addresses, by what is asked and of whom."""
    middle, deep = _at(count // 2), _at(count - 2 * PAGE)
    position = urlencode({"p": str(deep.start_date)})
    cursor = urlencode({"cursor": b64encode(position.encode()).decode()})
    pages = {"plain": f"?page={count // PAGE - 1}", "floor": None}
    found = {"list": {}, "detail": {}, "deep page": {}}
    for side in (
        "floor",
        "plain",
        "plain-fast",
        "ours",
        "ours-fast",
        "documents",
        "documents-fast",
    ):
        found["list"][side] = f"/{side}/events/"
        found["detail"][side] = f"/{side}/events/{middle.pk}/"
        if side != "floor":
            page = pages["plain"] if "plain" in side else f"?{cursor}"
            found["deep page"][side] = f"/{side}/events/{page}"
    return found


def measure(addresses, turns):
    """Ask for each address in turns; return milliseconds of each turn, bytes and queries."""
    taken = {side: [] for side in addresses}
    for turn in range(turns + 3):
        for side, address in addresses.items():
            environ = _environ(address)
            gc.collect()
            start = time.perf_counter()
            _answer(environ)
            if turn >= 3:  # The rest was to warm up.
                taken[side].append((time.perf_counter() - start) * 1000)
    return {
        side: {
            "ms": taken[side],
            "bytes": len(_answer(_environ(address))),
            "queries": _queries(address),
        }
        for side, address in addresses.items()
    }


def query_times(turns):
    """Return milliseconds of the query of a list and of a detail, rows fetched and no more."""
    pk = _at(PAGE).pk
    first = Event.objects.order_by("start_date", "id").values_list()[: PAGE + 1]
    found = {"list": [], "detail": []}
    for _ in range(turns):
        for name, query in (("list", first.all()), ("detail", Event.objects.filter(pk=pk))):
            sql, parameters = query.query.sql_with_params()
            with connection.cursor() as cursor:
                start = time.perf_counter()
                cursor.execute(sql, parameters)
                cursor.fetchall()
                found[name].append((time.perf_counter() - start) * 1000)
    return found


def _at(number):
    return Event.objects.order_by("start_date", "id")[max(number, 0)]


def _environ(address):
    return RequestFactory().get(address, HTTP_AUTHORIZATION=f"Bearer {_token()}").environ


def _answer(environ):
    statuses = []
    response = _handler()(environ, lambda status, headers: statuses.append(status))
    body = b"".join(response)
    response.close()
    assert statuses == ["200 OK"], (statuses, body[:200])
    return body


def _queries(address):
    with CaptureQueriesContext(connection) as captured:
        _answer(_environ(address))
    return len(captured)


@cache
def _handler():
    return WSGIHandler()


@cache
def _token():
    user = get_user_model().objects.create_user("reader")
    return str(AccessToken.for_user(user))
