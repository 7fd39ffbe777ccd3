"""The checks of settings: each fires where it should and nowhere else."""

from datetime import timedelta

import pytest
from django.test.utils import isolate_apps

from django_event_pdfs.checks.settings import (
    check_allow,
    check_holders,
    check_inspection,
    check_is_dict,
    check_keep_replaced,
    check_keys,
    check_limits,
    check_read_access,
    check_texts,
)
from django_event_pdfs.conf import KEYS
from tests.checks.making import ids, made_with
from tests.conftest import upload

# E010


@pytest.mark.parametrize("setting", [None, [], "", "x", 7, dict, {"a"}])
def test_e010_event_pdfs_is_no_dict(settings, setting):
    settings.EVENT_PDFS = setting
    assert ids(check_is_dict(None)) == ["event_pdfs.E010"]


def test_e010_not_for_a_dict_nor_without_one(settings):
    settings.EVENT_PDFS = {}
    assert check_is_dict(None) == []
    del settings.EVENT_PDFS
    assert check_is_dict(None) == []


# E011


@pytest.mark.parametrize(
    ("key", "alike"),
    [
        ("MAXSIZE", "MAX_SIZE"),
        ("max_size", "MAX_SIZE"),
        ("LINK", "LINKS"),
        ("READ_ACESS", "READ_ACCESS"),
        (7, "MAX_PAGES"),
        (None, "MAX_PAGES"),
        (("a",), "MAX_PAGES"),
    ],
)
def test_e011_an_unknown_key_and_what_was_meant(settings, key, alike):
    settings.EVENT_PDFS = {key: 1}
    (message,) = check_keys(None)
    assert message.id == "event_pdfs.E011"
    assert alike in message.hint


def test_e011_not_for_any_setting(settings):
    settings.EVENT_PDFS = dict.fromkeys(KEYS)
    assert check_keys(None) == []


def test_e011_not_without_a_dict(settings):
    settings.EVENT_PDFS = ["MAX_SIZE"]
    assert check_keys(None) == []


# E012


WRONG_LIMITS = [0, -1, True, "10", 1.5, None, [], lambda: 1]


@pytest.mark.parametrize("value", WRONG_LIMITS)
@pytest.mark.parametrize("key", ["MAX_SIZE", "MAX_PAGES", "MAX_OBJECTS"])
def test_e012_a_limit_that_is_no_whole_number(configure, key, value):
    configure(**{key: value})
    assert ids(check_limits(None)) == ["event_pdfs.E012"]


def test_e012_not_for_whole_numbers(configure):
    configure(MAX_SIZE=1, MAX_PAGES=1, MAX_OBJECTS=10**12)
    assert check_limits(None) == []


@pytest.mark.parametrize("value", [value for value in WRONG_LIMITS if value is not None])
@isolate_apps("tests.testapp")
def test_e012_names_the_field(only, value):
    model = made_with(max_size=value)
    only(model)
    (message,) = check_limits(None)
    assert (message.id, message.obj) == ("event_pdfs.E012", model._meta.get_field("programme_file"))


@pytest.mark.parametrize("value", [None, 1])
@isolate_apps("tests.testapp")
def test_e012_not_for_a_field_with_a_size_or_without(only, value):
    only(made_with(max_size=value))
    assert check_limits(None) == []


# E013


@pytest.mark.parametrize("value", [None, 7, [], {}, lambda: "x"])
@pytest.mark.parametrize("key", ["EVENT_MODEL", "STORAGE", "MANAGER_GROUP"])
def test_e013_a_name_that_is_no_text(configure, key, value):
    configure(**{key: value})
    assert ids(check_texts(None)) == ["event_pdfs.E013"]


@pytest.mark.parametrize("key", ["STORAGE", "MANAGER_GROUP"])
def test_e013_an_empty_name(configure, key):
    configure(**{key: " "})
    assert ids(check_texts(None)) == ["event_pdfs.E013"]


def test_e013_not_for_names_nor_for_the_default_model(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "", "STORAGE": "default", "MANAGER_GROUP": "staff"}
    assert check_texts(None) == []


# E014


@pytest.mark.parametrize("value", ["7d", -1, timedelta(seconds=-1), 1.5, True, None, [], {}])
def test_e014_no_duration(configure, value):
    configure(KEEP_REPLACED=value)
    assert ids(check_keep_replaced(None)) == ["event_pdfs.E014"]


