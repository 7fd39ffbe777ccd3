"""The checks of backends: each fires where it should and nowhere else."""

import sys
from datetime import timedelta

import pytest

from django_event_pdfs.checks.backends import (
    check_delivery,
    check_delivery_options,
    check_links,
    check_links_options,
    check_scanner,
)
from django_event_pdfs.delivery import StreamDelivery
from django_event_pdfs.links import SignedLinks
from tests.checks.making import ids

SIGNED = "django_event_pdfs.links.SignedLinks"
STREAM = "django_event_pdfs.delivery.StreamDelivery"


class Broken:
    """Fails in a way of its own."""

    def __init__(self):
        raise OSError("no such device")


class OwnLinks(SignedLinks):
    pass


class OwnDelivery(StreamDelivery):
    def __init__(self):
        """Set nothing of what it inherits."""


@pytest.mark.parametrize(
    "scanner",
    [
        {"BACKEND": "django_event_pdfs.scanning.clamav.Missing"},
        {"BACKEND": "nowhere.Scanner"},
        {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner"},
        {
            "BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner",
            "OPTIONS": {"socket": "/s", "depth": 3},
        },
        {"OPTIONS": {"socket": "/s"}},
        {"BACKEND": 7},
        {"BACKEND": []},
        {"BACKEND": "datetime.date", "OPTIONS": {"year": 1, "month": 1, "day": 1}},
        {"BACKEND": "tests.checks.test_backends.Broken"},
        {"BACKEND": "tests.checks.test_backends.Broken", "OPTIONS": None},
        {"BACKEND": "tests.checks.test_backends.Broken", "SOCKET": "/s"},
        "clamav",
        "",
        0,
        [],
        ["clamav"],
        lambda: None,
    ],
)
def test_e009_a_scanner_that_cannot_be_made(settings, scanner):
    settings.EVENT_PDFS = {"SCANNER": scanner}

    assert ids(check_scanner(None)) == ["event_pdfs.E009"]


@pytest.mark.parametrize("scanner", [None, {}])
def test_e009_not_where_there_is_none(settings, scanner):
    settings.EVENT_PDFS = {"SCANNER": scanner}
    assert check_scanner(None) == []


def test_e009_not_without_a_scanner_nor_for_one_that_is_down(settings):
    assert check_scanner(None) == []

    settings.EVENT_PDFS = {
        "SCANNER": {
            "BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner",
            "OPTIONS": {"socket": "/nowhere/clamd.ctl"},
        }
    }
    assert check_scanner(None) == []


# E016 and E017


UNUSABLE = [
    None,
    "x",
    7,
    [],
    dict,
    {"BACKEND": None},
    {"BACKEND": []},
    {"BACKEND": "nowhere.Backend"},
    {"BACKEND": "nodots"},
    {"BACKEND": "django_event_pdfs.Missing"},
    {"BACKEND": "tests.checks.test_backends.Broken"},
    {"BACKEND": "builtins.object"},
    {"OPTIONS": {"colour": "red"}},
    {"OPTIONS": {7: 7}},
    {"OPTIONS": None},
    {"OPTIONS": "max_age=7"},
    {"MAX_AGE": 7},
    {7: 7},
]


@pytest.mark.parametrize("setting", [*UNUSABLE, {"BACKEND": STREAM}])
def test_e016_links_that_cannot_be_made(configure, setting):
    configure(LINKS=setting)
    (message,) = check_links(None)
    assert message.id == "event_pdfs.E016"
    assert message.hint


@pytest.mark.parametrize(
    "setting",
    [{}, {"BACKEND": SIGNED, "OPTIONS": {}}, {"BACKEND": "tests.checks.test_backends.OwnLinks"}],
)
def test_e016_not_for_links_that_can(configure, setting):
    configure(LINKS=setting)
    assert check_links(None) == []


@pytest.mark.parametrize("setting", [*UNUSABLE, {"BACKEND": SIGNED}])
def test_e017_a_delivery_that_cannot_be_made(configure, setting):
    configure(DELIVERY=setting)
    (message,) = check_delivery(None)
    assert message.id == "event_pdfs.E017"
    assert message.hint


@pytest.mark.parametrize(
    "setting",
    [{}, {"BACKEND": STREAM, "OPTIONS": {}}, {"BACKEND": "tests.checks.test_backends.OwnDelivery"}],
)
def test_e017_not_for_one_that_can(configure, setting):
    configure(DELIVERY=setting)
    assert check_delivery(None) == []


@pytest.mark.parametrize(
    ("key", "check"),
    [("SCANNER", check_scanner), ("LINKS", check_links), ("DELIVERY", check_delivery)],
)
def test_a_backend_whose_extra_is_missing_names_it(configure, key, check, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    configure(**{key: {"BACKEND": "tests.checks.needing_boto3.Backend"}})
    (message,) = check(None)
    assert message.hint == 'pip install "django-event-pdfs[s3]"'


# E018


@pytest.mark.parametrize(
    "options",
    [
        {"max_age": "7d"},
        {"max_age": 0},
        {"max_age": True},
        {"max_age": timedelta(milliseconds=500)},
        {"max_age": []},
        {"window": -1},
        {"window": timedelta(seconds=-1)},
        {"window": "1d"},
        {"base_url": "files.example.org/media/"},
        {"base_url": "//files.example.org/media/"},
        {"base_url": "/media/"},
        {"base_url": "https://"},
        {"base_url": "https:///media/"},
        {"base_url": "ftp://files.example.org/"},
        {"base_url": "https://files.example.org/?a=b"},
        {"base_url": "https://files.example.org/#a"},
        {"base_url": "https://files.example.org/a b/"},
        {"base_url": "https://[files/"},
        {"filename": "no"},
        {"filename": None},
    ],
)
def test_e018_options_of_signed_links(configure, options):
    configure(LINKS={"OPTIONS": options})
    (message,) = check_links_options(None)
    assert message.id == "event_pdfs.E018"
    assert next(iter(options)) in message.msg
    assert message.hint


@pytest.mark.parametrize("url", [7, b"https://x/", []])
def test_a_base_url_that_is_no_text_is_one_error(configure, url):
    configure(LINKS={"OPTIONS": {"base_url": url}})
    found = ids(check_links(None) + check_links_options(None))
    assert len(found) == (1 if url else 0)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_age": 1, "window": 0},
        {"max_age": timedelta(days=7), "window": timedelta(hours=1)},
        {"max_age": None, "window": None, "base_url": ""},
        {"base_url": "https://files.example.org/media"},
        {"base_url": "http://localhost:8000/"},
        {"base_url": "https://[::1]:8443/", "filename": False},
    ],
)
def test_e018_not_for_options_that_work(configure, options):
    configure(LINKS={"OPTIONS": options})
    assert check_links_options(None) == []


