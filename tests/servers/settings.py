"""Settings of a server of its own process: files and rows in the folder that the test names."""

import json
import os

from django_event_pdfs import bodies
from tests.patience import be_patient
from tests.settings import *  # noqa: F403

ROOT = os.environ["EVENT_PDFS_TEST_ROOT"]

ROOT_URLCONF = "tests.servers.urls"
STATIC_URL = "/static/"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(ROOT, "db.sqlite3"),
        "OPTIONS": {"timeout": 60},  # On a busy machine, writers wait longer than Django's five.
    }
}

# Nor does a process that waits for its turn mean that a file or a client stands still.
be_patient()
bodies.LINGER = bodies.SILENCE = 60

STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.path.join(ROOT, "media")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# A storage of another kind, as JSON, and what goes with it.
if "EVENT_PDFS_TEST_STORAGE" in os.environ:
    STORAGES["default"] = json.loads(os.environ["EVENT_PDFS_TEST_STORAGE"])
EVENT_PDFS = {
    **EVENT_PDFS,  # noqa: F405
    "INSPECTION": {"wait": 60},  # So do uploads, for their turn.
    **json.loads(os.environ.get("EVENT_PDFS_TEST_OPTIONS", "{}")),
}

# Other origins whose scripts may read documents, as docs/how-to/other-origins.md sets it up.
if "EVENT_PDFS_TEST_ORIGINS" in os.environ:
    INSTALLED_APPS = [*INSTALLED_APPS, "corsheaders"]  # noqa: F405
    MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *MIDDLEWARE]  # noqa: F405
    CORS_ALLOWED_ORIGINS = os.environ["EVENT_PDFS_TEST_ORIGINS"].split()
    CORS_URLS_REGEX = r"^/(api|media)/"
