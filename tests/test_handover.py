"""``document_delivered``: who hears of what leaves, and what it costs."""

import logging

import pytest
from django.test import Client
from rest_framework.test import APIClient

from django_event_pdfs.signals import document_delivered
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS
from tests.testapp.models import Event, Meeting

BADGE = Meeting._meta.get_field("badge_file")


@pytest.fixture
def heard():
    """Return a list that grows by what each signal says."""
    said: list[dict] = []

    def hear(sender, signal, **arguments):
        said.append({"sender": sender, **arguments})

    document_delivered.connect(hear)
    yield said
    document_delivered.disconnect(hear)


@pytest.fixture
def meeting(db):
    return Meeting.objects.create(title="M", badge_file=upload(), programme_file=upload())


@pytest.fixture
def permalink(full):
    return f"{EVENTS}{full.pk}/programme_file/"


def test_a_link_tells_name_and_field(meeting, client, heard):
    client.get(meeting.badge_file.url)
    (said,) = heard
    assert said.pop("request").path == f"/media/{meeting.badge_file.name}"
    assert said == {
        "sender": Meeting,
        "instance": None,
        "field": BADGE,
        "name": meeting.badge_file.name,
        "status": 200,
        "user": None,
    }


def test_a_link_into_a_folder_of_several_models_tells_the_name_alone(meeting, client, heard):
    client.get(meeting.programme_file.url)
    (said,) = heard
    assert (said["sender"], said["field"]) == (None, None)
    assert said["name"] == meeting.programme_file.name


def test_a_permalink_tells_who_opened_what(full, permalink, reader, participant, heard):
    reader.get(permalink)
    (said,) = heard
    assert (said["user"], said["instance"], said["name"]) == (
        participant,
        full,
        full.programme_file.name,
    )
    assert (said["sender"], said["field"].name) == (Event, "programme_file")


def test_nobody_has_no_user(full, permalink, heard, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "public"}
    APIClient().get(permalink)
    assert [said["user"] for said in heard] == [None]


@pytest.mark.parametrize("status", [200, 206])
def test_a_part_is_told_with_its_status(full, permalink, reader, client, heard, status):
    headers = {"Range": "bytes=0-9"} if status == 206 else {}
    reader.get(permalink, headers=headers)
    client.get(full.programme_file.url, headers=headers)
    assert [said["status"] for said in heard] == [status, status]


def test_an_expired_link_is_told_once_with_the_user(full, user, heard, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "LINKS": {"OPTIONS": {"max_age": -2 * 86400}}}
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]
    }
    client = Client()
    client.force_login(user)
    assert client.get(full.programme_file.url).status_code == 200
    assert [(said["user"], said["instance"]) for said in heard] == [(user, full)]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"If-None-Match": "*"}),
        ("get", {"If-Match": '"other"'}),
        ("get", {"Range": "bytes=99999999-"}),
        ("options", {}),
    ],
)
def test_an_answer_without_the_document_is_not_told(
    full, permalink, reader, client, heard, method, headers
):
    getattr(reader, method)(permalink, headers=headers)
    getattr(client, method)(full.programme_file.url, headers=headers)
    assert heard == []


def test_a_refusal_is_not_told(full, permalink, client, heard, storage):
    client.get(f"{full.programme_file.url}&x=1")
    client.get(permalink)
    storage.delete(full.programme_file.name)
    client.get(full.programme_file.url)
    assert heard == []


def test_other_answers_of_the_api_are_not_told(full, permalink, api, heard):
    api.get(EVENTS)
    api.put(permalink, make_pdf(), content_type="application/pdf")
    api.delete(permalink)
    assert heard == []


def test_a_receiver_that_raises_spoils_nothing(full, client, caplog):
    def fail(sender, **kwargs):
        raise RuntimeError("no")

    document_delivered.connect(fail)
    try:
        with caplog.at_level(logging.ERROR, "django.dispatch"):
            assert client.get(full.programme_file.url).status_code == 200
    finally:
        document_delivered.disconnect(fail)


def test_a_link_costs_no_query_though_somebody_listens(
    full, client, heard, django_assert_num_queries
):
    with django_assert_num_queries(0):
        client.get(full.programme_file.url)
    assert heard


def test_nothing_is_looked_up_where_nobody_listens(full, client, monkeypatch):
    monkeypatch.setattr(
        "django_event_pdfs.handover.document_models", lambda: pytest.fail("looked up")
    )
    assert client.get(full.programme_file.url).status_code == 200
