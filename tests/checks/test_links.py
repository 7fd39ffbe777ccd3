"""Checks of StorageLinks: each fires where it should and nowhere else, without the network."""

import socket
from datetime import timedelta

import pytest

from django_event_pdfs.checks.links import (
    check_link_lifetime,
    check_open_links,
    check_redirect_lifetime,
    check_secrets,
    check_signing_by_network,
)
from django_event_pdfs.checks.urls import check_file_mount, check_unsigned_access
from tests.host_urls import urlconf

ALL = (check_link_lifetime, check_open_links, check_signing_by_network)
DAY = 24 * 60 * 60

FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
S3 = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "documents"}}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("A check asked the network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def use(settings):
    """Return ``use(storage, read_access, **options)``, which sets a project up."""

    def use(storage, read_access="authenticated", links="StorageLinks", **options):
        if storage is S3:
            pytest.importorskip("storages.backends.s3")
        backend = {**storage, "OPTIONS": {**storage.get("OPTIONS", {}), **options}}
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        settings.EVENT_PDFS = {
            "EVENT_MODEL": "testapp.Event",
            "LINKS": {"BACKEND": f"django_event_pdfs.links.{links}"},
            "READ_ACCESS": read_access,
        }

    return use


def found():
    return [message.id for check in ALL for message in check(None)]


@pytest.mark.parametrize(
    ("read_access", "lifetime", "is_short"),
    [
        ("authenticated", 3600, True),
        ("authenticated", 7 * DAY, False),
        ("public", DAY, True),
        ("permission", 3600, False),
        ("permission", 599, True),
    ],
)
def test_w031_urls_that_live_shorter_than_signed_links(use, read_access, lifetime, is_short):
    use(S3, read_access, querystring_expire=lifetime)
    assert found() == (["event_pdfs.W031"] if is_short else [])


def test_w031_is_what_s3_does_by_default(use):
    use(S3)
    assert found() == ["event_pdfs.W031"]


@pytest.mark.parametrize("read_access", ["public", "authenticated", "permission"])
@pytest.mark.parametrize(
    ("storage", "options"),
    [
        (FILES, {}),
        (S3, {"querystring_auth": False}),
        (S3, {"custom_domain": "cdn.example.org"}),
    ],
)
def test_w032_open_urls_where_not_everybody_may_read(use, storage, options, read_access):
    use(storage, read_access, **options)
    assert found() == ([] if read_access == "public" else ["event_pdfs.W032"])


@pytest.mark.filterwarnings("ignore::FutureWarning")  # Google's, of old versions of Python
@pytest.mark.parametrize("asks", [True, False])
def test_w033_a_request_for_each_link(use, asks):
    pytest.importorskip("storages.backends.gcloud", exc_type=Exception)
    google = {"BACKEND": "storages.backends.gcloud.GoogleCloudStorage"}
    use(google, bucket_name="documents", expiration=7 * DAY, iam_sign_blob=asks)
    assert found() == ["event_pdfs.W033"] * asks


@pytest.mark.parametrize("storage", [FILES, S3])
def test_signed_links_are_not_the_storages_own(use, storage):
    use(storage, links="SignedLinks")
    assert found() == []


def test_no_mount_is_needed_and_public_files_are_as_they_should_be(use, settings):
    settings.ROOT_URLCONF = urlconf()
    use(FILES, "public")
    assert check_file_mount(None) == check_unsigned_access(None) == []


@pytest.mark.parametrize(
    ("max_age", "is_right"),
    [
        (300, True),
        (timedelta(minutes=5), True),
        (7 * DAY, True),
        (0, False),
        (7 * DAY + 1, False),
        (timedelta(days=-1), False),
        ("5m", False),
        (None, False),
    ],
)
def test_e031_redirects_that_no_store_signs(settings, max_age, is_right):
    settings.EVENT_PDFS = {"DELIVERY": {"OPTIONS": {"max_age": max_age}}}
    messages = check_redirect_lifetime(None)
    assert [message.id for message in messages] == ["event_pdfs.E031"] * (not is_right)


def test_e031_is_about_redirects(settings):
    stream = "django_event_pdfs.delivery.StreamDelivery"
    settings.EVENT_PDFS = {"DELIVERY": {"BACKEND": stream}}
    assert check_redirect_lifetime(None) == []


SECRET = "of-nginx-and-Django-alone_0123456789"
NGINX = "django_event_pdfs.links.NginxSecureLinks"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"secrets": []},
        {"secrets": SECRET},
        {"secrets": None},
        {"secrets": [SECRET[:31]]},
        {"secrets": [SECRET, ""]},
        {"secrets": [f"{SECRET}$host"]},
        {"secrets": ["of-django-itself_0123456789012345678"]},
    ],
)
def test_e045_secrets_that_protect_nothing(settings, options):
    settings.SECRET_KEY = "of-django-itself_0123456789012345678"
    settings.EVENT_PDFS = {"LINKS": {"BACKEND": NGINX, "OPTIONS": options}}
    [message] = check_secrets(None)
    assert message.id == "event_pdfs.E045"
    assert not any(secret in message.msg for secret in (SECRET[:31], settings.SECRET_KEY))


@pytest.mark.parametrize(
    "links",
    [
        {},
        {"BACKEND": NGINX, "OPTIONS": {"secrets": [SECRET]}},
        {"BACKEND": NGINX, "OPTIONS": {"secrets": (SECRET, SECRET[::-1])}},
        {"BACKEND": NGINX, "OPTIONS": {"secret": SECRET}},  # E016
    ],
)
def test_e045_nowhere_else(settings, links):
    settings.EVENT_PDFS = {"LINKS": links}
    assert check_secrets(None) == []
