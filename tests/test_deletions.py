"""What a row names is read under a lock when it is about to be deleted, for many rows at once."""

from contextlib import nullcontext, suppress

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.signals import pre_delete
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.deletions import _ExpectedDeletions
from django_event_pdfs.signals import document_deleted
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, Workshop

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


class Undo(Exception):
    """Raised in a block so that it is rolled back."""


def make_event(**values):
    values.setdefault("programme_file", upload())
    return Event.objects.create(name="E", start_date=START, **values)


def replace(row, name="programme_file"):
    """Replace a document as another process would."""
    other = type(row).objects.get(pk=row.pk)
    setattr(other, name, upload(pages=2))
    other.save()


def expected():
    return [w for w in connection.execute_wrappers if isinstance(w, _ExpectedDeletions)]


@pytest.fixture
def on_deletion(request):
    """Call what a test gives it for each row that is about to be deleted, after the library."""

    def connect(model, receiver):
        def receive(instance, **kwargs):
            receiver(instance)

        pre_delete.connect(receive, sender=model, weak=False)
        request.addfinalizer(lambda: pre_delete.disconnect(receive, sender=model))

    return connect


@pytest.mark.parametrize(
    "delete",
    [
        lambda event: event.delete(),
        lambda event: Event.objects.all().delete(),
        lambda event: Event.objects.filter(pk=event.pk).delete(),
    ],
    ids=["instance", "all", "one"],
)
def test_a_file_that_came_after_the_row_was_read_goes_with_it(storage, on_deletion, delete):
    event = make_event()
    on_deletion(Event, replace)

    delete(event)

    assert not Event.objects.exists()
    assert storage.names() == set()


def test_a_file_that_came_after_a_cascade_read_its_row_goes_with_it(storage, on_deletion):
    owner = get_user_model().objects.create_user("owner")
    for _ in range(3):
        Meeting.objects.create(title="M", owner=owner, badge_file=upload())
    on_deletion(Meeting, lambda meeting: replace(meeting, "badge_file"))

    get_user_model().objects.all().delete()

    assert storage.names() == set()


def test_files_of_parent_and_child_that_came_after_the_row_was_read_go(storage, on_deletion):
    row = Workshop.objects.create(title="W", badge_file=upload(), exercise_file=upload())

    def replace_both(workshop):
        replace(row, "badge_file")
        replace(row, "exercise_file")

    on_deletion(Workshop, replace_both)
    Workshop.objects.all().delete()

    assert storage.names() == set()


def test_nothing_waits_on_the_connection_afterwards():
    make_event()
    Event.objects.all().delete()
    assert expected() == []


@pytest.mark.parametrize("rows", [1, 2])
def test_a_receiver_that_raises_keeps_rows_and_files(storage, on_deletion, rows):
    for _ in range(rows):
        make_event()
    before = storage.names()

    def refuse(event):
        raise Undo

    on_deletion(Event, refuse)
    with pytest.raises(Undo):
        Event.objects.all().delete()
    # What was noted for it is forgotten, also when something else is deleted.
    Meeting.objects.create(title="M", badge_file=upload()).delete()

    assert storage.names() == before
    assert Event.objects.count() == rows
    assert expected() == []


def test_a_receiver_that_raises_in_a_savepoint_keeps_rows_and_files(storage, on_deletion):
    kept, gone = make_event(), make_event()

    def refuse(event):
        if event.pk == kept.pk:
            raise Undo

    on_deletion(Event, refuse)
    with transaction.atomic():
        with pytest.raises(Undo), transaction.atomic():
            kept.delete()
        gone.delete()

    assert storage.names() == {kept.programme_file.name}


def test_a_receiver_that_deletes_other_rows_disturbs_nothing(storage, on_deletion):
    events = [make_event() for _ in range(3)]
    meetings = [Meeting.objects.create(title="M", badge_file=upload()) for _ in range(3)]

    def delete_a_meeting(event):
        meetings.pop().delete()

    on_deletion(Event, delete_a_meeting)
    Event.objects.filter(pk__in=[e.pk for e in events]).delete()

    assert not Meeting.objects.exists()
    assert storage.names() == set()


def test_a_receiver_that_takes_a_deletion_back_disturbs_nothing(storage, on_deletion):
    make_event()
    meeting = Meeting.objects.create(title="M", badge_file=upload())

    def delete_and_take_back(event):
        with suppress(Undo), transaction.atomic():
            Meeting.objects.get().delete()
            raise Undo

    on_deletion(Event, delete_and_take_back)
    Event.objects.all().delete()

    assert storage.names() == {meeting.badge_file.name}


@pytest.mark.parametrize("in_block", [True, False])
def test_a_deletion_that_was_refused_disturbs_no_later_one(storage, on_deletion, in_block):
    kept, gone = make_event(), make_event()
    told = []

    def refuse(event):
        if event.pk == kept.pk:
            raise Undo

    def hear(instance, **kwargs):
        told.append(instance.name)

    on_deletion(Event, refuse)
    document_deleted.connect(hear)
    try:
        for event in (kept, gone):
            with suppress(Undo), transaction.atomic() if in_block else nullcontext():
                event.delete()
    finally:
        document_deleted.disconnect(hear)

    assert storage.names() == {kept.programme_file.name}
    assert len(told) == 1  # Nothing of the row that is there still.
    assert expected() == []


def test_a_signal_that_deletes_nothing_leaves_nothing_behind(storage):
    event = make_event()
    pre_delete.send(Event, instance=event, using="default", origin=event)
    assert expected() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM testapp_attachment")
    assert storage.names() == {event.programme_file.name}


def test_instrumentation_of_a_host_ends_where_it_should(on_deletion):
    def refuse(event):
        raise Undo

    make_event()
    on_deletion(Event, refuse)
    with suppress(Undo), connection.execute_wrapper(lambda execute, *args: execute(*args)):
        Event.objects.all().delete()
    assert connection.execute_wrappers == expected()


def test_instrumentation_of_a_host_stays_where_it_is(storage):
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    make_event()
    with connection.execute_wrapper(watch):
        Event.objects.all().delete()
        assert connection.execute_wrappers == [watch]
    assert connection.execute_wrappers == []
    assert any(sql.startswith("DELETE") for sql in seen)


def test_what_the_row_stopped_naming_by_a_query_is_not_its_own(storage, on_deletion):
    event = make_event()
    on_deletion(Event, lambda row: Event.objects.filter(pk=row.pk).update(programme_file=None))
    event.delete()
    assert storage.names() == {event.programme_file.name}


def test_a_key_given_as_text_is_that_of_the_row(storage):
    event = make_event()
    Event(pk=str(event.pk)).delete()
    assert storage.names() == set()


def test_four_hundred_rows_cost_as_many_queries_as_one(storage):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            Event.objects.all().delete()
        # Django deletes a hundred rows at a time.
        return len([q for q in captured.captured_queries if not q["sql"].startswith("DELETE")])

    make_event()
    once = queries()
    Event.objects.bulk_create(
        Event(name="E", start_date=START, programme_file="events/programmes/gone.pdf")
        for _ in range(400)
    )
    assert queries() == once
