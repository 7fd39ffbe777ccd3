"""HasDocuments on every shape of model: what is loaded, saved, copied, and at what cost."""

import copy
import json
import pickle

import pytest
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.models import document_models, get_event_model
from tests.conftest import upload
from tests.testapp.models import Attachment, Event, Meeting, Permit, ProxyEvent, Workshop

START = "2026-12-01T09:00:00Z"
HAS_FETCH_MODES = hasattr(models, "FETCH_PEERS")


def row(event):
    """Return a fresh read of the event."""
    return type(event)._base_manager.get(pk=event.pk)


def queries(action):
    """Return how many queries ``action`` takes."""
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


@pytest.fixture
def stored(event):
    event.programme_file, event.guide_file = upload(pages=1), upload("guide.pdf", pages=2)
    event.save()
    return row(event)


# update_fields


def test_update_fields_write_the_named_document_with_its_facts(stored):
    guide = stored.guide_file.name
    stored.name, stored.guide_file = "Renamed", upload(pages=3)
    stored.programme_file = upload(pages=3)
    stored.save(update_fields=["programme_file"])
    read = row(stored)
    assert (read.name, read.guide_file.name) == ("Tech Summit", guide)
    assert read.programme_file.facts.pages == 3


def test_update_fields_without_documents_leave_an_upload_for_later(stored, storage):
    before = storage.names()
    stored.name, stored.programme_file = "Renamed", upload(pages=3)
    stored.save(update_fields=["name"])
    assert storage.names() == before
    assert row(stored).programme_file.facts.pages == 1
    stored.save()
    assert row(stored).programme_file.facts.pages == 3


def test_a_generator_of_update_fields_is_fine(stored):
    stored.programme_file = upload(pages=3)
    stored.save(update_fields=(name for name in ["programme_file"]))
    assert row(stored).programme_file.facts.pages == 3


def test_update_or_create_replaces_with_facts(stored):
    Event.objects.update_or_create(pk=stored.pk, defaults={"programme_file": upload(pages=3)})
    assert row(stored).programme_file.facts.pages == 3


# Deferred loading


@pytest.mark.parametrize(
    "narrow",
    [
        lambda rows: rows.only("name"),
        lambda rows: rows.only("programme_file"),
        lambda rows: rows.defer("programme_file"),
        lambda rows: rows.defer("programme_file_facts", "guide_file_facts"),
        lambda rows: rows.defer("guide_file", "programme_file", "start_date"),
    ],
    ids=["only-name", "only-document", "defer-document", "defer-facts", "defer-many"],
)
class TestDeferred:
    def test_documents_load_when_asked_for(self, stored, narrow):
        event = narrow(Event.objects).get()
        assert event.programme_file.facts.pages == 1
        assert event.guide_file.facts.pages == 2

    def test_a_save_of_another_column_keeps_documents(self, stored, narrow):
        event = narrow(Event.objects).get()
        event.name = "Renamed"
        event.save()
        read = row(stored)
        assert (read.name, read.programme_file.facts.pages) == ("Renamed", 1)
        assert read.guide_file.facts.pages == 2

    @pytest.mark.parametrize("value", [None, "upload"])
    def test_a_document_can_be_changed(self, stored, narrow, value, storage):
        event = narrow(Event.objects).get()
        event.programme_file = value and upload(pages=3)
        event.save()
        read = row(stored)
        facts = read.programme_file.facts
        assert (facts and facts.pages) == (3 if value else None)
        assert read.guide_file.facts.pages == 2
        assert read.programme_file_facts is None or value


@pytest.mark.skipif(not HAS_FETCH_MODES, reason="fetch modes came with Django 6.1")
@pytest.mark.parametrize("mode", ["FETCH_ONE", "FETCH_PEERS"])
@pytest.mark.django_db(transaction=True)
def test_fetch_modes_load_documents_that_a_stale_save_leaves_alone(stored, storage, mode):
    Event.objects.create(name="Peer", start_date=START, programme_file=upload())
    events = list(Event.objects.only("name").fetch_mode(getattr(models, mode)))
    names = {event.programme_file.name for event in events}
    assert names < storage.names()

    stale = next(event for event in events if event.pk == stored.pk)
    stored.programme_file = upload(pages=3)
    stored.save()
    stale.save()
    assert row(stored).programme_file.facts.pages == 3
    assert row(stored).programme_file.name in storage.names()


