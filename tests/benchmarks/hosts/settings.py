"""The settings of every host; the environment says which one it is, and where its data is."""

import json
import os
from pathlib import Path

HOST = json.loads(os.environ["EVENT_PDFS_BENCHMARK_HOST"])
APPS = {
    "plain": ["tests.benchmarks.hosts.plain"],
    "django-cleanup": ["tests.benchmarks.hosts.plain", "django_cleanup.apps.CleanupConfig"],
    "ours": ["django_event_pdfs", "tests.benchmarks.hosts.ours"],
    "both": [
        "django_event_pdfs",
        "tests.benchmarks.hosts.ours",
        "tests.benchmarks.hosts.plain",
    ],
}

SECRET_KEY = "not a secret: benchmarks only, and long enough for every algorithm"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = f"tests.benchmarks.hosts.{HOST['app']}.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    *APPS[HOST["side"]],
]
DATABASES = {"default": {**HOST["database"], "CONN_MAX_AGE": None}}
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(HOST["folder"]) / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
