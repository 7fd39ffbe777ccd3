"""``queryset.delete()`` without loading rows, and when it must load them after all."""

import sqlite3
from contextlib import closing

import pytest
from django.db import NotSupportedError, connection, models, transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Length, Random
from django.db.models.signals import post_delete, post_init, pre_delete
from django.test.utils import CaptureQueriesContext

from django_event_pdfs.fields import local_document_fields
from django_event_pdfs.querysets import DocumentQuerySet
from django_event_pdfs.rows import lock_rows
from django_event_pdfs.signals import document_deleted
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, ProxyEvent

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-12-01T09:00:00Z"


def make_event(name="E", **values):
    return Event.objects.create(name=name, start_date=START, programme_file=upload(), **values)


@pytest.fixture
def loaded():
    """Note the rows that are loaded as instances."""
    found = []

    def note(**kwargs):
        found.append(kwargs["instance"])

    post_init.connect(note, sender=Event)
    yield found
    post_init.disconnect(note, sender=Event)


@pytest.fixture
def listening(request):
    def connect(signal, **options):
        def receive(**kwargs):
            """Listen, and do nothing."""

        signal.connect(receive, weak=False, **options)
        request.addfinalizer(lambda: signal.disconnect(receive, **options))

    return connect


def exists(event):
    return event.programme_file.storage.exists(event.programme_file.name)


def test_the_automatic_manager_deletes_without_loading_rows(loaded):
    events = [make_event() for _ in range(3)]
    loaded.clear()
    with CaptureQueriesContext(connection) as queries:
        assert Event.objects.all().delete() == (3, {"testapp.Event": 3})
    assert not loaded
    assert not any("_facts" in q["sql"] for q in queries)
    assert not any(map(exists, events))
    assert not Event.objects.exists()


def test_a_manager_that_a_host_declares_is_its_own():
    assert not isinstance(Meeting.objects.all(), DocumentQuerySet)
    meeting = Meeting.objects.create(title="M", programme_file=upload())
    Meeting.objects.all().delete()
    assert not exists(meeting)


@pytest.mark.parametrize(
    "query",
    [
        lambda rows: rows.filter(name="A"),
        lambda rows: rows.filter(name="A").order_by("-start_date"),
        lambda rows: rows.filter(name="A").select_for_update(),
        lambda rows: rows.annotate(length=Length("location")).filter(length=1),
        lambda rows: rows.filter(Exists(Event.objects.filter(pk=OuterRef("pk"), name="A"))),
        lambda rows: rows.exclude(name="B").only("name"),
    ],
    ids=["filtered", "ordered", "locked", "annotated", "subquery", "deferred"],
)
def test_only_the_rows_of_the_query_go(query):
    gone, kept = make_event("A", location="X"), make_event("B", location="YY")
    assert query(Event.objects.all()).delete()[0] == 1
    assert (exists(gone), exists(kept)) == (False, True)
    assert list(Event.objects.all()) == [kept]


def test_a_grouped_query_deletes_what_it_finds():
    gone, kept = make_event("A"), make_event("B")
    rows = Event.objects.annotate(n=Count("name")).filter(n=1, name="A")
    assert rows.delete()[0] == 1
    assert (exists(gone), exists(kept)) == (False, True)


def test_nothing_found_is_nothing_deleted():
    assert Event.objects.all().delete() == (0, {})
    assert Event.objects.none().delete() == (0, {})


def test_a_proxy_deletes_as_its_model(loaded):
    event = make_event()
    loaded.clear()
    assert ProxyEvent.objects.all().delete() == (1, {"testapp.ProxyEvent": 1})
    assert not loaded
    assert not exists(event)


def test_what_django_refuses_is_refused():
    make_event()
    for rows in (
        Event.objects.all()[:1],
        Event.objects.values("name"),
        Event.objects.all().union(Event.objects.all()),
    ):
        with pytest.raises((TypeError, NotSupportedError), match="delete"):
            rows.delete()
    assert Event.objects.count() == 1


def test_distinct_rows_are_deleted_as_django_does():
    event = make_event()
    assert Event.objects.distinct().delete()[0] == 1
    assert not exists(event)


@pytest.mark.parametrize(
    ("signal", "options"),
    [
        (pre_delete, {"sender": Event}),
        (pre_delete, {}),
        (post_delete, {"sender": Event}),
        (document_deleted, {"sender": Event}),
    ],
)
def test_whoever_listens_is_told_of_each_row(loaded, listening, signal, options):
    listening(signal, **options)
    event = make_event()
    loaded.clear()
    Event.objects.all().delete()
    assert loaded
    assert not exists(event)


def test_a_rolled_back_deletion_keeps_files_and_rows():
    event = make_event()
    with transaction.atomic():
        Event.objects.all().delete()
        transaction.set_rollback(True)
    assert exists(event)
    assert Event.objects.count() == 1


def test_a_shared_file_stays():
    event = make_event()
    other = Event.objects.create(name="O", start_date=START, guide_file=event.programme_file.name)
    Event.objects.filter(pk=event.pk).delete()
    assert exists(event)
    Event.objects.filter(pk=other.pk).delete()
    assert not exists(event)


def test_files_that_are_kept_a_while_go_with_their_row(settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    event = make_event()
    storage, first = event.programme_file.storage, event.programme_file.name
    event.programme_file = upload(pages=2)
    event.save()
    assert storage.exists(first)
    Event.objects.all().delete()
    assert not storage.exists(first)
    assert not exists(event)


def test_queries_do_not_grow_with_rows():
    def queries(rows):
        for _ in range(rows):
            make_event()
        with CaptureQueriesContext(connection) as captured:
            Event.objects.all().delete()
        return len(captured)

    assert queries(2) == queries(9)


def test_the_result_cache_is_cleared():
    make_event()
    rows = Event.objects.all()
    assert len(rows) == 1
    rows.delete()
    assert len(rows) == 0


@pytest.fixture
def questions():
    """Return the queries of locking all rows."""
    make_event()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        lock_rows(models.QuerySet(Event), local_document_fields(Event))
    return [q["sql"] for q in queries]


def test_rows_are_locked_by_one_query_and_on_sqlite_by_writing_first(questions):
    verbs = [sql.partition(" ")[0] for sql in questions]
    assert verbs == (["UPDATE", "SELECT"] if connection.vendor == "sqlite" else ["SELECT"])


def test_an_update_of_no_row_keeps_out_whoever_else_writes(questions, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("Rows are locked there, which other suites test.")
    path, options = tmp_path / "db.sqlite3", {"timeout": 0, "isolation_level": None}
    with closing(sqlite3.connect(path, **options)) as one:
        one.execute(f"CREATE TABLE {Event._meta.db_table} (id text PRIMARY KEY)")
        with closing(sqlite3.connect(path, **options)) as two:
            one.execute("BEGIN")
            one.execute(questions[0])
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                two.execute(f"INSERT INTO {Event._meta.db_table} VALUES (1)")


def test_rows_are_deleted_whose_files_go_though_a_condition_holds_by_chance():
    storage = make_event().programme_file.storage
    for _ in range(39):
        make_event()
    deleted, _ = Event.objects.annotate(chance=Random()).filter(chance__lt=0.5).delete()
    assert Event.objects.count() == 40 - deleted
    named = set(Event.objects.values_list("programme_file", flat=True))
    assert storage.names() == named
