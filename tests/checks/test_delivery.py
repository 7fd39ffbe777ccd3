"""Checks of what sends documents, against where they are."""

import pytest

from django_event_pdfs.checks.delivery import check_local_paths
from tests.checks.making import ids

WEB_SERVERS = [
    "django_event_pdfs.delivery.NginxDelivery",
    "django_event_pdfs.delivery.ApacheDelivery",
]
FILES = "django.core.files.storage.FileSystemStorage"


@pytest.mark.parametrize("backend", WEB_SERVERS)
def test_w030_a_web_server_for_files_that_are_not_on_this_disk(settings, backend):
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend}}

    assert ids(check_local_paths(None)) == ["event_pdfs.W030"]


@pytest.mark.parametrize("backend", WEB_SERVERS)
def test_w030_not_for_files_on_this_disk(settings, backend, tmp_path):
    storage = {"BACKEND": FILES, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend}}

    assert check_local_paths(None) == []


@pytest.mark.parametrize(
    "event_pdfs",
    [
        {},
        {"DELIVERY": {"BACKEND": "nowhere.Delivery"}},
        {"DELIVERY": {"BACKEND": WEB_SERVERS[0], "OPTIONS": {"location": 3}}},
        {"DELIVERY": {"BACKEND": WEB_SERVERS[0]}, "STORAGE": "nowhere"},
    ],
)
def test_w030_not_where_others_tell_what_is_wrong(settings, event_pdfs):
    settings.EVENT_PDFS = event_pdfs

    assert check_local_paths(None) == []
