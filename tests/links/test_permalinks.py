"""The permalinks of one answer: those that ``permalink`` gives, made quickly."""

from uuid import UUID

import pytest
from django.urls import include, path, register_converter
from rest_framework.routers import SimpleRouter

from django_event_pdfs.links import Permalinks, mounts, permalink
from tests.host_api import own
from tests.host_urls import LINKS, routed, urlconf
from tests.testapp.models import Event, Meeting

KEYS = [UUID(int=2**127 + n) for n in range(3)]


class Padded:
    """A converter that writes keys in a way of its own."""

    regex = "[0-9]+-[0-9]"

    def to_python(self, text):
        return int(text.partition("-")[0])

    def to_url(self, value):
        return f"{value}-{value % 7}"


@pytest.fixture
def reversals(monkeypatch):
    calls = []
    original = mounts.reverse
    monkeypatch.setattr(mounts, "reverse", lambda *a, **k: calls.append(1) or original(*a, **k))
    return calls


def quickly(events, field_name="programme_file"):
    permalinks = Permalinks(None, lambda address: f"http://host{address}")
    return [permalinks.of(event, field_name) for event in events]


def expected(events, field_name="programme_file"):
    return [f"http://host{permalink(event, field_name)}" for event in events]


def test_those_of_uuids_are_reversed_for_the_first(reversals):
    events = [Event(pk=key) for key in KEYS]
    found = quickly(events)
    assert len(reversals) == 2  # And once more, to know by which route.
    assert found == expected(events)


def test_those_of_integers_are_reversed_for_each_length(settings, reversals):
    settings.ROOT_URLCONF = urlconf(*routed(own(), basename="meeting"), LINKS)
    events = [Meeting(pk=pk) for pk in (1, 2, 3, 12, 34, 12345)]
    found = quickly(events)
    assert len(reversals) == 6
    assert found == expected(events)


def test_those_by_another_column_are_reversed_each(settings):
    viewset = own(lookup_field="title", lookup_value_regex="[^/]+")
    settings.ROOT_URLCONF = urlconf(*routed(viewset, basename="meeting"), LINKS)
    events = [Meeting(pk=pk, title=title) for pk, title in ((1, "1"), (2, "3"), (3, "2"))]
    assert quickly(events) == expected(events)


def test_a_converter_that_writes_keys_in_its_own_way_is_asked_each(settings):
    register_converter(Padded, "padded")
    router = SimpleRouter(use_regex_path=False)
    viewset = own(lookup_value_converter="padded")
    settings.ROOT_URLCONF = urlconf(*routed(viewset, router=router, basename="meeting"), LINKS)
    events = [Meeting(pk=pk) for pk in (1, 2, 3)]
    assert quickly(events) == expected(events)


def test_a_key_that_stands_in_the_prefix_too(settings):
    patterns = include(routed(own(), prefix="1/meetings", basename="meeting"))
    settings.ROOT_URLCONF = urlconf(path("1/", patterns), LINKS)
    events = [Meeting(pk=pk) for pk in (1, 2)]
    assert quickly(events) == expected(events)


def test_an_event_without_a_key_has_none(settings):
    settings.ROOT_URLCONF = urlconf(*routed(own(), basename="meeting"), LINKS)
    assert quickly([Meeting()]) == [None]


def test_without_a_viewset_there_is_none(settings):
    settings.ROOT_URLCONF = urlconf(LINKS)
    assert quickly([Event(pk=KEYS[0]), Event(pk=KEYS[1])]) == [None, None]
