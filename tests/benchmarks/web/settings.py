"""The site's settings: what ``startproject`` writes, both sides, and what the environment says."""

import json
import os
from pathlib import Path

SITE = json.loads(os.environ["EVENT_PDFS_BENCHMARK_SITE"])
MEDIA_ROOT = Path(SITE["folder"]) / "media"

SECRET_KEY = "not a secret: benchmarks only, and long enough for HS256"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.benchmarks.web.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "django_event_pdfs",
    "tests.benchmarks.hosts.plain",
    "tests.benchmarks.hosts.ours",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
if SITE["links_first"]:
    MIDDLEWARE.insert(1, "django_event_pdfs.middleware.LinkMiddleware")
DATABASES = {"default": {**SITE["database"], "CONN_MAX_AGE": 60}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
REST_FRAMEWORK = {
    # The token says who it is, so that the document is the one query of either side.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SENDFILE_BACKEND = "django_sendfile.backends.nginx"
SENDFILE_ROOT = MEDIA_ROOT
SENDFILE_URL = "/_sendfile/"

EVENT_PDFS = {
    "EVENT_MODEL": "ours.Event",
    "DELIVERY": {"BACKEND": f"django_event_pdfs.delivery.{SITE['delivery']}"},
}
