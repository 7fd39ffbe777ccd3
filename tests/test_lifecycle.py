"""The life of a file: no committed row without its file, and no file without a row."""

from contextlib import nullcontext, suppress

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, models, transaction
from django.db.models.signals import post_save, pre_save

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, Permit, ProxyEvent, Workshop

# Files go after the commit, so every test here commits.
pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


def make_event(model=Event, **values):
    return model.objects.create(name="Tech Summit", start_date=START, **values)


def make_workshop(**values):
    documents = ("programme_file", "guide_file", "badge_file", "exercise_file")
    return Workshop.objects.create(**{name: upload() for name in documents}, **values)


def names_of(instance):
    """Return the names that the row holds now."""
    fields = [f.attname for f in instance._meta.concrete_fields if isinstance(f, models.FileField)]
    row = type(instance)._base_manager.values_list(*fields).get(pk=instance.pk)
    return {name for name in row if name}


def row(instance):
    return type(instance)._base_manager.get(pk=instance.pk)


@pytest.fixture
def stored(storage):
    return make_event(programme_file=upload(), guide_file=upload())


# Replace and clear


@pytest.mark.parametrize("model", [Event, ProxyEvent])
def test_a_replaced_file_goes(storage, model):
    event = make_event(model, programme_file=upload(), guide_file=upload())
    old, guide = event.programme_file.name, event.guide_file.name
    event.programme_file = upload()
    event.save()
    assert storage.names() == names_of(event) == {event.programme_file.name, guide}
    assert old not in storage.names()


@pytest.mark.parametrize("name", ["programme_file", "badge_file", "exercise_file"])
def test_a_replaced_file_goes_from_any_table(storage, name):
    workshop = make_workshop(title="W")
    setattr(workshop, name, upload())
    workshop.save()
    assert storage.names() == names_of(workshop)
    assert len(storage.names()) == 4


def test_the_same_instance_can_replace_again_and_again(stored, storage):
    for _ in range(3):
        stored.programme_file = upload()
        stored.save()
        assert storage.names() == names_of(stored)


@pytest.mark.parametrize("value", [None, ""])
def test_a_cleared_file_goes(stored, storage, value):
    stored.programme_file = value
    stored.save()
    assert storage.names() == {stored.guide_file.name}


def test_a_deleted_document_goes_with_the_save_of_its_row(stored, storage):
    stored.programme_file.delete(save=False)
    assert len(storage.names()) == 2
    stored.save()
    assert storage.names() == {stored.guide_file.name}


def test_save_of_a_document_replaces(stored, storage):
    stored.programme_file.save("x.pdf", ContentFile(make_pdf()))
    assert storage.names() == names_of(stored)
    assert len(storage.names()) == 2


def test_a_reassigned_name_lets_the_old_file_go(stored, storage):
    legacy = storage.save("events/programmes/summit_2025.pdf", ContentFile(make_pdf()))
    stored.programme_file = legacy
    stored.save()
    assert storage.names() == {legacy, stored.guide_file.name}


def test_a_legacy_file_goes_when_replaced(storage):
    legacy = storage.save("events/programmes/summit_2025.pdf", ContentFile(make_pdf()))
    event = make_event(programme_file=legacy)
    event.programme_file = upload()
    event.save()
    assert storage.names() == names_of(event)


def test_a_replaced_file_stays_until_the_commit(stored, storage):
    old = stored.programme_file.name
    with transaction.atomic():
        stored.programme_file = upload()
        stored.save()
        assert old in storage.names()
    assert old not in storage.names()


def test_a_replaced_file_stays_when_the_transaction_is_rolled_back(stored, storage):
    old = stored.programme_file.name
    with transaction.atomic():
        stored.programme_file = upload()
        stored.save()
        transaction.set_rollback(True)
    assert old in names_of(stored)
    assert old in storage.names()


def test_update_or_create_replaces(stored, storage):
    Event.objects.update_or_create(pk=stored.pk, defaults={"programme_file": upload()})
    assert storage.names() == names_of(stored)


def test_a_receiver_that_saves_again_disturbs_nothing(stored, storage):
    def save_again(instance, **kwargs):
        post_save.disconnect(save_again, sender=Event)
        instance.guide_file = upload()
        instance.save()

    post_save.connect(save_again, sender=Event)
    stored.programme_file = upload()
    stored.save()
    assert storage.names() == names_of(stored)
    assert len(storage.names()) == 2


# Delete


