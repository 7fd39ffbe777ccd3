"""Several writers at once. ``test_postgres`` runs these on PostgreSQL, by the name of this file."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, models

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW, PDF, signed_in
from tests.testapp.models import Event, Workshop

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"
ROUNDS = 8
WRITERS = 2


def names_of(instance):
    fields = [f.attname for f in instance._meta.concrete_fields if isinstance(f, models.FileField)]
    row = type(instance).objects.values_list(*fields).get(pk=instance.pk)
    return {name for name in row if name}


def at_once(action, arguments):
    """Call ``action`` with each argument in a thread of its own, all started together."""
    barrier = threading.Barrier(len(arguments), timeout=30)

    def run(argument):
        try:
            barrier.wait()
            action(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        list(pool.map(run, arguments))


def replace(instance):
    instance.programme_file = upload()
    instance.save()


@pytest.fixture
def stored(event):
    event.programme_file = upload()
    event.save()
    return event


@pytest.mark.parametrize("model", [Event, Workshop])
def test_two_that_replace_at_once_leave_one_file(storage, event, model):
    event.delete()
    for number in range(ROUNDS):
        values = {"title": "W"} if model is Workshop else {"name": "E", "start_date": START}
        row = model.objects.create(**values, programme_file=upload())
        at_once(replace, [model.objects.get(pk=row.pk) for _ in range(WRITERS)])
        assert storage.names() >= names_of(row)
        assert len(storage.names()) == number + 1


def test_many_that_replace_at_once_leave_one_file(stored, storage):
    at_once(replace, [Event.objects.get() for _ in range(6)])
    assert storage.names() == names_of(stored)


def test_one_that_replaces_while_one_clears_leaves_what_the_row_names(stored, storage):
    def change(instance):
        instance.programme_file = upload() if instance.name == "replace" else None
        instance.save(update_fields=["programme_file"])

    for _ in range(ROUNDS):
        replacing, clearing = Event.objects.get(), Event.objects.get()
        replacing.name, clearing.name = "replace", "clear"
        at_once(change, [replacing, clearing])
        assert storage.names() == names_of(stored)


def test_one_that_replaces_while_one_saves_another_column_loses_nothing(stored, storage):
    def change(instance):
        if instance.location:
            instance.save()
        else:
            replace(instance)

    for number in range(ROUNDS):
        replacing, renaming = Event.objects.get(), Event.objects.get()
        replacing.location, renaming.location = "", f"Room {number}"
        at_once(change, [replacing, renaming])
        assert storage.names() == names_of(stored)
        assert len(storage.names()) == 1
        assert Event.objects.get().programme_file.facts is not None
        Event.objects.update(location="")


def test_one_that_deletes_while_one_replaces_leaves_no_file_without_a_row(storage):
    def change(instance):
        if instance.name == "delete":
            instance.delete()
        else:
            instance.programme_file = upload()
            with suppress(DatabaseError):  # The row is gone.
                instance.save(update_fields=["programme_file"])

    for _ in range(ROUNDS):
        Event.objects.create(name="E", start_date=START, programme_file=upload())
        deleting, replacing = Event.objects.get(), Event.objects.get()
        deleting.name, replacing.name = "delete", "replace"
        at_once(change, [deleting, replacing])
        assert not Event.objects.exists()
        assert storage.names() == set()


# What an event gets at once, by the API.
REQUESTS = {
    "patch": lambda api, at: api.patch(at, {"programme_file": upload()}, format="multipart"),
    "put": lambda api, at: api.put(at, {**NEW, "guide_file": upload()}, format="multipart"),
    "store": lambda api, at: api.put(f"{at}guide_file/", make_pdf(), content_type=PDF),
    "delete": lambda api, at: api.delete(at),
}


@pytest.mark.parametrize("atomic", [False, True])
def test_a_deleted_event_stays_deleted_whatever_else_is_asked(
    storage, manager, monkeypatch, atomic
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    answered = []

    def ask(argument):
        event, kind = argument
        response = REQUESTS[kind](signed_in(manager), f"{EVENTS}{event.pk}/")
        answered.append((kind, response.status_code))

    for _ in range(ROUNDS):
        events = [Event.objects.create(**NEW, programme_file=upload()) for _ in range(6)]
        at_once(ask, [(event, kind) for event in events for kind in REQUESTS])
        assert not Event.objects.exists()
        assert storage.names() == set()
    assert answered.count(("delete", 204)) == 6 * ROUNDS
    assert {status for _kind, status in answered} <= {200, 201, 204, 404}


@pytest.mark.parametrize("atomic", [False, True])
def test_requests_that_replace_and_clear_at_once_leave_what_the_row_names(
    stored, storage, manager, monkeypatch, atomic
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    address = f"{EVENTS}{stored.pk}/"

    def ask(kind):
        api = signed_in(manager)
        if kind == "delete":
            assert api.delete(f"{address}guide_file/").status_code == 204
        else:
            assert REQUESTS[kind](api, address).status_code in (200, 201)

    for _ in range(ROUNDS):
        at_once(ask, [*REQUESTS, *REQUESTS])
        assert storage.names() == names_of(stored)
