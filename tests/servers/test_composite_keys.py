"""Rows whose key is of several columns have the same guarantees, on every database."""

from tests.projects import Project

MODELS = """
from django.db import models

from django_event_pdfs.models import EventDocumentsMixin


class Session(EventDocumentsMixin):
    pk = models.CompositePrimaryKey("year", "number")
    year = models.IntegerField()
    number = models.UUIDField()
    title = models.CharField(max_length=50, blank=True)
"""

URLS = """
from django.urls import include, path

urlpatterns = [
    path("media/", include("django_event_pdfs.file_urls")),
    path("api/", include("django_event_pdfs.urls")),
]
"""

SCRIPT = """
import uuid
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import transaction
from django.db.models.signals import post_delete
from rest_framework.test import APIClient

from django_event_pdfs.instances import made_together
from django_event_pdfs.maintenance.checkpoint import Position
from django_event_pdfs.maintenance.paging import document_tables, keyset
from django_event_pdfs.testing import make_pdf

call_command("makemigrations", "host", verbosity=0)
call_command("migrate", verbosity=0)

from host.models import Session

result = {}


def step(action):
    result[action.__name__] = action()


def upload():
    return SimpleUploadedFile("Programme.pdf", make_pdf(), "application/pdf")


def number(n):
    return uuid.UUID(int=n)


def new(year, n):
    return Session(year=year, number=number(n), programme_file=upload())


def files():
    return len(list(Path(settings.MEDIA_ROOT).rglob("*.pdf")))


def the_one():
    return Session.objects.get()


@step
def stored():
    new(2026, 1).save()
    return files()


@step
def replaced():
    session = the_one()
    session.programme_file = upload()
    session.save()
    return files()


@step
def replaced_alone():
    session = the_one()
    session.programme_file = upload()
    session.save(update_fields=["programme_file"])
    return files()


@step
def replaced_while_another_column_was_changed():
    late, session = the_one(), the_one()
    session.programme_file = upload()
    session.save()
    late.title = "Opening"
    late.save()
    return files(), the_one().programme_file.name == session.programme_file.name


@step
def written_over_by_an_instance_that_was_never_read():
    Session(year=2026, number=number(1), guide_file=upload()).save()
    return files(), Session.objects.count(), the_one().programme_file.name


@step
def cleared():
    session = the_one()
    session.guide_file = None
    session.save()
    return files()


@step
def rolled_back():
    try:
        with transaction.atomic():
            new(2026, 2).save()
            raise ZeroDivisionError
    except ZeroDivisionError:
        request_finished.send(None)
    return files(), Session.objects.count()


@step
def made_by_the_dozen():
    Session.objects.bulk_create([new(2027, n) for n in range(12)])
    return files()


@step
def replaced_beside_a_row_with_half_its_key():
    session = Session.objects.get(pk=(2026, number(1)))
    for _ in range(2):
        session.programme_file = upload()
        session.save()
    return files()


@step
def paged():
    keys = [key for page in keyset(Session.objects.values_list("pk"), size=5) for [key] in page]
    return len(keys), keys == sorted(set(keys))


@step
def gone_on_after_a_kill():
    [table], position, last = document_tables(), Position(), Session.objects.order_by("pk")[7]
    position.reached(table, last.pk, 8)
    pages = table.pages(position.after_in(table), 3)
    return sum(len({document.pk for document in page}) for page in pages)


@step
def listed():
    plain, together = Session.objects.order_by("pk"), made_together(Session.objects.order_by("pk"))
    return [vars(s).keys() for s in plain] == [vars(s).keys() for s in together]


@step
def deleted():
    Session.objects.get(pk=(2027, number(0))).delete()
    return files()


@step
def deleted_by_one_query():
    Session.objects.filter(year=2027, number__lt=number(6)).delete()
    return files()


@step
def deleted_while_somebody_listens():
    heard = []

    def listen(instance, **kwargs):
        heard.append(instance.pk)

    post_delete.connect(listen, sender=Session)
    Session.objects.filter(year=2027, number__lt=number(9)).delete()
    post_delete.disconnect(listen, sender=Session)
    return files(), len(heard)


@step
def asked_for():
    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("root"))
    one = "/api/events/(2027, 9)/"
    answers = [client.get("/api/events/"), client.get(one), client.delete(one)]
    return len(answers[0].json()["results"]), [answer.status_code for answer in answers]


@step
def checked():
    out = StringIO()
    call_command("event_pdfs", "verify", stdout=out)
    call_command("event_pdfs", "describe", stdout=out)
    call_command("check", stdout=out)
    return out.getvalue().split("\\n")[:2]
"""

EXPECTED = {
    "stored": 1,
    "replaced": 1,
    "replaced_alone": 1,
    "replaced_while_another_column_was_changed": [1, True],
    "written_over_by_an_instance_that_was_never_read": [1, 1, None],
    "cleared": 0,
    "rolled_back": [0, 1],
    "made_by_the_dozen": 12,
    "replaced_beside_a_row_with_half_its_key": 13,
    "paged": [13, True],
    "gone_on_after_a_kill": 5,
    "listed": True,
    "deleted": 12,
    "deleted_by_one_query": 7,
    "deleted_while_somebody_listens": [4, 3],
    "asked_for": [4, [200, 404, 404]],
    "checked": ["documents: 4", "documents: 4"],
}


def test_every_guarantee_holds(tmp_path, any_database):
    project = Project(tmp_path, any_database)
    project.write("host/models.py", MODELS)
    project.write("host/urls.py", URLS)
    assert project.run(SCRIPT, ALLOWED_HOSTS=["testserver"]) == EXPECTED
