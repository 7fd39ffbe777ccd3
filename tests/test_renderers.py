"""JSON by orjson: what REST framework's renderer writes, and its errors."""

import ipaddress
import json
from collections import OrderedDict, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum
from uuid import UUID

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from django_event_pdfs import renderers
from django_event_pdfs.renderers import ORJSONRenderer
from tests.testapp.models import Event

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given
from hypothesis import settings as limited
from hypothesis import strategies as st

Point = namedtuple("Point", "x y")


class Number(IntEnum):
    ONE = 1


class Loose(ORJSONRenderer):
    strict = False


class LooseByDRF(JSONRenderer):
    strict = False


def rendered(renderer, data, **options):
    """Return what a renderer writes, or the type of its error."""
    try:
        return renderer().render(data, **options)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "",
        "é ✓ 𝄞",
        'quotes " and \\ and / and \x00\x1f\x7f\b\f\n\r\t',
        "line\u2028paragraph\u2029",
        "\ud800",
        10**30,
        -(2**63),
        2**64,
        0.1,
        -0.0,
        float("nan"),
        float("inf"),
        {"deep": [({"x": float("nan")},)], "null": None},
        Decimal("1.10"),
        Decimal("NaN"),
        UUID(int=7),
        datetime(2026, 12, 1, 9, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 12, 1, 9),  # noqa: DTZ001
        date(2026, 12, 1),
        time(9, 30),
        time(9, 30, tzinfo=UTC),
        timedelta(days=1, seconds=2),
        gettext_lazy("name"),
        mark_safe("<b>"),
        ErrorDetail("wrong", code="wrong"),
        b"bytes",
        b"\xff",
        (1, 2),
        Point(1, 2),
        {1, 2},
        frozenset([1]),
        range(3),
        Number.ONE,
        ipaddress.ip_address("127.0.0.1"),
        OrderedDict(b=1, a=2),
        ReturnDict({"a": 1}, serializer=None),
        ReturnList([1], serializer=None),
        {1: "int", 1.5: "float", None: "none"},
        {True: "bool"},
        {mark_safe("key"): 1},
        {gettext_lazy("name"): 1},
        {UUID(int=7): 1},
        {(1, 2): 1},
        pytest.param(object(), id="object"),
    ],
    ids=lambda value: repr(value)[:40],
)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ORJSONRenderer, JSONRenderer), (Loose, LooseByDRF)],
    ids=["strict", "loose"],
)
def test_it_writes_what_rest_framework_writes(value, ours, theirs):
    for data in (value, {"value": value, "null": None}, [value]):
        assert rendered(ours, data) == rendered(theirs, data)


# By default, a machine that stands still for a fifth of a second has a test fail.
ROUNDS = limited(deadline=None, suppress_health_check=list(HealthCheck))
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.datetimes() | st.uuids(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)


@ROUNDS
@given(trees)
def test_it_writes_the_same_text(data):
    assert rendered(ORJSONRenderer, data) == rendered(JSONRenderer, data)


@ROUNDS
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_it_writes_the_same_numbers(number):
    assert json.loads(ORJSONRenderer().render([number])) == [number]


def test_a_generator_is_written_though_rest_framework_has_to_help():
    data = {"numbers": (n for n in range(3)), "large": 2**70}
    assert ORJSONRenderer().render(data) == b'{"numbers":[0,1,2],"large":%d}' % 2**70


@pytest.mark.django_db
def test_a_queryset_is_written(event):
    names = Event.objects.values_list("name", flat=True)
    assert ORJSONRenderer().render(names) == b'["Tech Summit"]'


@pytest.mark.parametrize("asked", ["application/json; indent=2", "application/json; indent=0"])
def test_indentation_is_as_asked(asked):
    options = {"accepted_media_type": asked, "renderer_context": {}}
    assert rendered(ORJSONRenderer, {"a": [1]}, **options) == rendered(
        JSONRenderer, {"a": [1]}, **options
    )


@pytest.mark.parametrize(("name", "value"), [("compact", False), ("ensure_ascii", True)])
def test_settings_of_rest_framework_hold(monkeypatch, name, value):
    for renderer in (ORJSONRenderer, JSONRenderer):
        monkeypatch.setattr(renderer, name, value)
    assert ORJSONRenderer().render({"é": 1}) == JSONRenderer().render({"é": 1})


def test_without_orjson_rest_framework_writes(monkeypatch):
    monkeypatch.setattr(renderers, "orjson", None)
    assert ORJSONRenderer().render({"a": [1.5, None]}) == b'{"a":[1.5,null]}'


def test_an_answer_is_written_by_it(reader, event, settings):
    before = reader.get("/api/events/").content
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_RENDERER_CLASSES": ["django_event_pdfs.renderers.ORJSONRenderer"],
    }
    assert reader.get("/api/events/").content == before
