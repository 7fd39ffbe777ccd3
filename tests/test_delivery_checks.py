"""System checks of DELIVERY."""

import pytest

from django_event_pdfs.checks import check_delivery

WEB_SERVERS = [
    "django_event_pdfs.delivery.NginxDelivery",
    "django_event_pdfs.delivery.ApacheDelivery",
]


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    "delivery",
    [
        {"BACKEND": "django_event_pdfs.delivery.Missing"},
        {"BACKEND": "nowhere.Delivery"},
        {"OPTIONS": {"location": "/pdfs/"}},
        {"BACKEND": "django_event_pdfs.delivery.BaseDelivery"},
    ],
)
def test_e030_a_delivery_that_cannot_be_made(settings, delivery):
    settings.EVENT_PDFS = {"DELIVERY": delivery}
    assert ids(check_delivery(None)) == ["event_pdfs.E030"]


@pytest.mark.parametrize("backend", WEB_SERVERS)
def test_w030_a_web_server_for_files_that_are_not_on_this_disk(settings, backend):
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend}}
    assert ids(check_delivery(None)) == ["event_pdfs.W030"]


@pytest.mark.parametrize("backend", WEB_SERVERS)
def test_w030_not_for_files_on_this_disk(settings, backend, tmp_path):
    files = "django.core.files.storage.FileSystemStorage"
    storage = {"BACKEND": files, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": backend}}
    assert check_delivery(None) == []


def test_no_delivery_in_the_settings_is_right(settings):
    assert check_delivery(None) == []
