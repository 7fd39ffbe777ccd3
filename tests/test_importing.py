"""What importing the package loads, and what it leaves for later."""

import os
import subprocess
import sys

import pytest

READ = """
from django.core.management import call_command
from rest_framework.test import APIClient
from django.contrib.auth.models import User
from tests.testapp.models import Event
call_command("migrate", verbosity=0)
Event.objects.create(name="E", start_date="2026-12-01T09:00:00Z")
client = APIClient()
client.force_authenticate(User.objects.create_superuser("reader"))
assert client.get("/api/events/").status_code == 200
"""


def loaded_by(code):
    """Return the modules that a fresh process has after it ran some code."""
    setup = "import django, sys; django.setup()"
    done = subprocess.run(
        [sys.executable, "-c", f"{setup}\n{code}\nprint(*sys.modules)"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import django_event_pdfs.urls", READ])
def test_pikepdf_waits_for_the_first_upload(code):
    loaded = loaded_by(code)
    assert "django_event_pdfs.viewsets" in loaded
    assert not loaded & {"pikepdf", "storages", "boto3", "clamav_client", "drf_spectacular"}
