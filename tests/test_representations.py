"""Values as REST framework represents them, to the same text: compared over many values."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import override
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from django_event_pdfs import representations
from django_event_pdfs.representations import simply
from django_event_pdfs.serializers import EventDocumentsSerializerMixin
from tests.testapp.models import Event

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given
from hypothesis import settings as limited
from hypothesis import strategies as st

ZONES = ["UTC", "Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]


class Text(str):
    """A string that is more than one, as Django's safe strings are."""


class Nowhere(tzinfo):
    """A zone that does not know its offset, so that its times are naive."""

    def utcoffset(self, when):
        return None

    tzname = dst = utcoffset


aware = st.datetimes(timezones=st.sampled_from([UTC, *map(ZoneInfo, ZONES)]))
offset = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.one_of(
    st.none(),
    aware,
    st.datetimes(timezones=offset),
    st.datetimes(),
    st.datetimes().map(lambda moment: moment.replace(tzinfo=Nowhere())),
    st.sampled_from(["2026-12-01T09:00:00Z", "", "as typed"]),
)
texts = st.one_of(st.none(), st.text(), st.text().map(Text), st.integers(), st.decimals(places=2))
numbers = st.one_of(st.none(), st.integers(), st.booleans(), st.sampled_from(["7", Decimal(7)]))
formats = st.sampled_from([None, "iso-8601", "ISO-8601", "%d/%m/%Y", "%H:%M:%S.%f", ""])
# Health checks complain of a machine that is slow, too.
ROUNDS = limited(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def written(fields, values):
    """Return the JSON of an event by a plan, and by REST framework, or the errors."""
    meta = type("Meta", (), {"model": Event, "fields": tuple(fields)})
    kind = type("Host", (EventDocumentsSerializerMixin,), {**fields, "Meta": meta})
    row = Event()
    row.__dict__.update(values)
    return tuple(
        _json(lambda represent=represent: represent(kind(row), row))
        for represent in (kind.to_representation, serializers.Serializer.to_representation)
    )


def _json(represent):
    try:
        return JSONRenderer().render(represent())
    except Exception as error:
        return type(error), str(error)


def fresh(kind, **options):
    return kind(**{name: value for name, value in options.items() if value is not ...})


@ROUNDS
@given(moments, st.sampled_from(ZONES), st.sampled_from([..., *ZONES]), formats | st.just(...))
def test_a_moment_is_the_same_text(moment, active, own, pattern):
    zone = own if own is ... else ZoneInfo(own)
    field = fresh(serializers.DateTimeField, format=pattern, default_timezone=zone)
    with override(active):
        ours, theirs = written({"start_date": field}, {"start_date": moment})
    assert ours == theirs


@ROUNDS
@given(moments, formats, st.booleans())
def test_a_moment_is_the_same_text_by_the_settings(settings, moment, pattern, use_tz):
    settings.USE_TZ = use_tz
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DATETIME_FORMAT": pattern}
    ours, theirs = written({"start_date": serializers.DateTimeField()}, {"start_date": moment})
    assert ours == theirs


@ROUNDS
@given(st.none() | st.dates() | st.datetimes() | st.just("2026-01-01"), formats | st.just(...))
def test_a_date_is_the_same_text(day, pattern):
    ours, theirs = written(
        {"start_date": fresh(serializers.DateField, format=pattern)}, {"start_date": day}
    )
    assert ours == theirs


@ROUNDS
@given(st.none() | st.times() | st.times(timezones=offset), formats | st.just(...))
def test_a_time_is_the_same_text(moment, pattern):
    field = fresh(serializers.TimeField, format=pattern)
    ours, theirs = written({"start_date": field}, {"start_date": moment})
    assert ours == theirs


@ROUNDS
@given(st.none() | st.uuids() | st.text(), st.sampled_from(["hex_verbose", "hex", "int", "urn"]))
def test_a_uuid_is_the_same_text(key, pattern):
    ours, theirs = written({"id": serializers.UUIDField(format=pattern)}, {"id": key})
    assert ours == theirs


@ROUNDS
@given(texts, texts)
def test_text_is_the_same_text(name, description):
    fields = {"name": serializers.CharField(), "description": serializers.SlugField()}
    ours, theirs = written(fields, {"name": name, "description": description})
    assert ours == theirs


@ROUNDS
@given(numbers, numbers | st.floats(), numbers | st.text())
def test_numbers_are_the_same_text(whole, real, truth):
    fields = {
        "name": serializers.IntegerField(),
        "description": serializers.FloatField(),
        "location": serializers.BooleanField(allow_null=True),
    }
    ours, theirs = written(fields, {"name": whole, "description": real, "location": truth})
    assert ours == theirs


@ROUNDS
@given(
    st.decimals(places=2, allow_nan=False, allow_infinity=False, max_value=10**6, min_value=0),
    st.sampled_from([..., True, False]),
    st.booleans(),
)
def test_decimals_are_the_same_text(settings, price, own, by_settings):
    rest = {**settings.REST_FRAMEWORK, "COERCE_DECIMAL_TO_STRING": by_settings}
    settings.REST_FRAMEWORK = rest
    field = fresh(serializers.DecimalField, max_digits=9, decimal_places=2, coerce_to_string=own)
    ours, theirs = written({"name": field}, {"name": price})
    assert ours == theirs


@pytest.mark.skipif(
    not hasattr(serializers, "BigIntegerField"), reason="This REST framework has none."
)
@ROUNDS
@given(numbers, st.sampled_from([..., True, False]), st.booleans())
def test_big_integers_are_the_same_text(settings, number, own, by_settings):
    rest = {**settings.REST_FRAMEWORK, "COERCE_BIGINT_TO_STRING": by_settings}
    settings.REST_FRAMEWORK = rest
    field = fresh(serializers.BigIntegerField, coerce_to_string=own)
    ours, theirs = written({"name": field}, {"name": number})
    assert ours == theirs


def test_a_moment_beyond_the_calendar_is_refused_as_rest_framework_does():
    last = datetime.max.replace(tzinfo=UTC)
    field = serializers.DateTimeField(default_timezone=ZoneInfo("Asia/Tokyo"))
    ours, theirs = written({"start_date": field}, {"start_date": last})
    assert ours == theirs
    assert ours[0] is serializers.ValidationError


def test_moments_that_are_equal_and_are_not_the_same_are_told_apart():
    paris = ZoneInfo("Europe/Paris")
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=paris)  # The hour that the clock shows twice.
    moments = [twice, twice.replace(fold=1), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    field = serializers.DateTimeField(default_timezone=UTC)
    shown = [written({"start_date": field}, {"start_date": moment}) for moment in moments]
    assert [ours for ours, _theirs in shown] == [theirs for _ours, theirs in shown]
    assert len({ours for ours, _theirs in shown}) == 2


def test_a_moment_that_is_shown_often_is_written_once(monkeypatch):
    written = []
    original = representations._text_in
    monkeypatch.setattr(
        representations, "_text_in", lambda *given: written.append(given) or original(*given)
    )
    representations._texts_in.cache_clear()
    zone = timezone(timedelta(minutes=7))  # Nobody else has it, so nobody is told by this test's.
    for _ in range(3):
        shown = simply(serializers.DateTimeField(default_timezone=zone))
        moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
        assert shown.convert(moment) == "2026-12-01T09:07:00+00:07"
    assert len(written) == 1


def test_a_zone_that_cannot_be_remembered_will_do():
    class Zone(tzinfo):
        __hash__ = None

        def __eq__(self, other):
            return self is other

        def utcoffset(self, when):
            return timedelta(hours=3)

        def dst(self, when):
            return timedelta(0)

    field = serializers.DateTimeField(default_timezone=Zone())
    moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
    ours, theirs = written({"start_date": field}, {"start_date": moment})
    assert ours == theirs == b'{"start_date":"2026-12-01T12:00:00+03:00"}'


def test_a_zone_by_a_method_of_the_field_is_asked():
    class Local(serializers.DateTimeField):
        def enforce_timezone(self, value):
            return value.replace(tzinfo=None)

    moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
    ours, theirs = written({"start_date": Local()}, {"start_date": moment})
    assert ours == theirs == b'{"start_date":"2026-12-01T09:00:00"}'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (serializers.CharField(), "text"),
        (serializers.EmailField(), "text"),
        (serializers.IntegerField(), 7),
        (serializers.BooleanField(), True),
        (serializers.UUIDField(), UUID(int=7)),
        (serializers.DateField(), date(2026, 12, 1)),
        (serializers.TimeField(), time(9)),
        (serializers.DateTimeField(), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_the_usual_fields_are_represented_without_being_asked(field, value):
    known = simply(field)
    shown = known.convert(value) if known.convert else value
    assert type(value) is known.kind
    assert json.dumps(shown) == json.dumps(field.to_representation(value))


@pytest.mark.parametrize(
    "field", [serializers.JSONField(), serializers.ChoiceField(["a"]), serializers.ListField()]
)
def test_any_other_field_is_asked(field):
    assert simply(field) is None
