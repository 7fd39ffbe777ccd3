"""A host with several databases, which name files of one storage."""

import pytest

from tests.projects import Project

MODELS = """
from django.db import models
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    pass

class Brochure(models.Model):
    file = models.FileField(upload_to="brochures/")
"""

# Events go where the router says: to "archive", brochures everywhere.
ROUTER = """
class Router:
    def db_for_read(self, model, **hints):
        return "archive" if model._meta.model_name == "event" else None

    db_for_write = db_for_read
"""

COMMON = """
from pathlib import Path
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import transaction
from django_event_pdfs.testing import make_pdf
from host.models import Brochure, Event

call_command("makemigrations", "host", "--noinput", verbosity=0)
for alias in ("default", "archive"):
    call_command("migrate", database=alias, verbosity=0)

class Undo(Exception):
    pass

def upload(pages=1):
    return ContentFile(make_pdf(pages), "a.pdf")

def files():
    root = Path(settings.MEDIA_ROOT)
    return {p.relative_to(root).as_posix() for p in root.rglob("*.pdf")}

def named(alias):
    return set(Event.objects.using(alias).values_list("programme_file", flat=True)) - {None}

def make(alias="default", **values):
    values = {"name": "E", "start_date": "2026-12-01T09:00:00Z", **values}
    return Event.objects.using(alias).create(**values, programme_file=upload())

def replace(event, **options):
    event.programme_file = upload(2)
    event.save(**options)

def undone(action, *aliases):
    try:
        with transaction.atomic(aliases[0]), transaction.atomic(aliases[-1]):
            action()
            raise Undo
    except Undo:
        request_finished.send(sender=None)
"""


@pytest.fixture
def run(tmp_path):
    """Return ``run(script, **settings)``, which runs what comes after ``COMMON`` in a project."""
    engine = "django.db.backends.sqlite3"
    databases = {
        alias: {"ENGINE": engine, "NAME": str(tmp_path / f"{alias}.sqlite3")}
        for alias in ("default", "archive")
    }
    project = Project(tmp_path, databases["default"])
    project.write("host/models.py", MODELS)
    project.write("host/routers.py", ROUTER)
    return lambda script, **settings: project.run(COMMON + script, DATABASES=databases, **settings)


SHARED = """
event = make()
name = event.programme_file.name
Event.objects.get().save(using="archive")
"""


def test_an_instance_saved_to_another_database_names_its_file_there(run):
    script = "copy = Event.objects.using('archive').get()\n"
    script += "result = [named('archive') == {name} == files(), copy.programme_file.facts.pages]"
    assert run(SHARED + script) == [True, 1]


@pytest.mark.parametrize("alias", ["default", "archive"])
@pytest.mark.parametrize(
    "change", ["event.delete()", "Event.objects.using(alias).all().delete()", "replace(event)"]
)
def test_a_file_that_another_database_names_stays(run, alias, change):
    script = f"""
alias = {alias!r}
event = Event.objects.using(alias).get()
{change}
result = name in files() and files() == named("default") | named("archive")
"""
    assert run(SHARED + script) is True


def test_a_file_goes_with_the_last_database_that_names_it(run):
    script = """
Event.objects.all().delete()
left = files() == {name}
Event.objects.using("archive").all().delete()
result = [left, files() == set()]
"""
    assert run(SHARED + script) == [True, True]


def test_a_file_that_a_plain_field_of_another_database_names_stays(run):
    script = """
event = make()
name = event.programme_file.name
Brochure.objects.using("archive").create(file=name)
event.delete()
result = files() == {name}
"""
    assert run(script) is True


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        # Of two transactions around a change, that of its own database decides.
        ("undone(lambda: replace(event), 'archive')", True),
        ("undone(lambda: replace(event), 'default', 'archive')", True),
        ("undone(lambda: make('archive', name='F'), 'archive')", True),
        ("undone(event.delete, 'archive')", True),
        ("undone(lambda: replace(event), 'default')", False),
        ("undone(event.delete, 'default')", False),
    ],
)
def test_a_rollback_undoes_what_was_done_in_its_own_database(run, action, expected):
    script = f"""
event = make("archive")
before = named("archive")
{action}
result = [files() == named("archive"), named("archive") == before]
"""
    assert run(script) == [True, expected]


def test_a_stale_instance_of_another_database_changes_no_document_here(run):
    script = """
event = make("archive")
stale = Event.objects.using("archive").get()
replace(event)
stale.name = "Renamed"
stale.save()
read = Event.objects.using("archive").get()
same = files() == {event.programme_file.name} == named("archive")
result = [same, read.programme_file.facts.pages]
"""
    assert run(script) == [True, 2]


def test_a_router_says_where_the_transaction_is(run):
    script = """
event = Event.objects.create(name="E", start_date="2026-12-01T09:00:00Z", programme_file=upload())
undone(lambda: replace(Event.objects.get()), "archive")
kept = files() == named("archive") == {event.programme_file.name}
replace(Event.objects.get())
replaced = files() == named("archive") != {event.programme_file.name}
more = [Event(name="B", start_date=event.start_date, programme_file=upload())]
undone(lambda: Event.objects.bulk_create(more), "archive")
result = [kept, replaced, files() == named("archive"), named("default") == set()]
"""
    assert run(script, DATABASE_ROUTERS=["host.routers.Router"]) == [True, True, True, True]