@pytest.mark.skipif(not HAS_FETCH_MODES, reason="fetch modes came with Django 6.1")
def test_a_save_under_fetch_raise_fetches_nothing(stored):
    event = Event.objects.only("name").fetch_mode(models.FETCH_RAISE).get()
    event.programme_file = None
    event.save()
    assert not row(stored).programme_file
    assert row(stored).programme_file_facts is None


# Reading again


@pytest.mark.parametrize("fields", [None, ["programme_file"], ("name", "programme_file")])
def test_refresh_from_db_reads_documents_with_their_facts(stored, fields):
    other = row(stored)
    other.programme_file = upload(pages=3)
    other.save()
    stored.refresh_from_db(fields=fields)
    assert stored.programme_file.name == other.programme_file.name
    assert stored.programme_file.facts.pages == 3


def test_refresh_from_db_of_other_fields_leaves_an_upload_alone(stored):
    stored.programme_file = upload(pages=3)
    stored.refresh_from_db(fields=["name"])
    stored.save()
    assert row(stored).programme_file.facts.pages == 3


def test_refresh_from_db_drops_an_upload(stored, storage):
    before = storage.names()
    stored.programme_file = upload(pages=3)
    stored.refresh_from_db()
    stored.save()
    assert storage.names() == before


def test_refresh_from_db_takes_a_queryset(stored):
    stored.refresh_from_db(from_queryset=Event.objects.select_for_update())
    assert stored.programme_file.facts.pages == 1


# Copies


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda event: pickle.loads(pickle.dumps(event))],
    ids=["copy", "deepcopy", "pickle"],
)
class TestCopies:
    def test_a_copy_has_documents_and_facts(self, stored, duplicate):
        twin = duplicate(stored)
        assert twin.programme_file.url == stored.programme_file.url
        assert twin.programme_file.facts == stored.programme_file.facts

    def test_a_copy_of_a_stale_instance_leaves_documents_alone(self, stored, duplicate):
        twin = duplicate(stored)
        stored.programme_file = upload(pages=3)
        stored.save()
        twin.name = "Renamed"
        twin.save()
        assert row(stored).programme_file.facts.pages == 3

    def test_a_copy_can_become_a_row_of_its_own(self, stored, duplicate):
        twin = duplicate(stored)
        twin.pk, twin._state.adding = None, True
        twin.save()
        assert twin.pk != stored.pk
        assert row(twin).programme_file.name == stored.programme_file.name
        assert row(twin).programme_file.facts.pages == 1

    def test_an_upload_to_a_copy_is_not_one_to_the_original(self, stored, duplicate):
        twin = duplicate(stored)
        twin.programme_file = upload(pages=3)
        stored.save()
        assert row(stored).programme_file.facts.pages == 1


@pytest.mark.parametrize("format_", ["json", "jsonl", "xml", "python"])
def test_serialized_rows_keep_names_and_facts(stored, format_):
    facts = {name: getattr(stored, name).facts for name in ("programme_file", "guide_file")}
    dump = serializers.serialize(format_, [stored])
    Event.objects.all().delete()
    for item in serializers.deserialize(format_, dump):
        item.save()
    read = row(stored)
    assert {name: getattr(read, name).facts for name in facts} == facts


def test_dumpdata_and_loaddata_bring_rows_back(stored, event, tmp_path):
    empty = Event.objects.create(name="Empty", start_date=START)
    fixture = tmp_path / "events.json"
    call_command("dumpdata", "testapp.event", output=str(fixture), verbosity=0)
    Event.objects.all().delete()
    call_command("loaddata", str(fixture), verbosity=0)
    assert row(stored).programme_file.facts == stored.programme_file.facts
    assert Event.objects.filter(pk=empty.pk, programme_file__isnull=True).exists()


