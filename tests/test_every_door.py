"""The life of a file by every door, in every kind of transaction: rows and files agree."""

import hashlib
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.signals import request_finished
from django.db import DatabaseError, connection, transaction
from django.forms import modelform_factory

from django_event_pdfs import rollback
from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.models import document_models
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.doors import API, DOORS
from tests.endpoints import EVENTS, signed_in
from tests.testapp.models import Event, Meeting, Workshop

START = "2026-12-01T09:00:00Z"


class Undo(Exception):
    """Raised so that a transaction is rolled back."""


def goes_through(door):
    def change(world):
        assert door(world.event, world.user, upload(pages=2)) == []

    return change


def save_fields(world):
    world.event.programme_file = upload(pages=2)
    world.event.save(update_fields=["programme_file"])


def save_both_tables(world):
    world.workshop.programme_file, world.workshop.exercise_file = upload(), upload()
    world.workshop.save()


def get_or_create(world):
    defaults = {"start_date": START, "programme_file": upload()}
    Event.objects.get_or_create(name="New", defaults=defaults)


def update_or_create(world):
    defaults = {"programme_file": upload(), "guide_file": None}
    Event.objects.update_or_create(pk=world.event.pk, defaults=defaults)


def clear(world):
    world.event.programme_file = world.event.guide_file = None
    world.event.save()


def clear_by_form(world):
    form_class = modelform_factory(Event, fields=["programme_file"])
    form_class({"programme_file-clear": "on"}, instance=world.event).save()


def answered(response):
    assert response.status_code < 300


def address(world):
    return f"{EVENTS}{world.event.pk}/"


#: The requests, then what code does.
REQUESTS = {
    **{door.__name__: goes_through(door) for door in API},
    "clear-by-api": lambda w: answered(signed_in(w.user).delete(f"{address(w)}guide_file/")),
    "null-by-api": lambda w: answered(signed_in(w.user).patch(address(w), {"guide_file": None})),
    "delete-by-api": lambda w: answered(signed_in(w.user).delete(address(w))),
}
CHANGES = {
    **REQUESTS,
    **{door.__name__: goes_through(door) for door in DOORS if door not in API},
    "update-fields": save_fields,
    "both-tables": save_both_tables,
    "get-or-create": get_or_create,
    "update-or-create": update_or_create,
    "clear": clear,
    "clear-by-field": lambda w: w.event.programme_file.delete(),
    "clear-by-form": clear_by_form,
    "delete": lambda w: w.event.delete(),
    "delete-child": lambda w: w.workshop.delete(),
    "delete-parent": lambda w: w.workshop.meeting_ptr.delete(),
    "delete-query": lambda w: Event.objects.all().delete(),
    "delete-parents": lambda w: Meeting.objects.all().delete(),
    "delete-cascade": lambda w: w.workshop.owner.delete(),
}
at_each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
at_each_request = pytest.mark.parametrize("change", REQUESTS.values(), ids=REQUESTS)
committing = pytest.mark.django_db(transaction=True)


@contextmanager
def nested():
    with transaction.atomic(), transaction.atomic():
        yield


@contextmanager
def undone(block):
    """Roll back what happens in the transaction or savepoint that ``block`` makes."""
    with pytest.raises(Undo), block():  # noqa: PT012, the block is the point
        yield
        raise Undo


@contextmanager
def undone_savepoint():
    with transaction.atomic(), undone(transaction.atomic):
        yield


@contextmanager
def manual(end):
    transaction.set_autocommit(False)
    try:
        yield
        end()
    finally:
        transaction.set_autocommit(True)


COMMITTED = {
    "autocommit": nullcontext,
    "atomic": transaction.atomic,
    "nested": nested,
    "manual": lambda: manual(transaction.commit),
}
ROLLED_BACK = {
    "atomic": lambda: undone(transaction.atomic),
    "nested": lambda: undone(nested),
    "savepoint": undone_savepoint,
    "manual": lambda: manual(transaction.rollback),
}