@pytest.mark.parametrize("value", [0, 86_400, timedelta(0), timedelta(days=7)])
def test_e014_not_for_a_duration(configure, value):
    configure(KEEP_REPLACED=value)
    assert check_keep_replaced(None) == []


# E015


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "testapp.Event.name",
        {"testapp.Event.name": 1},
        lambda: (),
        [7],
        [None],
        [[]],
        [""],
        ["name"],
        ["Event.name"],
        ["testapp.Event"],
        ["testapp.Event.nothing"],
        ["testapp.Nothing.name"],
        ["a.b.c.d"],
        ["testapp.Event.start_date"],  # a database would not compare it with names
        ["testapp.Meeting.owner"],
        ["testapp.Meeting.workshop"],
    ],
)
def test_e015_holders_that_cannot_be_asked(configure, value):
    configure(HOLDERS=value)
    assert ids(check_holders(None)) == ["event_pdfs.E015"]


@pytest.mark.parametrize(
    "value", [(), [], {"testapp.Event.name"}, ["testapp.Event.description", "testapp.Event.name"]]
)
def test_e015_not_for_columns_of_text(configure, value):
    configure(HOLDERS=value)
    assert check_holders(None) == []


# E006


@pytest.mark.parametrize("access", ["publc", "Public", "", None, True])
def test_e006_an_unknown_read_access(settings, access):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    (message,) = check_read_access(None)
    assert message.id == "event_pdfs.E006"
    assert all(choice in message.hint for choice in ("public", "authenticated", "permission"))


@pytest.mark.parametrize("access", ["public", "authenticated", "permission"])
def test_e006_not_for_a_known_one(settings, access):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": access}
    assert check_read_access(None) == []


@pytest.mark.parametrize("tail", ["", "{key}/", "{key}/guide_file/"])
def test_an_unknown_read_access_asks_for_a_permission(settings, client, reader, api, event, tail):
    event.guide_file = upload()
    event.save()
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "publc"}
    address = f"/api/events/{tail.format(key=event.pk)}"
    assert [c.get(address).status_code for c in (client, reader, api)] == [401, 403, 200]


# E007


@pytest.mark.parametrize(
    "allow",
    [
        "javascript",
        ["java_script"],
        ["launch"],
        {"remote_embedded_goto"},
        [7],
        7,
        [[]],
        {"a": 1},
        lambda: 1,
    ],
)
def test_e007_active_content_of_no_kind_that_may_be_allowed(settings, allow):
    settings.EVENT_PDFS = {"ALLOW": allow}

    assert ids(check_allow(None)) == ["event_pdfs.E007"]


@pytest.mark.parametrize("allow", [[], ["javascript"], {"attachment", "xfa"}])
def test_e007_not_for_known_kinds(settings, allow):
    settings.EVENT_PDFS = {"ALLOW": allow}

    assert check_allow(None) == []


@isolate_apps("tests.testapp")
def test_e007_names_the_field(only):
    model = made_with(allow=["launch"])
    only(model)

    (message,) = check_allow(None)

    assert (message.id, message.obj) == ("event_pdfs.E007", model._meta.get_field("programme_file"))


# E008


@pytest.mark.parametrize(
    "inspection",
    [
        {"concurrency": 0},
        {"concurrency": "2"},
        {"concurrency": True},
        {"wait": -1},
        {"wait": "10s"},
        {"wait": None},
        {"isolate": "sometimes"},
        {"isolated": "always"},
        {7: 7},
        {"isolate": []},
        {"wait": timedelta(seconds=-1)},
        None,
        "always",
        [],
    ],
)
def test_e008_an_inspection_that_cannot_be_followed(settings, inspection):
    settings.EVENT_PDFS = {"INSPECTION": inspection}

    assert ids(check_inspection(None)) == ["event_pdfs.E008"]


@pytest.mark.parametrize(
    "inspection",
    [{}, {"concurrency": 8, "wait": 0}, {"wait": timedelta(seconds=3)}, {"isolate": "always"}],
)
def test_e008_not_for_a_right_one(settings, inspection):
    settings.EVENT_PDFS = {"INSPECTION": inspection}

    assert check_inspection(None) == []
