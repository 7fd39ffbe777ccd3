"""The settings: each with its default, read when it is used."""

from datetime import timedelta

import pytest
from django.test import override_settings

from django_event_pdfs.conf import KEYS, conf, seconds
from tests.conftest import upload
from tests.testapp.models import Meeting

DEFAULTS = {
    "EVENT_MODEL": "",
    "STORAGE": "default",
    "MAX_SIZE": 10 * 1024 * 1024,
    "MAX_PAGES": 2_000,
    "MAX_OBJECTS": 300_000,
    "ALLOW": frozenset(),
    "INSPECTION": {"concurrency": 2, "wait": 10, "isolate": "damaged"},
    "SCANNER": {},
    "READ_ACCESS": "authenticated",
    "KEEP_REPLACED": 0,
    "HOLDERS": (),
    "MANAGER_GROUP": "gestionnaires",
    "LINKS": {"BACKEND": "django_event_pdfs.links.SignedLinks"},
    "DELIVERY": {"BACKEND": "django_event_pdfs.delivery.RedirectDelivery"},
}


@pytest.mark.parametrize(("key", "default"), DEFAULTS.items())
def test_every_setting_has_a_default(settings, key, default):
    settings.EVENT_PDFS = {}
    assert getattr(conf, key.lower()) == default


@pytest.mark.parametrize(("key", "default"), DEFAULTS.items())
def test_the_dict_itself_may_be_missing(settings, key, default):
    del settings.EVENT_PDFS
    assert getattr(conf, key.lower()) == default


@pytest.mark.parametrize("setting", [None, [], "", "MAX_SIZE", 7, [("MAX_SIZE", 1)]])
@pytest.mark.parametrize(("key", "default"), DEFAULTS.items())
def test_a_setting_that_is_no_dict_counts_as_empty(settings, key, default, setting):
    settings.EVENT_PDFS = setting
    assert getattr(conf, key.lower()) == default


@pytest.mark.django_db
def test_documents_are_stored_and_opened_where_the_setting_is_no_dict(settings, client):
    settings.EVENT_PDFS = None
    meeting = Meeting.objects.create(title="x", badge_file=upload())
    response = client.get(meeting.badge_file.url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize("value", [None, "x", 7, ["BACKEND"]])
@pytest.mark.parametrize("key", ["INSPECTION", "LINKS", "DELIVERY"])
def test_a_part_that_is_no_dict_counts_as_empty(settings, key, value):
    settings.EVENT_PDFS = {key: value}
    assert getattr(conf, key.lower()) == DEFAULTS[key]


def test_the_keys_are_those_of_the_properties():
    assert set(KEYS) == DEFAULTS.keys()


@pytest.mark.parametrize("key", sorted(DEFAULTS.keys() - {"INSPECTION", "LINKS", "DELIVERY"}))
def test_a_setting_is_read_when_it_is_used(key):
    for value in ("one", "two"):
        with override_settings(EVENT_PDFS={key: value}):
            assert getattr(conf, key.lower()) == value


@pytest.mark.parametrize("key", ["LINKS", "DELIVERY"])
def test_options_alone_keep_the_default_backend(settings, key):
    settings.EVENT_PDFS = {key: {"OPTIONS": {"x": 1}}}
    setting = getattr(conf, key.lower())
    assert setting == {**DEFAULTS[key], "OPTIONS": {"x": 1}}


@pytest.mark.parametrize("key", ["LINKS", "DELIVERY"])
def test_a_backend_may_be_replaced(settings, key):
    settings.EVENT_PDFS = {key: {"BACKEND": "host.Own"}}
    assert getattr(conf, key.lower()) == {"BACKEND": "host.Own"}


@pytest.mark.parametrize("change", [{"wait": 0}, {"concurrency": 8}, {"isolate": "always"}])
def test_a_part_of_the_inspection_keeps_the_rest(settings, change):
    settings.EVENT_PDFS = {"INSPECTION": change}
    assert conf.inspection == {**DEFAULTS["INSPECTION"], **change}


def test_a_storage_called_event_pdfs_is_taken_unasked(settings):
    settings.EVENT_PDFS = {}
    settings.STORAGES = {**settings.STORAGES, "event_pdfs": settings.STORAGES["default"]}
    assert conf.storage == "event_pdfs"
    settings.EVENT_PDFS = {"STORAGE": "default"}
    assert conf.storage == "default"


@pytest.mark.parametrize(
    ("duration", "expected"), [(90, 90), (timedelta(days=7), 604_800), (timedelta(0), 0)]
)
def test_durations_are_a_timedelta_or_whole_seconds(duration, expected):
    assert seconds(duration) == expected