@pytest.fixture
def world(storage, manager):
    event = Event(name="Summit", start_date=START, programme_file=upload(), guide_file=upload())
    event.save()
    owner = get_user_model().objects.create_user("owner")
    files = {name: upload() for name in ("programme_file", "guide_file", "exercise_file")}
    workshop = Workshop.objects.create(title="W", owner=owner, **files)
    return SimpleNamespace(event=event, workshop=workshop, user=manager)


def documents():
    for model in document_models():
        for field in local_document_fields(model):
            for instance in model._base_manager.all():
                if document := getattr(instance, field.attname):
                    yield document


def named():
    return {document.name for document in documents()}


def are_whole(storage):
    """Return whether each document that a row names has its file, as its facts say."""
    for document in documents():
        with storage.open(document.name) as file:
            if hashlib.sha256(file.read()).hexdigest() != document.facts.sha256:
                return False
    return True


def end_request():
    request_finished.send(sender=None)


@committing
@at_each_change
@pytest.mark.parametrize("block", COMMITTED.values(), ids=COMMITTED)
def test_a_commit_leaves_the_files_that_rows_name(world, storage, change, block):
    before = storage.names()
    with block():
        change(world)
        assert block is nullcontext or storage.names() >= before
    end_request()
    assert storage.names() == named() != before
    assert are_whole(storage)


@committing
@at_each_change
@pytest.mark.parametrize("kind", ROLLED_BACK)
def test_a_rollback_leaves_the_files_that_were_there(world, storage, change, kind):
    if kind == "manual" and change is CHANGES["by_field_file_without_save"]:
        pytest.skip("It stores outside of any atomic block, for a row that may come much later.")
    if kind == "manual" and connection.vendor == "sqlite":
        pytest.skip("SQLite commits when the savepoint of an atomic block is released.")
    before = storage.names()
    with ROLLED_BACK[kind]():
        change(world)
    end_request()
    assert storage.names() == named() == before
    assert are_whole(storage)


@committing
@at_each_request
def test_a_request_in_one_transaction_leaves_the_files_that_rows_name(
    world, storage, change, monkeypatch
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    before = storage.names()
    change(world)
    assert storage.names() == named() != before
    assert are_whole(storage)


@committing
@at_each_request
def test_a_request_that_fails_at_its_end_leaves_the_files_that_were_there(
    world, storage, change, monkeypatch
):
    def fail(self, request, response, *args, **kwargs):
        raise Undo

    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    monkeypatch.setattr(EventViewSet, "finalize_response", fail)
    before = storage.names()
    with pytest.raises(Undo):
        change(world)
    end_request()
    assert storage.names() == named() == before
    assert are_whole(storage)


@pytest.mark.django_db
@at_each_change
def test_a_capture_of_a_host_s_test_case_leaves_the_files_that_rows_name(
    world, storage, change, django_capture_on_commit_callbacks
):
    before = storage.names()
    with django_capture_on_commit_callbacks(execute=True):
        change(world)
    assert storage.names() == named() != before


@pytest.mark.django_db
@at_each_change
def test_a_host_s_test_case_without_a_capture_removes_no_file(world, storage, change):
    before = storage.names()
    change(world)
    rollback.settle()
    assert storage.names() == named() | before


@committing
@at_each_change
def test_an_earlier_hook_that_raises_costs_no_file(world, storage, change):
    def fail():
        raise Undo

    before = named()
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012
        transaction.on_commit(fail)
        change(world)
    end_request()
    assert storage.names() == named() | before
    assert named() != before
    assert are_whole(storage)


@committing
@at_each_change
def test_a_commit_whose_acknowledgement_is_lost_costs_no_file(world, storage, change, monkeypatch):
    def commit_and_lose():
        with connection.wrap_database_errors:
            connection.connection.commit()
        raise DatabaseError("connection lost")

    before = named()
    with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012
        change(world)
        monkeypatch.setattr(connection, "_commit", commit_and_lose)
    monkeypatch.undo()
    end_request()
    assert storage.names() == named() | before
    assert named() != before
    assert are_whole(storage)
