"""What a rolled-back transaction leaves behind: no file, and instances that can be saved again."""

import copy
import pickle

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import DatabaseError, IntegrityError, connection, transaction

from django_event_pdfs import rollback
from django_event_pdfs.holders import HoldersUnknown, holding_tables
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.maintenance.databases import second_database
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


class Undo(Exception):
    """Raised in a block so that it is rolled back."""


def make_event(**values):
    return Event(name="Tech Summit", start_date=START, **values)


def rolled_back(do):
    """Do something in a transaction that is rolled back."""
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012, the block is the point
        do()
        raise Undo


def end_request():
    request_finished.send(sender=None)


def names_in_rows():
    rows = Event.objects.values_list("programme_file", "guide_file")
    return {name for row in rows for name in row if name}


@pytest.fixture
def stored(storage):
    event = make_event(programme_file=upload())
    event.save()
    return event


def test_a_rollback_after_a_save_leaves_no_file(storage):
    rolled_back(make_event(programme_file=upload(), guide_file=upload()).save)
    end_request()

    assert storage.names() == set()


def test_the_next_document_cleans_up_too(storage, stored):
    rolled_back(make_event(programme_file=upload()).save)
    assert len(storage.names()) == 2

    stored.guide_file = upload()
    stored.save()

    assert (
        storage.names() == names_in_rows() == {stored.programme_file.name, stored.guide_file.name}
    )


def test_a_rolled_back_savepoint_leaves_no_file(storage):
    with transaction.atomic():
        make_event(programme_file=upload()).save()
        rolled_back(make_event(programme_file=upload()).save)
    end_request()

    assert storage.names() == names_in_rows()
    assert len(storage.names()) == 1


def test_a_rolled_back_replacement_keeps_the_old_file(storage, stored):
    old = stored.programme_file.name

    def replace():
        stored.programme_file = upload()
        stored.save()

    rolled_back(replace)
    end_request()

    assert storage.names() == names_in_rows() == {old}


def test_nothing_is_removed_while_its_transaction_is_under_way(storage):
    with transaction.atomic():
        event = make_event(programme_file=upload())
        event.save()
        rollback.settle()
        make_event(guide_file=upload()).save()
        assert len(storage.names()) == 2

    end_request()
    assert storage.names() == names_in_rows()
    assert len(storage.names()) == 2


def test_a_raising_commit_hook_of_the_host_costs_no_file(storage):
    def fail():
        raise RuntimeError("mail server down")

    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        transaction.on_commit(fail)
        make_event(programme_file=upload()).save()
    end_request()

    assert storage.names() == names_in_rows()
    assert len(storage.names()) == 1


def test_a_commit_whose_acknowledgement_is_lost_costs_no_file(storage, monkeypatch):
    def commit_and_lose():
        with connection.wrap_database_errors:
            connection.connection.commit()
        raise DatabaseError("connection lost")

    with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012
        make_event(programme_file=upload()).save()
        monkeypatch.setattr(connection, "_commit", commit_and_lose)
    monkeypatch.undo()
    end_request()

    assert storage.names() == names_in_rows()
    assert len(storage.names()) == 1


def test_a_failing_insert_in_autocommit_leaves_no_file(storage, stored):
    twin = make_event(pk=stored.pk, programme_file=upload())

    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)

    assert storage.names() == names_in_rows()
    assert not twin.programme_file._committed


def test_an_instance_saved_again_stores_its_bytes_anew(storage):
    event = make_event(programme_file=upload())
    rolled_back(event.save)
    first = event.programme_file.name

    event._state.adding = True
    event.save()

    assert event.programme_file.name != first
    assert storage.names() == names_in_rows() == {event.programme_file.name}
    assert event.programme_file.read() == make_pdf()
    assert event.programme_file.facts.filename == "Programme 2026.pdf"


def test_a_replacement_saved_again_stores_its_bytes_anew(storage, stored):
    def replace():
        stored.save()

    stored.programme_file = upload()
    rolled_back(replace)
    replace()

    assert storage.names() == names_in_rows() == {stored.programme_file.name}


def test_an_instance_saved_again_for_another_column_does_not_bring_the_name_back(storage, stored):
    old = stored.programme_file.name
    stored.programme_file = upload()
    rolled_back(stored.save)

    stored.name = "Renamed"
    stored.save(update_fields=["name"])
    end_request()

    assert storage.names() == names_in_rows() == {old}