def test_e018_not_for_links_that_cannot_be_made(configure):
    configure(LINKS={"BACKEND": "nowhere.Links", "OPTIONS": {"max_age": "7d"}})
    assert check_links_options(None) == []


# E019


@pytest.mark.parametrize(
    "sources",
    [
        "https://example.org",
        None,
        7,
        [7],
        [""],
        ["'self' https://example.org"],
        ["https://example.org; script-src *"],
        ["https://example.org\n"],
        ["https://ex\u00e4mple.org"],
        {"'self'": 1},
    ],
)
def test_e019_frame_ancestors_that_are_no_sources(configure, sources):
    configure(DELIVERY={"OPTIONS": {"frame_ancestors": sources}})
    assert ids(check_delivery_options(None)) == ["event_pdfs.E019"]


@pytest.mark.parametrize(
    "delivery",
    [
        {},
        {"OPTIONS": {"frame_ancestors": ["'none'"]}},
        {"OPTIONS": {"frame_ancestors": ("'self'", "https://*.example.org:8443", "https:")}},
        {"BACKEND": "tests.checks.test_backends.OwnDelivery"},
        {"BACKEND": "nowhere.Delivery"},
    ],
)
def test_e019_not_otherwise(configure, delivery):
    configure(DELIVERY=delivery)
    assert check_delivery_options(None) == []
