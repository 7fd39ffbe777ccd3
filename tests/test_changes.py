"""Signals of the life of a document: after the commit, once each, with what was and what is."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from django_event_pdfs import signals
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"
NAMES = ("document_stored", "document_replaced", "document_cleared", "document_deleted")


@pytest.fixture
def sent():
    """Return a list of what the four signals say."""
    heard, receivers = [], []
    for name in NAMES:

        def hear(sender, signal, kind=name, **said):
            heard.append((kind, {**said, "document": said["name"], "sender": sender}))

        receivers.append((getattr(signals, name), hear))
        getattr(signals, name).connect(hear)
    yield heard
    for signal, hear in receivers:
        signal.disconnect(hear)


@pytest.fixture
def stored(storage, sent):
    event = Event.objects.create(name="E", start_date=START, programme_file=upload(pages=2))
    del sent[:]
    return event


def kinds(sent):
    return [kind for kind, _ in sent]


def test_a_stored_document(storage, sent):
    event = Event.objects.create(name="E", start_date=START, programme_file=upload(pages=2))

    ((kind, said),) = sent
    assert (kind, said["sender"], said["instance"]) == ("document_stored", Event, event)
    assert said["field"] == Event._meta.get_field("programme_file")
    assert (said["document"], said["url"]) == (event.programme_file.name, event.programme_file.url)
    assert said["facts"] == event.programme_file.facts
    assert said["old_name"] is said["old_facts"] is said["old_url"] is said["user"] is None


def test_a_replaced_document(stored, sent, storage):
    old, facts = stored.programme_file.name, stored.programme_file.facts
    url = stored.programme_file.url

    stored.programme_file = upload(pages=3)
    stored.save()

    ((kind, said),) = sent
    assert (kind, said["old_name"], said["old_facts"]) == ("document_replaced", old, facts)
    assert said["old_url"] == url
    assert (said["document"], said["facts"].pages) == (stored.programme_file.name, 3)
    assert storage.names() == {stored.programme_file.name}


def test_what_was_replaced_is_what_the_row_held_not_the_instance(stored, sent):
    stale = Event.objects.get(pk=stored.pk)
    stored.programme_file = upload(pages=3)
    stored.save()
    del sent[:]

    stale.programme_file = upload()
    stale.save()

    ((kind, said),) = sent
    assert (kind, said["old_name"]) == ("document_replaced", stored.programme_file.name)
    assert said["old_facts"].pages == 3


def test_a_cleared_document(stored, sent):
    old = stored.programme_file.name

    stored.programme_file = None
    stored.save()

    ((kind, said),) = sent
    assert (kind, said["old_name"], said["old_facts"].pages) == ("document_cleared", old, 2)
    assert said["document"] is said["facts"] is said["url"] is None


@pytest.mark.parametrize(
    "delete",
    [lambda e: e.delete(), lambda e: Event.objects.filter(pk=e.pk).delete()],
    ids=["instance", "query"],
)
def test_a_deleted_document(stored, sent, delete):
    old = stored.programme_file.name

    delete(stored)

    ((kind, said),) = sent
    assert (kind, said["old_name"], said["old_facts"].pages) == ("document_deleted", old, 2)
    assert said["document"] is None


def test_nothing_is_said_of_an_untouched_document(stored, sent):
    stored.name = "Renamed"
    stored.save()
    Event.objects.get(pk=stored.pk).save()

    assert sent == []


def test_nothing_is_said_before_the_commit_nor_after_a_rollback(storage, sent):
    with transaction.atomic():
        Event.objects.create(name="E", start_date=START, programme_file=upload())
        assert sent == []
        transaction.set_rollback(True)

    assert sent == []


def test_a_receiver_that_raises_costs_nothing(storage):
    def fail(**kwargs):
        raise RuntimeError("the CDN is down")

    signals.document_stored.connect(fail)
    try:
        event = Event.objects.create(name="E", start_date=START, programme_file=upload())
    finally:
        signals.document_stored.disconnect(fail)

    assert storage.names() == {event.programme_file.name}


def test_a_legacy_document_has_a_name_and_no_facts(storage, sent):
    name = "events/programmes/old.pdf"
    event = Event.objects.create(name="E", start_date=START)
    Event.objects.update(programme_file=name)

    Event.objects.get(pk=event.pk).delete()

    ((kind, said),) = sent
    assert (kind, said["old_name"], said["old_facts"]) == ("document_deleted", name, None)


def test_a_name_outside_of_the_folders_has_no_link(storage, sent):
    event = Event.objects.create(name="E", start_date=START)
    Event.objects.update(programme_file="elsewhere/old.pdf")

    Event.objects.get(pk=event.pk).delete()

    ((_, said),) = sent
    assert (said["old_name"], said["old_url"]) == ("elsewhere/old.pdf", None)


def test_the_api_says_who(storage, sent, api, manager):
    form = {"name": "E", "start_date": START, "programme_file": upload()}
    address = f"/api/events/{api.post('/api/events/', form, format='multipart').json()['id']}/"
    document = f"{address}programme_file/"
    api.put(document, make_pdf(3), content_type="application/pdf")
    api.patch(address, {"programme_file": upload()}, format="multipart")
    api.delete(document)
    api.patch(address, {"guide_file": upload()}, format="multipart")
    api.patch(address, {"guide_file": None}, format="json")
    api.put(document, make_pdf(), content_type="application/pdf")
    api.delete(address)

    assert kinds(sent) == [
        "document_stored",
        "document_replaced",
        "document_replaced",
        "document_cleared",
        "document_stored",
        "document_cleared",
        "document_stored",
        "document_deleted",
    ]
    assert {said["user"] for _, said in sent} == {manager}


def test_many_deletions_ask_once_whether_files_are_still_named(storage, sent):
    def queries(count):
        for _ in range(count):
            Event.objects.create(name="E", start_date=START, programme_file=upload())
        with CaptureQueriesContext(connection) as captured:
            Event.objects.all().delete()
        return len(captured)

    assert queries(2) == queries(20)
    assert kinds(sent).count("document_deleted") == 22
    assert storage.names() == set()