def test_a_save_with_a_closed_upload_raises(storage):
    pdf = upload()
    event = make_event(programme_file=pdf)
    rolled_back(event.save)
    pdf.close()

    event._state.adding = True
    with pytest.raises(ValueError, match="rolled back"):
        event.save()

    assert storage.names() == set()


def test_a_refused_row_of_a_bulk_leaves_no_file(storage):
    events = [
        make_event(programme_file=upload()),
        make_event(programme_file=SimpleUploadedFile("a.pdf", b"no PDF", "application/pdf")),
    ]

    with pytest.raises(Exception, match="PDF"):
        Event.objects.bulk_create(events)
    end_request()

    assert storage.names() == set()


def test_a_failing_bulk_leaves_no_file_and_can_be_repeated(storage, stored):
    twin = make_event(pk=stored.pk, programme_file=upload())
    events = [make_event(programme_file=upload()), twin]

    with pytest.raises(IntegrityError):
        Event.objects.bulk_create(events)
    end_request()
    assert storage.names() == names_in_rows() == {stored.programme_file.name}

    Event.objects.bulk_create(events[:1])

    assert storage.names() == names_in_rows()
    assert len(storage.names()) == 2


def test_manual_transactions_never_raise(storage):
    transaction.set_autocommit(False)
    try:
        make_event(programme_file=upload()).save()
        transaction.rollback()
        make_event(programme_file=upload()).save()
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    end_request()

    # SQLite commits both: there, releasing the savepoint of an atomic block is a commit.
    assert storage.names() == names_in_rows() != set()


@pytest.mark.parametrize(
    "error",
    [
        HoldersUnknown("server closed the connection"),
        RuntimeError("Database access not allowed"),  # So say pytest-django, and Django's tests.
    ],
)
def test_where_nothing_can_be_asked_nothing_is_removed(storage, monkeypatch, caplog, error):
    def unreachable(names):
        raise error

    rolled_back(make_event(programme_file=upload()).save)
    monkeypatch.setattr(rollback, "holders", unreachable)
    end_request()
    assert len(storage.names()) == 1
    assert "Cannot tell" in caplog.text

    monkeypatch.undo()
    end_request()
    assert storage.names() == set()


def test_the_file_of_a_row_that_bulk_create_left_out_goes(storage, stored):
    twin = make_event(pk=stored.pk, programme_file=upload())
    other = make_event(programme_file=upload())
    Event.objects.bulk_create([twin, other], ignore_conflicts=True)
    end_request()

    assert Event.objects.count() == 2
    assert storage.names() == names_in_rows()


def test_bulk_create_is_asked_about_once(storage, django_assert_num_queries):
    Event.objects.bulk_create(make_event(programme_file=upload()) for _ in range(20))
    with django_assert_num_queries(len(list(holding_tables()))):
        rollback.settle()  # Without a new connection, which MariaDB asks for its settings.
    with django_assert_num_queries(0):
        end_request()
    assert len(storage.names()) == 20


@pytest.fixture
def elsewhere(tmp_path):
    """Return the alias of a second database."""
    yield from second_database(tmp_path / "other.sqlite3")


def test_what_bulk_create_stores_elsewhere_waits_for_the_end_there(storage, stored, elsewhere):
    event = make_event(programme_file=upload())
    with pytest.raises(Undo), transaction.atomic(using=elsewhere):  # noqa: PT012
        Event.objects.using(elsewhere).bulk_create([event])
        stored.guide_file = upload()
        stored.save()  # Whatever can be told by now is settled.
        assert len(storage.names()) == 3
        raise Undo
    rollback.settle()  # Not the end of a request, which closes the second database.

    assert storage.names() == names_in_rows()


def test_a_save_without_rollback_asks_nothing_more(storage, django_assert_num_queries):
    make_event(programme_file=upload()).save()

    with django_assert_num_queries(0):
        end_request()


def test_a_kept_upload_is_let_go(storage):
    event = make_event(programme_file=upload())
    event.save()

    assert event.__dict__["_stored_documents"]["programme_file"].upload is None


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_an_instance_can_be_copied_before_the_commit(storage, duplicate):
    with transaction.atomic():
        event = make_event(programme_file=upload())
        event.save()
        twin = duplicate(event)
        twin.name = "Renamed"
        twin.save()

    assert storage.names() == names_in_rows() == {twin.programme_file.name}
