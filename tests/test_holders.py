"""Who names a file: any file field of any row on any database, and what a host names besides."""

import logging

import pytest
from django.db import connection, models

from django_event_pdfs.holders import HoldersUnknown, holder_field, holders, holding_tables
from tests.conftest import upload
from tests.test_lifecycle import make_event
from tests.testapp.models import Attachment, Event, Meeting, Permit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(storage):
    return make_event(programme_file=upload(), guide_file=upload())


@pytest.fixture
def further(settings):
    """Name further columns that hold names of files."""

    def name(*paths):
        settings.EVENT_PDFS = {**settings.EVENT_PDFS, "HOLDERS": paths}

    return name


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


def test_nothing_is_asked_about_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert holders([]) == set()


def test_names_are_compared_to_the_letter():
    Attachment.objects.create(file="Programme.pdf")
    assert holders(["programme.pdf", "Programme.pdf "]) == set()


def test_every_table_with_a_file_field_is_asked_once():
    tables = [holder.model for holder in holding_tables()]
    assert len(tables) == len(set(tables))
    assert {Event, Meeting, Permit, Attachment} <= set(tables)


@pytest.mark.parametrize("change", ["replace", "clear", "delete"])
def test_a_file_that_a_further_column_names_stays(stored, storage, further, change):
    further("testapp.Meeting.title")
    name = stored.programme_file.name
    Meeting.objects.create(title=name)
    if change == "delete":
        stored.delete()
    else:
        stored.programme_file = upload() if change == "replace" else None
        stored.save()
    assert name in storage.names()


def test_a_further_column_that_names_another_file_keeps_nothing(stored, storage, further):
    further("testapp.Meeting.title")
    Meeting.objects.create(title=stored.programme_file.name[:-1])
    stored.delete()
    assert storage.names() == set()


def test_a_further_column_of_a_table_with_files_is_asked_with_them(further):
    further("testapp.Meeting.title", "testapp.Event.name")
    [meeting] = [holder for holder in holding_tables() if holder.model is Meeting]
    assert {f.name for f in meeting.fields} == {
        "title", "programme_file", "guide_file", "badge_file"
    }  # fmt: skip


WRONG = ["nowhere", "testapp.Meeting.nothing", "testapp.Nothing.title", "", 7, None]


@pytest.mark.parametrize("path", WRONG, ids=repr)
def test_where_a_further_column_is_not_there_nothing_can_be_told(further, path):
    further(path)
    with pytest.raises(HoldersUnknown):
        holders(["a.pdf"])


@pytest.mark.parametrize("change", ["replace", "delete"])
def test_where_nothing_can_be_told_every_file_stays(stored, storage, further, caplog, change):
    further("testapp.Meeting.nothing")
    before = storage.names()
    if change == "delete":
        stored.delete()
    else:
        stored.programme_file = upload()
        stored.save()
    assert before <= storage.names()
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_a_holder_names_a_field():
    assert holder_field("testapp.Meeting.title") is Meeting._meta.get_field("title")


class Elsewhere:
    """A host's router: another project migrates the tables, and this one uses them."""

    def allow_migrate(self, db, app_label, **hints):
        return False


def test_a_database_that_others_migrate_is_asked_too(stored, storage, settings):
    settings.DATABASE_ROUTERS = [Elsewhere()]
    Attachment.objects.create(file=stored.programme_file.name)
    stored.delete()
    assert storage.names() == {Attachment.objects.get().file.name}


@pytest.fixture
def unmigrated():
    """Have the table of attachments under another name, as before a migration that renames it."""

    def rename(old, new):
        with connection.schema_editor() as editor:
            editor.alter_db_table(Attachment, old, new)

    rename("testapp_attachment", "testapp_paper")
    yield
    rename("testapp_paper", "testapp_attachment")


def test_while_a_table_waits_for_its_migration_every_file_stays(stored, storage, unmigrated):
    before = storage.names()
    with pytest.raises(HoldersUnknown):
        holders(["a.pdf"])
    stored.delete()
    assert storage.names() == before