def test_a_fixture_without_facts_makes_a_legacy_row(db, tmp_path):
    name = "events/programmes/summit_2025.pdf"
    item = {"model": "testapp.meeting", "pk": 7, "fields": {"title": "M", "programme_file": name}}
    fixture = tmp_path / "meetings.json"
    item["fields"]["updated_at"] = START
    fixture.write_text(json.dumps([item]))
    call_command("loaddata", str(fixture), verbosity=0)
    meeting = Meeting.objects.get(pk=7)
    assert (meeting.programme_file.name, meeting.programme_file.facts) == (name, None)


# What it costs


class TestQueries:
    """An untouched document costs what a model without documents costs."""

    @pytest.fixture
    def plain(self, db):
        return get_user_model().objects.create_user("plain")

    def test_reading(self, stored, plain):
        assert queries(lambda: row(stored)) == queries(lambda: row(plain)) == 1

    def test_reading_names_links_and_facts(self, stored):
        event = row(stored)
        assert queries(lambda: (event.programme_file.url, event.guide_file.facts)) == 0

    def test_saving(self, stored, plain):
        assert queries(stored.save) == queries(plain.save) == 1

    def test_saving_some_fields(self, stored):
        assert queries(lambda: stored.save(update_fields=["name"])) == 1

    @pytest.mark.parametrize("fields", [["name"], ["programme_file"]])
    def test_saving_after_a_partial_refresh(self, stored, fields):
        assert queries(lambda: stored.refresh_from_db(fields=fields)) == 1
        assert queries(stored.save) == 1

    def test_saving_an_empty_legacy_column(self, event):
        Event.objects.update(programme_file="")
        assert queries(row(event).save) == 1

    def test_creating_without_documents(self, db):
        plain = queries(lambda: Attachment.objects.create())
        assert queries(lambda: Event.objects.create(name="x", start_date=START)) == plain
        assert queries(lambda: Meeting.objects.create(title="x")) == plain

    def test_an_untouched_save_opens_no_transaction(self, transactional_db, storage):
        event = Event.objects.create(name="x", start_date=START, programme_file=upload())
        with CaptureQueriesContext(connection) as captured:
            row(event).save()
        assert [query["sql"].split()[0] for query in captured] == ["SELECT", "UPDATE"]


# The models


def test_inherited_documents_are_in_the_table_of_their_own_model():
    assert [f.name for f in local_document_fields(Workshop)] == ["exercise_file"]
    assert len(local_document_fields(ProxyEvent)) == 2


def test_models_with_documents_are_found_once_each():
    assert set(document_models()) == {Event, Meeting, Workshop, Permit}


def test_the_event_model_is_the_one_of_the_settings(settings):
    settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Meeting"}
    assert get_event_model() is Meeting


@pytest.mark.parametrize("name", ["testapp.Nothing", "nothing.Event", "Event", "a.b.c"])
def test_an_unknown_event_model_is_a_misconfiguration(settings, name):
    settings.EVENT_PDFS = {"EVENT_MODEL": name}
    with pytest.raises(ImproperlyConfigured):
        get_event_model()


def test_several_models_to_choose_from_are_a_misconfiguration(settings):
    settings.EVENT_PDFS = {}
    with pytest.raises(ImproperlyConfigured):
        get_event_model()


def test_an_end_before_its_start_is_refused_by_model_and_database(event):
    event.refresh_from_db()
    event.end_date = event.start_date.replace(year=2025)
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.error_dict["end_date"][0].code == "end_before_start"
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


def test_an_end_at_its_start_is_accepted(event):
    event.refresh_from_db()
    event.end_date = event.start_date
    event.full_clean()
    event.save()


def test_full_clean_judges_a_document_that_is_not_stored(event):
    event.programme_file = upload("x.txt")
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert refused.value.error_dict["programme_file"][0].code == "wrong_extension"


def test_a_required_document_is_required(db):
    with pytest.raises(ValidationError) as refused:
        Permit().full_clean()
    assert refused.value.error_dict["permit_file"][0].code == "blank"
