"""A host whose django-simple-history keeps old versions of rows, and so their documents."""

import pytest

from tests.projects import Project

pytest.importorskip("simple_history")

MODELS = """
from django_event_pdfs.models import AbstractEvent
from simple_history.models import HistoricalRecords

class Event(AbstractEvent):
    history = HistoricalRecords()
"""

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "django_event_pdfs",
    "simple_history",
    "host",
]
HOLDERS = ["host.HistoricalEvent.programme_file", "host.HistoricalEvent.guide_file"]

# An event whose programme was replaced once: its two names, and the files that are there.
COMMON = """
from django.core.files.base import ContentFile
from django.core.management import call_command
from django_event_pdfs.storage import document_storage
from django_event_pdfs.testing import make_pdf
from host.models import Event

call_command("makemigrations", "host", "--noinput", verbosity=0)
call_command("migrate", verbosity=0)

def upload(pages):
    return ContentFile(make_pdf(pages), "a.pdf")

def files():
    return set(document_storage().listdir("events/programmes")[1])

def last(name):
    return name.rpartition("/")[2]

event = Event.objects.create(name="E", start_date="2026-12-01T09:00:00Z", programme_file=upload(1))
event = Event.objects.get()
old = last(event.programme_file.name)
event.programme_file = upload(2)
event.save()
new = last(event.programme_file.name)
"""


@pytest.fixture
def run(tmp_path):
    """Return ``run(script, holders)``, which runs what comes after ``COMMON`` in a project."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", MODELS)

    def run(script, holders=HOLDERS):
        settings = {"INSTALLED_APPS": APPS, "EVENT_PDFS": {"HOLDERS": holders}}
        return project.run(COMMON + script, **settings)

    return run


def test_a_replaced_file_stays_while_its_history_names_it(run):
    assert run("result = files() == {old, new}") is True


def test_the_files_of_a_deleted_event_stay_while_its_history_names_them(run):
    assert run("event.delete()\nresult = files() == {old, new}") is True


def test_an_old_version_can_be_brought_back(run):
    script = """
Event.history.earliest().instance.save(force_update=True)
event = Event.objects.get()
pages = event.programme_file.facts.pages, event.programme_file.read() == make_pdf(1)
result = [last(event.programme_file.name) == old, *pages, files() == {old, new}]
"""
    assert run(script) == [True, 1, True, True]


def test_a_history_that_no_setting_names_keeps_no_file(run):
    assert run("result = files() == {new}", holders=[]) is True