@pytest.mark.parametrize(
    "delete",
    [
        lambda event: event.delete(),
        lambda event: row(event).delete(),
        lambda event: ProxyEvent.objects.get(pk=event.pk).delete(),
        lambda event: Event.objects.all().delete(),
        lambda event: ProxyEvent.objects.all().delete(),
        lambda event: Event.objects.only("name").get().delete(),
        lambda event: Event.objects.only("name").delete(),
    ],
    ids=["instance", "read", "proxy", "query", "proxy-query", "deferred", "deferred-query"],
)
def test_the_files_of_a_deleted_row_go(stored, storage, delete):
    delete(stored)
    assert storage.names() == set()


@pytest.mark.parametrize(
    "delete",
    [
        lambda workshop: workshop.delete(),
        lambda workshop: workshop.meeting_ptr.delete(),
        lambda workshop: Meeting.objects.all().delete(),
        lambda workshop: Workshop.objects.all().delete(),
        lambda workshop: workshop.owner.delete(),
        lambda workshop: get_user_model().objects.all().delete(),
    ],
    ids=["child", "parent", "parents", "children", "owner", "owners"],
)
def test_the_files_of_every_table_go(storage, delete):
    workshop = make_workshop(title="W", owner=get_user_model().objects.create_user("owner"))
    delete(workshop)
    assert not Meeting.objects.exists()
    assert storage.names() == set()


def test_keep_parents_keeps_their_files(storage):
    workshop = make_workshop(title="W")
    workshop.delete(keep_parents=True)
    meeting = Meeting.objects.get()
    assert storage.names() == names_of(meeting)
    assert len(storage.names()) == 3


def test_the_files_of_a_deleted_row_stay_until_the_commit(stored, storage):
    with transaction.atomic():
        stored.delete()
        assert len(storage.names()) == 2
    assert storage.names() == set()


def test_the_files_of_a_row_whose_deletion_is_rolled_back_stay(stored, storage):
    with transaction.atomic():
        Event.objects.all().delete()
        transaction.set_rollback(True)
    assert storage.names() == names_of(stored)


def test_a_stale_instance_that_is_deleted_takes_the_newer_file(stored, storage):
    stale = row(stored)
    stored.programme_file = upload()
    stored.save()
    stale.delete()
    assert storage.names() == set()


def test_a_stale_child_that_is_deleted_takes_the_newer_files_of_its_parent(storage):
    workshop = make_workshop(title="W")
    stale = row(workshop)
    workshop.programme_file = upload()
    workshop.save()
    stale.delete()
    assert storage.names() == set()


def test_deleting_an_instance_with_an_upload_touches_no_other_file(stored, storage):
    storage.save("important.pdf", ContentFile(b"not ours"))
    stored.programme_file = upload("important.pdf")
    stored.delete()
    assert storage.names() == {"important.pdf"}


# Refused and failed


def test_a_refused_upload_leaves_the_old_document(stored, storage):
    before = storage.names()
    stored.programme_file = upload("x.txt")
    with pytest.raises(ValidationError):
        stored.save()
    assert storage.names() == names_of(stored) == before


def test_a_refused_second_upload_takes_the_first_with_it(stored, storage):
    before = storage.names()
    stored.programme_file, stored.guide_file = upload(), ContentFile(b"no PDF", "x.pdf")
    with pytest.raises(ValidationError):
        stored.save()
    assert storage.names() == names_of(stored) == before


def test_a_failing_insert_leaves_no_file(storage):
    with pytest.raises(IntegrityError):
        make_event(programme_file=upload(), end_date="2026-11-01T09:00:00Z")
    assert storage.names() == set()


def test_a_failing_update_leaves_the_old_file_only(stored, storage):
    before = storage.names()
    stored.programme_file, stored.end_date = upload(), "2026-11-01T09:00:00Z"
    with pytest.raises(IntegrityError):
        stored.save()
    assert storage.names() == names_of(stored) == before


def test_a_failing_save_of_a_document_leaves_the_old_file_only(stored, storage):
    before = storage.names()
    stored.end_date = "2026-11-01T09:00:00Z"
    with pytest.raises(IntegrityError):
        stored.programme_file.save("x.pdf", ContentFile(make_pdf()))
    assert storage.names() == names_of(stored) == before


def test_a_failed_save_can_be_tried_again(stored, storage):
    stored.programme_file, stored.end_date = upload(pages=3), "2026-11-01T09:00:00Z"
    with pytest.raises(IntegrityError):
        stored.save()
    stored.end_date = None
    stored.save()
    assert storage.names() == names_of(stored)
    assert row(stored).programme_file.facts.pages == 3


@pytest.mark.parametrize("signal", [pre_save, post_save])
def test_a_failing_receiver_leaves_the_old_file_only(stored, storage, signal):
    def fail(**kwargs):
        raise RuntimeError

    before = storage.names()
    stored.programme_file = upload()
    signal.connect(fail, sender=Event)
    try:
        with pytest.raises(RuntimeError):
            stored.save()
    finally:
        signal.disconnect(fail, sender=Event)
    assert storage.names() == names_of(stored) == before


