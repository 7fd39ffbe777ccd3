"""What an instance believes of its row, also after a rollback, and in a copy of it."""

import copy
from contextlib import suppress

import pytest
from django.db import transaction

from tests.conftest import upload
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


class Undo(Exception):
    """Raised in a block so that it is rolled back."""


def twice(do):
    """Do something in a transaction that is rolled back, and once more."""
    with suppress(Undo), transaction.atomic():
        do()
        raise Undo
    with transaction.atomic():
        do()


def row(event):
    return Event.objects.get(pk=event.pk)


def copied(event):
    twin = Event.objects.get(pk=event.pk)
    twin.pk, twin._state.adding = None, True
    return twin


# Rolled back, and done again


@pytest.mark.parametrize("again", [True, False], ids=["cleared-again", "saved-again"])
def test_a_cleared_document_is_cleared_by_the_retry(full, again):
    event = Event.objects.get()

    def clear():
        if again or event.programme_file:
            event.programme_file = None
        event.save()

    twice(clear)
    assert not row(full).programme_file


def test_another_save_in_between_changes_nothing_of_that(full):
    event = Event.objects.get()

    def clear():
        event.programme_file = None
        event.save()
        event.location = "Toulouse"
        event.save()

    twice(clear)
    assert not row(full).programme_file


def test_a_copy_has_its_document_after_the_retry(full):
    twin = copied(full)
    twice(twin.save)
    assert row(twin).programme_file.name == full.programme_file.name


def test_an_assigned_name_is_written_by_the_retry(full):
    other = Event.objects.create(name="O", start_date=START)
    other.programme_file = full.programme_file.name
    twice(other.save)
    assert row(other).programme_file.name == full.programme_file.name


def test_a_rolled_back_savepoint_counts_alone(full):
    event = Event.objects.get()
    with transaction.atomic():
        event.location = "Toulouse"
        event.programme_file = None
        with suppress(Undo), transaction.atomic():
            event.save()
            raise Undo
        event.save()
    assert not row(full).programme_file


def test_what_is_committed_is_believed(full, django_assert_num_queries):
    with transaction.atomic():
        full.programme_file = None
        full.save()
    with django_assert_num_queries(1):
        full.save()


def test_copies_of_an_instance_are_rolled_back_each_for_itself(storage):
    first = Event(name="A", start_date=START, programme_file=upload())
    with suppress(Undo), transaction.atomic():
        first.save()
        second = copy.copy(first)
        second.pk, second._state = None, copy.copy(first._state)
        second._state.adding = True
        second.programme_file = upload()
        second.save()
        raise Undo
    first.save()
    assert storage.exists(row(first).programme_file.name)


# A file that went with the row that it was read from


def test_a_copy_of_a_row_that_was_replaced_meanwhile_raises(full):
    twin = copied(full)
    full.programme_file = upload()
    full.save()
    with pytest.raises(ValueError, match="is gone"):
        twin.save()
    assert Event.objects.count() == 1


def test_an_instance_that_is_saved_after_its_deletion_raises(full):
    full.delete()
    with pytest.raises(ValueError, match="is gone"):
        full.save()
    assert not Event.objects.exists()


def test_it_can_be_saved_with_another_file_or_none(full):
    full.delete()
    full.programme_file = None
    full.save()
    full.programme_file = upload()
    full.save()
    assert row(full).programme_file


def test_a_copy_of_a_row_whose_file_is_there_is_saved(full, storage):
    twin = copied(full)
    twin.save()
    full.delete()
    assert storage.names() == {row(twin).programme_file.name}


def test_a_name_that_is_assigned_is_not_looked_for(event):
    # A host may know of files that come later, and of names in fixtures.
    event.programme_file = "events/programmes/later.pdf"
    event.save()
    assert row(event).programme_file.name == "events/programmes/later.pdf"
