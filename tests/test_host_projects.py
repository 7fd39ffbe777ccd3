"""Whole projects of hosts: another user model, and guardian's object permissions."""

import pytest

from tests.projects import Project

EVENT = """
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    pass
"""

MEMBER = """
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

class Members(BaseUserManager):
    def create_user(self, email, password=None):
        member = self.model(email=email)
        member.set_password(password)
        member.save()
        return member

class Member(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(primary_key=True)
    USERNAME_FIELD = "email"
    objects = Members()
"""

URLS = """
from django.urls import include, path

urlpatterns = [
    path("api/", include("django_event_pdfs.urls")),
    path("media/", include("django_event_pdfs.file_urls")),
]
"""

# What each script may use: migrated tables, an event, and the status of a request.
COMMON = """
from io import StringIO
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django_event_pdfs.testing import make_pdf
from rest_framework.test import APIClient
from host.models import Event

call_command("makemigrations", "host", "--noinput", verbosity=0)
call_command("migrate", verbosity=0)
START = "2026-12-01T09:00:00Z"

def status(user, method, event, tail="", **options):
    client = APIClient()
    user = get_user_model().objects.get(pk=user.pk)
    client.force_authenticate(user)
    address = f"/api/events/{event.pk}/{tail}" if event else "/api/events/"
    return getattr(client, method)(address, **options).status_code

def patch(user, event):
    return status(user, "patch", event, data={"location": "Algiers"}, format="json")

def put(user, event):
    body = make_pdf()
    return status(user, "put", event, "guide_file/", data=body, content_type="application/pdf")
"""

CUSTOM_USER = (
    COMMON
    + """
member = get_user_model().objects.create_user("amina@example.org")
event = Event.objects.create(name="E", start_date=START)
before = [patch(member, event), put(member, event), status(member, "get", event)]
call_command("event_pdfs", "roles", stdout=StringIO())
member.groups.add(Group.objects.get(name="gestionnaires"))
after = [patch(member, event), put(member, event), status(member, "delete", event)]
out = StringIO()
call_command("event_pdfs", "roles", "--json", stdout=out)
result = {"before": before, "after": after, "members": json.loads(out.getvalue())["members"]}
"""
)

GUARDIAN = (
    COMMON
    + """
from guardian.shortcuts import assign_perm

user = get_user_model().objects.create_user("amina")
mine = Event.objects.create(name="Mine", start_date=START)
other = Event.objects.create(name="Other", start_date=START)
before = [patch(user, mine), put(user, mine)]
assign_perm("host.change_event", user, mine)
result = {
    "before": before,
    "mine": [patch(user, mine), put(user, mine), status(user, "delete", mine)],
    "other": [patch(user, other), put(user, other)],
    "create": status(user, "post", None, data={"name": "N", "start_date": START}, format="json"),
}
"""
)

PERMISSION_TO_READ = (
    COMMON
    + """
from guardian.shortcuts import assign_perm

user = get_user_model().objects.create_user("amina")
mine = Event.objects.create(name="Mine", start_date=START)
mine.guide_file.save("g.pdf", ContentFile(make_pdf()))
other = Event.objects.create(name="Other", start_date=START)
assign_perm("host.view_event", user, mine)
result = {
    "mine": [status(user, "get", mine), status(user, "get", mine, "guide_file/")],
    "other": [status(user, "get", other), status(user, "get", other, "guide_file/")],
    "list": status(user, "get", None),
}
"""
)


@pytest.fixture
def project(tmp_path):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    project = Project(tmp_path, database)
    project.write("host/models.py", EVENT)
    project.write("host/urls.py", URLS)
    return project


def guarded():
    pytest.importorskip("guardian")
    return {
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework",
            "guardian",
            "django_event_pdfs",
            "host",
        ],
        "AUTHENTICATION_BACKENDS": [
            "django.contrib.auth.backends.ModelBackend",
            "guardian.backends.ObjectPermissionBackend",
        ],
        "ALLOWED_HOSTS": ["testserver"],
    }


def test_a_user_model_of_the_host_s_own_works(project):
    project.write("host/models.py", MEMBER + EVENT)
    result = project.run(
        "import json" + CUSTOM_USER, AUTH_USER_MODEL="host.Member", ALLOWED_HOSTS=["testserver"]
    )
    assert result == {
        "before": [403, 403, 200],
        "after": [200, 201, 204],
        "members": ["amina@example.org"],
    }


def test_object_permissions_of_guardian_allow_one_event(project):
    assert project.run(GUARDIAN, **guarded()) == {
        "before": [403, 403],
        "mine": [200, 201, 403],
        "other": [403, 403],
        "create": 403,
    }


def test_object_permissions_of_guardian_allow_reading_one_event(project):
    settings = {**guarded(), "EVENT_PDFS": {"READ_ACCESS": "permission"}}
    assert project.run(PERMISSION_TO_READ, **settings) == {
        "mine": [200, 200],
        "other": [403, 403],
        "list": 403,
    }
