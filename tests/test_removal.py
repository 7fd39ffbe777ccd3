"""Which files a commit removes: none that a row still names, and no failure fails a change."""

import copy
import logging

import pytest
from django.core.files.storage import storages
from django.db import models

from django_event_pdfs.removal import holders
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


class NoRows(models.Manager):
    def get_queryset(self):
        return super().get_queryset().none()


def test_a_file_of_a_row_that_managers_hide_stays(stored, storage, monkeypatch):
    name = stored.programme_file.name
    Meeting.objects.create(title="Hidden", programme_file=name)
    hiding = NoRows()
    hiding.model = Meeting
    for manager in ("default_manager", "base_manager"):
        monkeypatch.setitem(vars(Meeting._meta), manager, hiding)
    assert not Meeting._default_manager.exists()
    stored.delete()
    assert storage.names() == {name}


def test_holders_are_found_among_all_file_fields(stored):
    Attachment.objects.create(file="a.pdf")
    names = [stored.guide_file.name, "a.pdf", "b.pdf"]
    assert holders(names) == {stored.guide_file.name, "a.pdf"}


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
