"""What a request does when someone else changes its event after the view has read it."""

import logging

import pytest
from django.db import connection

from django_event_pdfs.serializers import EventSerializer
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.host_api import MeetingViewSet, mount
from tests.test_lifecycle import make_event, names_of, row
from tests.testapp.models import Event, Meeting

PDF = "application/pdf"
START = "2026-12-01T09:00:00Z"
FORM = {"name": "N", "title": "N", "start_date": START}

# Files go after the commit, so every test here commits.
pytestmark = pytest.mark.django_db(transaction=True)

# By what each does to an event; ``at`` is the address of the event.
CHANGES = {
    "patch": lambda api, at: api.patch(at, {"location": "Algiers"}, format="json"),
    "patch-file": lambda api, at: api.patch(at, {"guide_file": upload()}, format="multipart"),
    "patch-clear": lambda api, at: api.patch(at, {"guide_file": None}, format="json"),
    "put": lambda api, at: api.put(at, FORM, format="json"),
    "put-file": lambda api, at: api.put(at, {**FORM, "guide_file": upload()}, format="multipart"),
    "store": lambda api, at: api.put(f"{at}guide_file/", make_pdf(), content_type=PDF),
    "store-named": lambda api, at: api.put(f"{at}guide_file/x.pdf", make_pdf(), content_type=PDF),
    "clear": lambda api, at: api.delete(f"{at}guide_file/"),
}


@pytest.fixture
def stored(storage):
    return make_event(guide_file=upload())


@pytest.fixture
def meanwhile(monkeypatch):
    """Return what makes ``action`` happen once, as soon as a view has read its event."""

    def arrange(action, viewset=EventViewSet):
        read = viewset.get_object

        def get_object(self):
            event = read(self)
            monkeypatch.setattr(viewset, "get_object", read)
            action(event)
            return event

        monkeypatch.setattr(viewset, "get_object", get_object)

    return arrange


def delete(event):
    type(event).objects.get(pk=event.pk).delete()


def replace(event):
    other = row(event)
    other.guide_file = upload(pages=5)
    other.save()


def clear(event):
    other = row(event)
    other.guide_file = None
    other.save()


def url_of(event):
    return f"/api/events/{event.pk}/"


def answer(response):
    return response.status_code, response.json()["codes"]


def errors(caplog):
    return [r for r in caplog.records if r.levelno >= logging.ERROR]


NOT_FOUND = (404, {"detail": ["not_found"]})

# Deleted meanwhile


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_event_deleted_meanwhile_is_not_made_again(api, storage, stored, meanwhile, change):
    meanwhile(delete)
    assert answer(change(api, url_of(stored))) == NOT_FOUND
    assert not Event.objects.exists()
    assert storage.names() == set()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_event_of_a_host_deleted_meanwhile_is_not_made_again(
    api, storage, settings, meanwhile, change
):
    mount(settings, MeetingViewSet)
    meeting = Meeting.objects.create(title="M", guide_file=upload())
    meanwhile(delete, MeetingViewSet)
    assert answer(change(api, f"/meetings/{meeting.pk}/")) == NOT_FOUND
    assert not Meeting.objects.exists()
    assert storage.names() == set()


@pytest.mark.parametrize("change", ["patch", "patch-file", "put", "put-file"])
def test_an_event_deleted_while_it_is_validated_is_not_made_again(
    api, storage, stored, monkeypatch, change
):
    def validate(self, attrs):
        delete(self.instance)
        return attrs

    monkeypatch.setattr(EventSerializer, "validate", validate)
    assert answer(CHANGES[change](api, url_of(stored))) == NOT_FOUND
    assert not Event.objects.exists()
    assert storage.names() == set()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_request_in_one_transaction_stores_nothing_for_a_deleted_event(
    api, storage, stored, meanwhile, monkeypatch, change
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    # Deleted in the same transaction, which the refusal rolls back as a whole.
    meanwhile(delete)
    assert answer(change(api, url_of(stored))) == NOT_FOUND
    assert Event.objects.get().name == stored.name
    assert storage.names() == names_of(stored) == {stored.guide_file.name}


def test_an_event_deleted_before_is_not_found(api, storage, stored):
    assert api.delete(url_of(stored)).status_code == 204
    assert answer(api.delete(url_of(stored))) == NOT_FOUND
    assert storage.names() == set()


def test_two_who_delete_one_event_do_no_harm(api, storage, stored, meanwhile):
    other = make_event(guide_file=upload())
    meanwhile(delete)
    assert api.delete(url_of(stored)).status_code in (204, 404)
    assert Event.objects.get() == other
    assert storage.names() == names_of(other)


# Replaced meanwhile


def test_deleting_an_event_takes_the_file_that_came_meanwhile(api, storage, stored, meanwhile):
    meanwhile(replace)
    assert api.delete(url_of(stored)).status_code == 204
    assert storage.names() == set()


@pytest.mark.parametrize(("change", "left"), [("patch", 1), ("store", 1), ("clear", 0)])
def test_a_document_replaced_meanwhile_leaves_no_file(
    api, storage, stored, meanwhile, change, left
):
    meanwhile(replace)
    assert CHANGES[change](api, url_of(stored)).status_code < 300
    assert storage.names() == names_of(stored)
    assert len(storage.names()) == left


def test_the_permalink_serves_what_replaced_a_document_meanwhile(api, stored, meanwhile, caplog):
    meanwhile(replace)
    response = api.get(f"{url_of(stored)}guide_file/")
    assert response.status_code == 200
    assert response["ETag"].strip('"') in row(stored).guide_file.name
    assert b"".join(response.streaming_content) == make_pdf(pages=5)
    assert errors(caplog) == []


def test_head_of_the_permalink_describes_what_replaced_a_document_meanwhile(
    api, stored, meanwhile, caplog
):
    meanwhile(replace)
    response = api.head(f"{url_of(stored)}guide_file/")
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(make_pdf(pages=5)))
    assert errors(caplog) == []


@pytest.mark.parametrize(("action", "code"), [(clear, "no_document"), (delete, "not_found")])
def test_the_permalink_of_what_went_meanwhile_is_no_error_of_ours(
    api, stored, meanwhile, caplog, action, code
):
    meanwhile(action)
    assert answer(api.get(f"{url_of(stored)}guide_file/")) == (404, {"detail": [code]})
    assert errors(caplog) == []


def test_a_file_that_is_really_missing_is_logged_once(api, storage, stored, caplog):
    name = stored.guide_file.name
    storage.delete(name)
    response = api.get(f"{url_of(stored)}guide_file/")
    assert answer(response) == (404, {"detail": ["file_missing"]})
    [record] = errors(caplog)
    assert (record.name, record.levelno) == ("django_event_pdfs", logging.ERROR)
    assert name in record.getMessage()


def test_a_document_replaced_meanwhile_by_one_that_is_missing_is_missing(
    api, storage, stored, meanwhile, caplog
):
    def lose(event):
        replace(event)
        storage.delete(row(event).guide_file.name)

    meanwhile(lose)
    response = api.get(f"{url_of(stored)}guide_file/")
    assert answer(response) == (404, {"detail": ["file_missing"]})
    assert len(errors(caplog)) == 1
