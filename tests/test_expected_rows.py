"""Rows that must still be there when they are saved: locked by the save itself, once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.expected_rows import RowGone, expecting_row
from django_event_pdfs.fields import document_fields
from tests.conftest import upload
from tests.test_lifecycle import make_event, names_of, row
from tests.testapp.models import Event, Meeting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(storage):
    return make_event(guide_file=upload())


@pytest.mark.parametrize("file", [None, upload], ids=["untouched", "replaced"])
def test_a_row_that_is_gone_is_not_made_again(stored, storage, file):
    Event.objects.get().delete()
    if file:
        stored.guide_file = file()
    with pytest.raises(RowGone), expecting_row(stored, document_fields(Event)):
        stored.save()
    assert not Event.objects.exists()
    assert storage.names() == set()


def test_a_row_that_is_there_is_saved(stored, storage):
    stored.guide_file = upload()
    with expecting_row(stored, document_fields(Event)):
        stored.save()
    assert storage.names() == names_of(row(stored))


def test_a_copy_that_a_host_makes_first_need_not_be_there(storage):
    meeting = Meeting.objects.create(title="First")
    with expecting_row(meeting, document_fields(Meeting)):
        meeting.pk = None
        meeting._state.adding = True
        meeting.save()
    assert Meeting.objects.count() == 2


def test_afterwards_a_save_does_as_django_does(stored):
    with expecting_row(stored, document_fields(Event)):
        pass
    Event.objects.get().delete()
    stored.guide_file = None
    stored.save()
    assert Event.objects.exists()


def test_a_request_locks_its_row_once(api, stored):
    with CaptureQueriesContext(connection) as captured:
        sent = {"guide_file": upload()}
        response = api.patch(f"/api/events/{stored.pk}/", sent, format="multipart")
    assert response.status_code == 200
    queries = [q["sql"] for q in captured if "testapp_event" in q["sql"]]
    # What the view reads, what the lock reads, and who names the old file.
    assert sum(sql.startswith("SELECT") for sql in queries) == 3
    assert sum(sql.startswith("UPDATE") and "WHERE 0 = 1" not in sql for sql in queries) == 1


def test_a_request_that_changes_no_document_makes_no_savepoint(api, stored):
    with CaptureQueriesContext(connection) as captured:
        response = api.patch(f"/api/events/{stored.pk}/", {"name": "Fair"}, format="json")
    assert response.status_code == 200
    assert not [q["sql"] for q in captured if "SAVEPOINT" in q["sql"]]
    assert Event.objects.get().name == "Fair"


def test_what_a_save_of_a_host_s_writes_besides_is_rolled_back_with_it(api, stored, monkeypatch):
    def save_and_fail(self, *args, **kwargs):
        super(Event, self).save(*args, **kwargs)
        raise ZeroDivisionError

    before = names_of(stored)
    monkeypatch.setattr(Event, "save", save_and_fail)
    with pytest.raises(ZeroDivisionError):
        api.patch(f"/api/events/{stored.pk}/", {"guide_file": upload()}, format="multipart")
    assert names_of(stored) == before
