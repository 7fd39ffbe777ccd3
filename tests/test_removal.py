"""Which files a commit removes: none that a row still names, and no failure fails a change."""

import copy
import logging

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.signals import removal_failed
from django_event_pdfs.testing import MemoryStorage
from tests.conftest import upload
from tests.test_lifecycle import make_event, names_of
from tests.testapp.models import Attachment, Event, Meeting

# Files go after the commit, so every test here commits.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(storage):
    return make_event(programme_file=upload(), guide_file=upload())


# Shared names


def test_a_file_that_a_plain_file_field_names_stays(stored, storage):
    name = stored.programme_file.name
    Attachment.objects.create(file=name)
    stored.programme_file = None
    stored.save()
    assert name in storage.names()


def test_a_file_that_another_field_names_stays(stored, storage):
    stored.guide_file = stored.programme_file.name
    stored.save()
    stored.programme_file = None
    stored.save()
    assert storage.names() == names_of(stored) == {stored.guide_file.name}


def test_a_file_of_two_rows_goes_with_the_last(stored, storage):
    twin = copy.copy(stored)
    twin.pk, twin._state.adding = None, True
    twin.save()
    before = storage.names()
    stored.delete()
    assert storage.names() == names_of(twin) == before
    twin.delete()
    assert storage.names() == set()


def test_a_file_of_two_rows_goes_with_both(stored, storage):
    twin = copy.copy(stored)
    twin.pk, twin._state.adding = None, True
    twin.save()
    Event.objects.all().delete()
    assert storage.names() == set()


# Many at once


def query_count(action):
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


@pytest.mark.parametrize(
    "delete",
    [
        lambda: Event.objects.all().delete(),
        lambda: Meeting.objects.all().delete(),
        lambda: get_user_model().objects.all().delete(),
    ],
    ids=["events", "meetings", "owners"],
)
def test_a_query_that_deletes_many_rows_asks_as_often_as_for_one(storage, delete):
    def make(count):
        owner = get_user_model().objects.create_user("owner")
        for _ in range(count):
            make_event(programme_file=upload(), guide_file=upload())
            Meeting.objects.create(title="M", owner=owner, badge_file=upload())

    def clean_up():
        for model in (Event, Meeting, get_user_model()):
            model.objects.all().delete()

    make(1)
    once = query_count(delete)
    clean_up()
    make(20)
    assert query_count(delete) == once
    clean_up()
    assert storage.names() == set()


# Savepoints


def undone():
    """Return a savepoint that is rolled back at its end."""
    return _Undone()


class _Undone(transaction.Atomic):
    def __init__(self):
        super().__init__(None, savepoint=True, durable=False)

    def __exit__(self, *args):
        transaction.set_rollback(True)
        return super().__exit__(*args)


@pytest.mark.parametrize("order", ["before", "after", "around"])
def test_what_a_rolled_back_savepoint_deleted_stays_and_the_rest_goes(storage, order):
    gone, kept, late = (make_event(programme_file=upload()) for _ in range(3))
    with transaction.atomic():
        if order != "after":
            gone.delete()
        with undone():
            kept.delete()
        if order != "before":
            late.delete()
    left = set(Event.objects.values_list("programme_file", flat=True))
    assert kept.programme_file.name in left
    assert storage.names() == left
    assert len(left) == (1 if order == "around" else 2)


def test_what_a_savepoint_deleted_inside_one_that_is_rolled_back_stays(storage):
    first, second = (make_event(programme_file=upload()) for _ in range(2))
    with transaction.atomic(), undone():
        first.delete()
        with transaction.atomic():
            second.delete()
    assert storage.names() == {first.programme_file.name, second.programme_file.name}
    assert Event.objects.count() == 2


def test_what_a_kept_savepoint_deleted_goes_with_the_rest(storage):
    first, second, third = (make_event(programme_file=upload()) for _ in range(3))
    with transaction.atomic():
        first.delete()
        with transaction.atomic():
            second.delete()
        third.delete()
        assert len(storage.names()) == 3
    assert storage.names() == set()


@pytest.mark.django_db(transaction=False)
def test_each_capture_of_a_host_s_test_case_removes_what_it_deleted(
    storage, django_capture_on_commit_callbacks
):
    for event in [make_event(programme_file=upload()) for _ in range(3)]:
        with django_capture_on_commit_callbacks(execute=True):
            event.delete()
        assert event.programme_file.name not in storage.names()


# Replaced between the reading of what goes with a row and its deletion


@pytest.fixture
def replaced_while_read():
    """Have the first meeting that is read from now on replaced before anything else happens."""

    def replace(instance, **kwargs):
        post_init.disconnect(replace, sender=Meeting)
        if instance.pk:
            other = Meeting.objects.get(pk=instance.pk)
            other.badge_file = upload(pages=3)
            other.save()

    yield lambda: post_init.connect(replace, sender=Meeting)
    post_init.disconnect(replace, sender=Meeting)


def test_a_cascade_takes_the_file_that_came_after_it_was_read(storage, replaced_while_read):
    owner = get_user_model().objects.create_user("owner")
    Meeting.objects.create(title="M", owner=owner, badge_file=upload(), guide_file=upload())
    replaced_while_read()
    owner.delete()
    assert not Meeting.objects.exists()
    assert storage.names() == set()


# A storage that fails


class StickyStorage(MemoryStorage):
    """Deletes nothing."""

    def delete(self, name):
        raise OSError("No.")


@pytest.fixture
def sticky(settings):
    backend = {"BACKEND": f"{__name__}.StickyStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return storages["default"]


@pytest.mark.parametrize("action", ["replace", "clear", "delete", "delete-query"])
def test_a_storage_that_cannot_delete_does_not_fail_the_change(sticky, caplog, action):
    event = make_event(programme_file=upload())
    old = event.programme_file.name
    if action.startswith("delete"):
        (event if action == "delete" else Event.objects.all()).delete()
        assert not Event.objects.exists()
    else:
        event.programme_file = upload() if action == "replace" else None
        event.save()
        assert old not in names_of(event)
    [record] = caplog.records
    assert (record.name, record.levelno) == ("django_event_pdfs", logging.ERROR)
    assert old in record.getMessage()


def test_a_file_that_a_storage_keeps_is_told_of(sticky):
    told = []

    def receive(sender, storage, name, error, **kwargs):
        told.append((sender, storage, name, type(error)))

    event = make_event(programme_file=upload())
    removal_failed.connect(receive)
    try:
        event.delete()
    finally:
        removal_failed.disconnect(receive)
    assert told == [(StickyStorage, sticky, event.programme_file.name, OSError)]


def test_a_receiver_that_raises_disturbs_nothing(sticky, caplog):
    def receive(**kwargs):
        raise LookupError

    events = [make_event(programme_file=upload()) for _ in range(2)]
    removal_failed.connect(receive)
    try:
        Event.objects.all().delete()
    finally:
        removal_failed.disconnect(receive)
    errors = [r.getMessage() for r in caplog.records if r.name == "django_event_pdfs"]
    assert len(errors) == len(sticky.names()) == len(events)