def test_a_failing_bulk_create_row_keeps_other_rows_intact(stored, storage):
    before = storage.names()
    bad = Event(name="x", start_date=START, programme_file=ContentFile(b"x", "x.pdf"))
    with pytest.raises(ValidationError):
        Event.objects.bulk_create([bad])
    assert storage.names() == names_of(stored) == before


# Stale instances


@pytest.mark.parametrize("update_fields", [None, ["name"], ["name", "programme_file"]])
@pytest.mark.parametrize("value", ["upload", None])
def test_a_stale_instance_saved_for_another_column_changes_no_document(
    stored, storage, update_fields, value
):
    stale = row(stored)
    stored.programme_file = value and upload(pages=3)
    stored.save()
    names = names_of(stored)
    stale.name = "Renamed"
    stale.save(update_fields=update_fields)
    read = row(stored)
    assert read.name == "Renamed"
    assert storage.names() == names_of(stored) == names
    assert (read.programme_file.facts and read.programme_file.facts.pages) == (3 if value else None)


def test_the_instance_that_made_a_row_can_be_stale_too(stored, storage):
    newer = row(stored)
    newer.programme_file = upload(pages=3)
    newer.save()
    stored.name = "Renamed"
    stored.save()
    assert storage.names() == names_of(stored) == names_of(newer)
    assert row(stored).programme_file.facts.pages == 3


def test_an_instance_saved_under_another_key_writes_its_documents_there(storage):
    first, second = (Meeting.objects.create(title=t, programme_file=upload()) for t in "AB")
    name = first.programme_file.name
    moved = row(first)
    moved.pk = second.pk
    moved.save()
    assert names_of(second) == names_of(first) == {name}
    assert row(second).programme_file.facts is not None
    assert storage.names() == {name}


def test_a_stale_child_saved_for_another_column_changes_no_document(storage):
    workshop = make_workshop(title="W")
    stale = row(workshop)
    workshop.programme_file, workshop.exercise_file = upload(), upload()
    workshop.save()
    stale.title = "Renamed"
    stale.save()
    assert storage.names() == names_of(workshop)


def test_a_stale_instance_that_replaces_lets_the_newer_file_go(stored, storage):
    stale = row(stored)
    stored.programme_file = upload()
    stored.save()
    stale.programme_file = upload(pages=3)
    stale.save()
    assert storage.names() == names_of(stored)
    assert row(stored).programme_file.facts.pages == 3


def test_an_instance_made_by_hand_replaces(storage):
    meeting = Meeting.objects.create(title="M", programme_file=upload(), badge_file=upload())
    Meeting(pk=meeting.pk, title="M", programme_file=upload(pages=3)).save()
    assert storage.names() == names_of(meeting)
    assert len(storage.names()) == 1


@pytest.mark.parametrize("value", [None, "upload"])
def test_an_instance_made_by_hand_replaces_by_a_forced_update(stored, storage, value):
    event = Event(pk=stored.pk, name="x", start_date=START, programme_file=value and upload())
    event.save(force_update=True)
    assert storage.names() == names_of(stored)
    assert len(storage.names()) == (1 if value else 0)


def test_a_row_deleted_meanwhile_is_made_again_as_django_does(storage):
    permit = Permit.objects.create(permit_file=upload())
    read = row(permit)
    Permit.objects.all().delete()
    read.permit_file = upload()
    read.save()
    assert storage.names() == names_of(read)


def test_no_savepoint_is_left_open(stored):
    stored.programme_file = upload()
    stored.save()
    assert not connection.in_atomic_block
    assert connection.run_on_commit == []


@pytest.mark.parametrize("signal", [pre_save, post_save], ids=["before", "after"])
@pytest.mark.parametrize("around", [nullcontext, transaction.atomic], ids=["plain", "atomic"])
def test_a_receiver_that_catches_a_database_error_does_not_undo_a_save_in_silence(
    stored, storage, signal, around
):
    # In autocommit it would do no harm; within a transaction Django undoes all, and says nothing.
    name = stored.programme_file.name
    Group.objects.create(name="twice")

    def receive(instance, **kwargs):
        with suppress(IntegrityError):
            Group.objects.create(name="twice")

    signal.connect(receive, sender=Event)
    stored.programme_file = upload()
    try:
        with pytest.raises(transaction.TransactionManagementError), around():
            stored.save()
    finally:
        signal.disconnect(receive, sender=Event)
    assert row(stored).programme_file.name == name
    assert name in storage.names()
    assert len(storage.names()) == 2
