"""How documents look in JSON: entries, links, and what a client may not see."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from django_event_pdfs.naming import random_part
from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.presenters import DocumentPresenter
from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.testapp.models import Event, Meeting

EVENTS = "/api/events/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(event):
    event.programme_file = upload("Ordre du jour.pdf", pages=3)
    event.save()
    return event


def shown(client, event):
    return client.get(f"{EVENTS}{event.pk}/").json()


def legacy(event, name, storage):
    """Give the event a document as an older system left it: a name, and no facts."""
    storage.save(name, ContentFile(make_pdf()))
    Event.objects.filter(pk=event.pk).update(programme_file=name)


def test_an_entry_has_the_link_the_permalink_and_the_facts(reader, full):
    entry = shown(reader, full)["documents"]["programme_file"]
    assert list(entry) == [
        "url",
        "expires_at",
        "permalink",
        "filename",
        "size",
        "pages",
        "sha256",
        "etag",
        "stored_at",
    ]
    facts = full.programme_file.facts
    assert entry["filename"] == "Ordre du jour.pdf"
    assert (entry["size"], entry["pages"], entry["sha256"]) == (facts.size, 3, facts.sha256)
    assert entry["etag"] == f'"{random_part(full.programme_file.name)}"'


def test_the_url_of_the_field_and_of_the_entry_are_one(reader, full):
    data = shown(reader, full)
    assert data["programme_file"] == data["documents"]["programme_file"]["url"]
    assert data["programme_file"].startswith("http://testserver/media/events/programmes/programme_")


def test_the_permalink_is_absolute(reader, full):
    permalink = shown(reader, full)["documents"]["programme_file"]["permalink"]
    assert permalink == f"http://testserver{EVENTS}{full.pk}/programme_file/"


def test_the_etag_is_that_of_the_delivered_document(reader, full):
    entry = shown(reader, full)["documents"]["programme_file"]
    assert Client().get(entry["url"])["ETag"] == entry["etag"]
    assert reader.get(entry["permalink"])["ETag"] == entry["etag"]


@pytest.mark.parametrize("key", ["expires_at", "stored_at"])
def test_without_time_zones_moments_are_of_the_project_s_own(api, full, settings, key):
    settings.TIME_ZONE = "Europe/Paris"
    aware = api.get(f"/api/events/{full.pk}/").json()["documents"]["programme_file"][key]
    settings.USE_TZ = False
    naive = api.get(f"/api/events/{full.pk}/").json()["documents"]["programme_file"][key]
    assert naive == aware.partition("+")[0]


@pytest.mark.parametrize("key", ["expires_at", "stored_at"])
def test_times_are_aware_and_in_the_form_of_the_other_dates(reader, full, key):
    text = shown(reader, full)["documents"]["programme_file"][key]
    assert isinstance(text, str)
    assert text.endswith("Z")
    assert isinstance(parse_datetime(text), datetime)


def test_a_link_lasts_at_least_a_week(reader, full):
    entry = shown(reader, full)["documents"]["programme_file"]
    assert parse_datetime(entry["expires_at"]) >= timezone.now() + timedelta(days=6, hours=23)


def test_no_document_is_null_in_both_places(reader, event):
    data = shown(reader, event)
    assert data["programme_file"] is data["guide_file"] is None
    assert data["documents"] == {"programme_file": None, "guide_file": None}


def test_a_legacy_name_has_a_link_and_its_own_filename(reader, event, storage):
    legacy(event, "events/programmes/Labwork_2_VRiiK2v.pdf", storage)
    entry = shown(reader, event)["documents"]["programme_file"]
    assert entry["filename"] == "Labwork_2_VRiiK2v.pdf"
    assert [entry[k] for k in ("size", "pages", "sha256", "etag", "stored_at")] == [None] * 5
    assert Client().get(entry["url"]).status_code == 200


def test_a_legacy_name_outside_the_folders_has_only_a_permalink(reader, event, storage):
    legacy(event, "uploads/old.pdf", storage)
    data = shown(reader, event)
    entry = data["documents"]["programme_file"]
    assert data["programme_file"] is entry["url"] is entry["expires_at"] is None
    assert reader.get(entry["permalink"]).status_code == 200


def test_facts_of_another_name_are_not_shown(reader, full):
    Event.objects.update(programme_file="events/programmes/other.pdf")
    entry = shown(reader, full)["documents"]["programme_file"]
    assert (entry["size"], entry["filename"]) == (None, "other.pdf")


def test_an_event_serialised_by_hand_has_paths(full):
    data = EventSerializer(full).data
    assert data["programme_file"] == full.programme_file.url
    assert data["documents"]["programme_file"]["permalink"].startswith(EVENTS)


def test_a_link_follows_the_host_of_the_request(reader, full, settings):
    settings.ALLOWED_HOSTS = ["events.example"]
    data = reader.get(f"{EVENTS}{full.pk}/", headers={"host": "events.example"}).json()
    assert data["programme_file"].startswith("http://events.example/media/")


@pytest.mark.parametrize(
    "name",
    ["events/programmes/./a.pdf", "events/programmes/x/../a.pdf", "events/programmes/é b.pdf"],
)
def test_a_link_is_absolute_as_django_makes_it(full, participant, name):
    Event.objects.update(programme_file=name)
    event = Event.objects.get()
    request = APIRequestFactory().get("/")
    request.user = participant
    data = EventSerializer(event, context={"request": request}).data
    assert data["programme_file"] == request.build_absolute_uri(event.programme_file.url)


def test_public_links_do_not_expire(full, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "public"}
    entry = shown(Client(), full)["documents"]["programme_file"]
    assert entry["expires_at"] is None
    assert "public" in Client().get(entry["url"])["Cache-Control"]


# What may not be read


class Recorded(EventDocumentsPermission):
    """Hides the guides, and writes down what it is asked."""

    asked = []
    prepared = []

    def prepare(self, request, events):
        self.prepared.append([event.pk for event in events])

    def can_read(self, request, event, field):
        self.asked.append((event and event.pk, field))
        return field != "guide_file"


@pytest.fixture
def recorded(monkeypatch):
    monkeypatch.setattr(Recorded, "asked", [])
    monkeypatch.setattr(Recorded, "prepared", [])
    monkeypatch.setattr(EventViewSet, "permission_classes", [Recorded])
    return Recorded


def test_a_document_that_may_not_be_read_is_null_in_both_places(reader, full, recorded):
    full.guide_file = upload()
    full.save()
    data = shown(reader, full)
    assert data["programme_file"]
    assert data["guide_file"] is data["documents"]["guide_file"] is None
    assert reader.get(f"{EVENTS}{full.pk}/guide_file/").status_code == 403


def test_a_page_is_prepared_once_before_any_row_is_asked_about(reader, recorded):
    for _ in range(3):
        Event.objects.create(name="E", start_date="2026-12-01T00:00:00Z", programme_file=upload())
    keys = [event["id"] for event in reader.get(f"{EVENTS}?page_size=2").json()["results"]]
    assert [[str(key) for key in page] for page in recorded.prepared] == [keys]


def test_an_overridden_can_read_is_asked_about_every_row(reader, recorded):
    for _ in range(2):
        Event.objects.create(name="E", start_date="2026-12-01T00:00:00Z", programme_file=upload())
    reader.get(EVENTS)
    assert {key for key, field in recorded.asked if field == "programme_file"} == set(
        Event.objects.values_list("pk", flat=True)
    )


def test_the_default_asks_nothing_per_row(reader, full, monkeypatch):
    asked = []
    original = EventDocumentsPermission.can_read

    def counted(self, request, event, field):
        asked.append(event)
        return original(self, request, event, field)

    monkeypatch.setattr(EventDocumentsPermission, "can_read", counted)
    Event.objects.create(name="E", start_date="2026-12-01T00:00:00Z", programme_file=upload())
    reader.get(EVENTS)
    assert set(asked) == {None}


def test_a_presenter_without_a_view_asks_the_default_permission(full, participant):
    request = Request(APIRequestFactory().get("/"))
    request.user = participant
    assert DocumentPresenter.of({"request": request}).url(full.programme_file)


def test_a_presenter_shows_an_anonymous_request_nothing(full):
    request = Request(APIRequestFactory().get("/"))
    assert DocumentPresenter.of({"request": request}).url(full.programme_file) is None


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_request_of_a_view_outside_rest_counts_with_its_user(full, participant, signed_in):
    request = APIRequestFactory().get("/")
    request.user = participant if signed_in else AnonymousUser()
    url = EventSerializer(full, context={"request": request}).data["programme_file"]
    assert url == (f"http://testserver{full.programme_file.url}" if signed_in else None)


def test_a_request_without_a_user_is_anonymous(full):
    context = {"request": APIRequestFactory().get("/")}
    assert EventSerializer(full, context=context).data["programme_file"] is None


def test_each_document_of_a_model_is_found():
    meeting = Meeting.objects.create(title="M", badge_file=upload())
    entry = DocumentPresenter.of({}).entry(meeting.badge_file)
    assert entry["permalink"] is None
    assert entry["url"].startswith("/media/meetings/badges/badge_")
