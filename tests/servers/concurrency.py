"""Several writers at once. Run on each database by the name of this file (``suites``)."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, OperationalError, connection, models
from django.db.models.signals import post_init, pre_delete

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW, PDF, signed_in
from tests.testapp.models import Event, Meeting, Workshop

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"
ROUNDS = 5
WRITERS = 2


def names_of(instance):
    fields = [f.attname for f in instance._meta.concrete_fields if isinstance(f, models.FileField)]
    row = type(instance).objects.values_list(*fields).get(pk=instance.pk)
    return {name for name in row if name}


def at_once(action, arguments):
    """Call ``action`` with each argument in a thread of its own, all started together."""
    barrier = threading.Barrier(len(arguments), timeout=120)

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


@contextmanager
def gone_perhaps():
    """Forgive that the row of a save is gone; a deadlock is no excuse."""
    try:
        yield
    except OperationalError:
        raise
    except DatabaseError:
        pass


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
            with gone_perhaps():
                instance.save(update_fields=["programme_file"])

    for _ in range(ROUNDS):
        Event.objects.create(name="E", start_date=START, programme_file=upload())
        deleting, replacing = Event.objects.get(), Event.objects.get()
        deleting.name, replacing.name = "delete", "replace"
        at_once(change, [deleting, replacing])
        assert not Event.objects.exists()
        assert storage.names() == set()


# By what deletes a workshop, whose documents are in two tables.
DELETIONS = {
    "instance": lambda workshop: workshop.delete(),
    "parent": lambda workshop: workshop.meeting_ptr.delete(),
    "query": lambda workshop: Workshop.objects.filter(pk=workshop.pk).delete(),
    "parent-query": lambda workshop: Meeting.objects.filter(pk=workshop.pk).delete(),
    "cascade": lambda workshop: workshop.owner.delete(),
    "cascade-query": lambda workshop: get_user_model().objects.all().delete(),
}
WRITES = {
    "replace": lambda w: replace_in(w, "programme_file", "exercise_file"),
    "replace-of-parent": lambda w: replace_in(w, "badge_file"),
    "replace-by-parent": lambda w: replace_in(w.meeting_ptr, "guide_file"),
}
at_each_deletion = pytest.mark.parametrize("deletion", DELETIONS.values(), ids=DELETIONS)
at_each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def replace_in(instance, *names):
    for name in names:
        setattr(instance, name, upload())
    with gone_perhaps():
        instance.save(update_fields=names)


def make_workshop():
    owner = get_user_model().objects.create_user("owner")
    names = ("programme_file", "guide_file", "exercise_file")
    return Workshop.objects.create(title="W", owner=owner, **{name: upload() for name in names})


@at_each_deletion
@at_each_write
def test_what_is_stored_while_its_row_is_deleted_goes_with_it(storage, deletion, write):
    for _ in range(ROUNDS):
        made = make_workshop()
        read = Workshop.objects.select_related("owner", "meeting_ptr")
        parts = [(act, read.get(pk=made.pk)) for act in (deletion, write)]
        at_once(lambda part: part[0](part[1]), parts)
        assert not Meeting.objects.exists()
        assert storage.names() == set()
        get_user_model().objects.all().delete()


@contextmanager
def once(signal, action):
    """Do something in another thread when the signal is first sent.

    It is waited for only a while: it may itself wait for what the sender has locked.
    """
    threads = []

    def act():
        try:
            action()
        finally:
            connection.close()

    def start(instance, **kwargs):
        if isinstance(instance, Meeting) and not threads:
            threads.append(threading.Thread(target=act))
            threads[0].start()
            threads[0].join(0.3)

    signal.connect(start)
    try:
        yield
    finally:
        signal.disconnect(start)
    assert threads
    threads[0].join(120)


@at_each_deletion
@pytest.mark.parametrize("moment", [post_init, pre_delete], ids=["read", "told"])
def test_what_is_stored_in_the_middle_of_a_deletion_goes_with_it(storage, deletion, moment):
    made = make_workshop()
    writing = Workshop.objects.get(pk=made.pk)
    deleting = Workshop.objects.select_related("owner", "meeting_ptr").get(pk=made.pk)
    with once(moment, lambda: WRITES["replace"](writing)):
        deletion(deleting)
    assert not Meeting.objects.exists()
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


@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize("there", [True, False])
def test_of_writers_that_saw_the_same_document_exactly_one_wins(
    storage, manager, monkeypatch, atomic, there
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    for _ in range(ROUNDS):
        event = Event.objects.create(**NEW, programme_file=upload() if there else None)
        address = f"{EVENTS}{event.pk}/programme_file/"
        answered = []
        seen = {"if-none-match": "*"}
        if there:
            seen = {"if-match": signed_in(manager).get(address).headers["ETag"]}

        def write(address, seen=seen, answered=answered):
            api = signed_in(manager)
            answered.append(api.put(address, make_pdf(), content_type=PDF, headers=seen))

        at_once(write, [address] * 4)
        assert sorted(r.status_code for r in answered) == [200 if there else 201, 412, 412, 412]
        [won] = [r.json()["url"] for r in answered if r.status_code != 412]
        [name] = names_of(event)
        assert name in won
        assert storage.names() == {name}
        event.delete()


@pytest.mark.parametrize("atomic", [False, True])
def test_an_event_that_is_posted_several_times_at_once_is_made_once(
    storage, manager, monkeypatch, atomic
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    for number in range(ROUNDS):
        key, answered = str(uuid.uuid4()), []

        def post(key, answered=answered):
            data = {**NEW, "id": key, "programme_file": upload()}
            response = signed_in(manager).post(EVENTS, data, format="multipart")
            answered.append((response.status_code, response.json().get("codes")))

        at_once(post, [key] * 4)
        already = (409, {"detail": ["already_exists"]})
        assert sorted(answered, key=str) == [(201, None), already, already, already]
        assert Event.objects.count() == number + 1
        assert len(storage.names()) == number + 1
