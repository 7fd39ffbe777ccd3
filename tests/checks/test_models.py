"""The checks of models: each fires where it should and nowhere else."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from django_event_pdfs.checks.models import (
    check_database_cascade,
    check_event_meta,
    check_has_documents,
    check_history,
    check_managed,
)
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import AbstractEvent, HasDocuments
from tests.checks.making import ids, made_with, make
from tests.projects import Project
from tests.testapp.models import Event


def checked(check, model):
    """Run a check of models on one model of an isolated app."""

    class Config:
        def get_models(self):
            return [model]

    return check([Config()])


# E001


@isolate_apps("tests.testapp")
def test_e001_a_pdf_field_without_has_documents():
    bare = make(models.Model, file=PDFField(upload_to="bare/"))
    (message,) = checked(check_has_documents, bare)
    assert (message.id, message.obj) == ("event_pdfs.E001", bare)
    assert message.hint


@pytest.mark.parametrize(
    ("base", "field"),
    [(HasDocuments, PDFField(upload_to="x/")), (models.Model, models.FileField())],
)
@isolate_apps("tests.testapp")
def test_e001_not_otherwise(base, field):
    assert checked(check_has_documents, make(base, file=field.clone())) == []


# W001


def constraint(**options):
    condition = models.Q(end_date__isnull=True) | models.Q(end_date__gte=models.F("start_date"))
    return models.CheckConstraint(condition=condition, name="own", **options)


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        ({}, ["ordering", "index", "constraint"]),
        ({"ordering": ["name"]}, ["index", "constraint"]),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
            },
            ["constraint"],
        ),
        ({"ordering": ["name"], "constraints": [constraint()]}, ["index"]),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
                "constraints": [constraint()],
            },
            [],
        ),
        (
            {
                "ordering": ["name"],
                "indexes": [models.Index(fields=["start_date", "id"], name="i")],
                "constraints": [
                    models.UniqueConstraint(fields=["name"], name="u"),
                ],
            },
            ["constraint"],
        ),
    ],
)
@isolate_apps("tests.testapp")
def test_w001_a_meta_of_its_own_that_dropped_something(options, lost):
    messages = checked(check_event_meta, make(AbstractEvent, options=options))
    assert ids(messages) == ["event_pdfs.W001"] * bool(lost)
    assert all(word in messages[0].msg for word in lost)


@isolate_apps("tests.testapp")
def test_w001_not_for_a_meta_that_inherits():
    right = make(AbstractEvent, AbstractEvent.Meta)
    child = make(right, name="Child", options={"ordering": ["name"]}, extra=models.IntegerField())
    assert checked(check_event_meta, right) == checked(check_event_meta, child) == []


def test_w001_not_for_a_proxy():
    assert check_event_meta([apps.get_app_config("testapp")]) == []


# W006


HISTORY = """
from django.db import models
from simple_history.models import HistoricalRecords

from django_event_pdfs.models import AbstractEvent, HasDocuments

class Event(AbstractEvent):
    history = HistoricalRecords()

class Talk(AbstractEvent):
    history = HistoricalRecords(excluded_fields=["guide_file", "guide_file_facts"])

class Note(models.Model):
    file = models.FileField()
    history = HistoricalRecords()
"""

WARNED = """
from django_event_pdfs.checks.models import check_history

found = check_history(None)
assert {message.id for message in found} <= {"event_pdfs.W006"}
result = sorted(message.hint.split('"')[1] for message in found)
"""

OF_EVENT = ["host.HistoricalEvent.guide_file", "host.HistoricalEvent.programme_file"]
OF_TALK = ["host.HistoricalTalk.programme_file"]


@pytest.fixture
def history(tmp_path):
    """Return a function that runs a script in a project with django-simple-history."""
    pytest.importorskip("simple_history")
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", HISTORY)
    ours = ["rest_framework", "django_event_pdfs", "simple_history", "host"]
    apps_of_project = ["django.contrib.auth", "django.contrib.contenttypes", *ours]

    def run(script, **settings):
        return project.run(script, INSTALLED_APPS=apps_of_project, **settings)

    return run


@pytest.mark.parametrize(
    ("holders", "warned"),
    [
        ([], [*OF_EVENT, *OF_TALK]),
        (OF_TALK, OF_EVENT),
        ([*OF_EVENT, *OF_TALK], []),
        ([name.replace("HistoricalTalk", "historicaltalk") for name in OF_TALK], OF_EVENT),
    ],
)
def test_w006_versions_that_name_files(history, holders, warned):
    assert history(WARNED, EVENT_PDFS={"HOLDERS": holders}) == warned


@pytest.mark.parametrize("holders", [None, 7, "x", [7], {"a": 1}])
def test_w006_whatever_holders_is(history, holders):
    assert history(WARNED, EVENT_PDFS={"HOLDERS": holders}) == [*OF_EVENT, *OF_TALK]


RESTORED = """
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django_event_pdfs.testing import make_pdf
from host.models import Event

def upload():
    return SimpleUploadedFile("a.pdf", make_pdf(), "application/pdf")

call_command("makemigrations", "host", verbosity=0)
call_command("migrate", verbosity=0)
event = Event(name="x", start_date="2026-12-01T09:00:00Z", programme_file=upload())
event.save()
event.programme_file = upload()
event.save()
event.history.last().instance.save(force_update=True)
event.refresh_from_db()
document = event.programme_file
result = [document.facts.pages, document.storage.exists(document.name)]
"""


@pytest.mark.parametrize(("holders", "is_there"), [(OF_EVENT, True), ([], False)])
def test_w006_what_it_says_is_so(history, holders, is_there):
    assert history(RESTORED, EVENT_PDFS={"HOLDERS": holders}) == [1, is_there]


@pytest.mark.parametrize("installed", [True, False])
@isolate_apps("tests.testapp")
def test_w006_only_with_django_simple_history(monkeypatch, installed):
    copy = models.TextField()
    history = make(models.Model, name="History", instance_type=Event, programme_file=copy)
    made_up = SimpleNamespace(get_models=lambda: [history], is_installed=lambda app: installed)
    monkeypatch.setattr("django_event_pdfs.checks.models.apps", made_up)
    assert ids(check_history(None)) == ["event_pdfs.W006"] * installed


# W007


@isolate_apps("tests.testapp")
def test_w007_a_table_that_migrations_leave_alone(only):
    model = made_with(options={"managed": False})
    only(model)
    (message,) = check_managed(None)
    assert (message.id, message.obj) == ("event_pdfs.W007", model)
    assert "programme_file_facts" in message.hint


@isolate_apps("tests.testapp")
def test_w007_not_for_a_table_of_migrations(only):
    only(made_with())
    assert check_managed(None) == []


# W010


def to_event(on_delete):
    return models.ForeignKey(Event, null=True, on_delete=on_delete)


@pytest.mark.skipif(not hasattr(models, "DB_CASCADE"), reason="needs Django 6.1")
@isolate_apps("tests.testapp")
def test_w010_rows_that_the_database_deletes(only):
    model = made_with(attributes={"of": to_event(models.DB_CASCADE)})
    only(model)
    (message,) = check_database_cascade(None)
    assert (message.id, message.obj) == ("event_pdfs.W010", model._meta.get_field("of"))


@pytest.mark.parametrize("action", ["CASCADE", "SET_NULL", "PROTECT", "DB_SET_NULL"])
@isolate_apps("tests.testapp")
def test_w010_not_for_other_rows(only, action):
    on_delete = getattr(models, action, models.SET_NULL)
    only(made_with(attributes={"of": to_event(on_delete)}))
    assert check_database_cascade(None) == []
