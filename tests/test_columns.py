"""Columns read by hand: as the ORM has them, of the very rows, and locked where that is asked."""

import datetime
import uuid

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps

from django_event_pdfs.columns import is_any_of, is_row, read_columns
from tests.conftest import upload
from tests.test_lifecycle import make_event
from tests.testapp.models import Event, Meeting, Workshop

pytestmark = pytest.mark.django_db

USING = "default"


def fields(model, *names):
    return [model._meta.get_field(name) for name in names]


@pytest.fixture
def stored(storage):
    return make_event(programme_file=upload())


# Keys, names, JSON and times: what some databases hold otherwise than Python.
NAMES = ("id", "programme_file", "guide_file", "programme_file_facts", "start_date", "end_date")


def test_values_are_those_of_the_orm(stored):
    where = is_row(stored, Event, USING)
    rows = read_columns(Event, fields(Event, *NAMES), where, USING)
    assert rows == list(Event.objects.values_list(*NAMES))
    assert [type(value) for value in rows[0][:1]] == [uuid.UUID]
    assert isinstance(rows[0][3], dict)
    assert isinstance(rows[0][4], datetime.datetime)


@isolate_apps("tests.testapp")
def test_a_field_converts_what_it_reads(stored):
    class Shouting(models.CharField):
        def from_db_value(self, value, expression, connection):
            return value.upper()

    class Note(models.Model):
        text = Shouting(max_length=200, db_column="name")

        class Meta:
            app_label = "testapp"
            db_table = Event._meta.db_table

    where = is_any_of(fields(Event, "name"), [stored.name], USING)
    assert read_columns(Note, fields(Note, "text"), where, USING) == [(stored.name.upper(),)]


def test_a_key_is_given_as_its_database_has_it(stored):
    make_event()
    stored.pk = str(stored.pk)  # As of an instance that a host made by hand.
    where = is_row(stored, Event, USING)
    assert read_columns(Event, fields(Event, "name"), where, USING) == [(stored.name,)]


def test_the_row_of_a_parent_is_found_by_its_key(storage):
    Meeting.objects.create(title="Other")
    workshop = Workshop.objects.create(title="Lab", exercise_file=upload())
    for model, name in ((Meeting, "title"), (Workshop, "exercise_file")):
        where = is_row(workshop, model, USING)
        rows = read_columns(model, fields(model, name), where, USING)
        assert rows == list(Workshop.objects.values_list(name))


def test_any_of_the_columns_may_hold_any_of_the_values():
    for name, file in [("a", "x"), ("x", "b"), ("x", "x")]:
        Meeting.objects.create(title=name, guide_file=file)
    where = is_any_of(fields(Meeting, "title", "guide_file"), ["a", "b"], USING)
    rows = read_columns(Meeting, fields(Meeting, "title", "guide_file"), where, USING)
    assert sorted(rows) == [("a", "x"), ("x", "b")]


def test_values_are_parameters():
    where = is_any_of(fields(Event, "name"), ["' OR ''='"], USING)
    make_event()
    assert read_columns(Event, fields(Event, "id"), where, USING) == []


@pytest.mark.parametrize("lock", [True, False])
def test_rows_are_locked_where_that_is_asked_and_can_be(stored, monkeypatch, lock):
    monkeypatch.setattr(connection.ops, "for_update_sql", lambda: "/* FOR UPDATE */")
    monkeypatch.setattr(connection.features, "has_select_for_update", True)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        where = is_row(stored, Event, USING)
        read_columns(Event, fields(Event, "id"), where, USING, lock=lock)
    [sql] = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert sql.endswith("/* FOR UPDATE */") is lock
