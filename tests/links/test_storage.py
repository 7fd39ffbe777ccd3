"""StorageLinks: what the storage says, what is recognised, and what an update makes of it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.test import override_settings

from django_event_pdfs.exceptions import LinkUnavailable
from django_event_pdfs.links import StorageLinks, get_links
from django_event_pdfs.links.storage import expiry
from tests import sigv4
from tests.conftest import upload
from tests.endpoints import EVENTS
from tests.testapp.models import Event

NAME = "events/programmes/programme_6wsdm3w7xhmkv26vfd5yzxjbcz.pdf"
SECRET = "not a secret but forty characters long!!"
S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": "documents",
        "access_key": "documents",
        "secret_key": SECRET,
        "region_name": "eu-west-3",
        "signature_version": "s3v4",
    },
}
ADDRESS = f"https://documents.s3.amazonaws.com/{NAME}"

# django-storages asks utcnow() for CloudFront.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


class Mute(Storage):
    """As SFTP and FTP are: Django's own ``url`` says that there is none."""


class Sealed(FileSystemStorage):
    """As ``FileSystemStorage`` without a ``base_url``."""

    base_url = None


@pytest.fixture
def use(settings):
    def use(backend, **links):
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        path = "django_event_pdfs.links.StorageLinks"
        links = {"BACKEND": path, "OPTIONS": links}
        settings.EVENT_PDFS = {"EVENT_MODEL": "testapp.Event", "LINKS": links}
        return get_links()

    return use


@pytest.fixture
def media(use, settings, tmp_path):
    settings.MEDIA_ROOT, settings.MEDIA_URL = str(tmp_path), "/media/"
    return use({"BACKEND": "django.core.files.storage.FileSystemStorage"})


@pytest.fixture
def s3(use):
    pytest.importorskip("storages")
    pytest.importorskip("boto3")
    return use(S3)


# Making


def test_a_public_link_is_the_storages_url_and_never_expires(media):
    link = media.make(NAME, "a.pdf")
    assert (link.url, link.expires_at) == (f"/media/{NAME}", None)


def test_a_signed_link_is_signed_for_as_long_as_the_storage_says(s3):
    link = s3.make(NAME, "議程 2026.pdf")
    signed, life = sigv4.life(link.url)
    assert sigv4.is_genuine(link.url, SECRET)
    assert (life, link.expires_at) == (timedelta(hours=1), signed + timedelta(hours=1))


def test_a_signed_link_carries_the_filename(s3):
    assert quote(quote("議程 2026.pdf")) in s3.make(NAME, "議程 2026.pdf").url
    assert quote('filename="summit.pdf"') in s3.make("events/programmes/summit.pdf").url


def test_the_filename_can_be_left_out(s3, use):
    url = use(S3, filename=False).make(NAME, "secret.pdf").url
    assert "disposition" not in url


@pytest.mark.parametrize(
    ("name", "expected"),
    [(NAME, "private, max-age=3600, immutable"), ("old/summit.pdf", "private, no-cache")],
)
def test_a_signed_link_says_how_long_to_keep_it(s3, name, expected):
    assert f"response-cache-control={quote(expected)}" in s3.make(name).url


@pytest.mark.parametrize("filename", [True, False])
def test_a_signed_link_for_a_download_is_signed_with_it(s3, use, filename):
    link = use(S3, filename=filename).make_download(NAME, "Programme.pdf")
    assert sigv4.is_genuine(link.url, SECRET)
    shown = "Programme.pdf" if filename else NAME.rpartition("/")[2]
    assert quote(f'attachment; filename="{shown}"') in link.url
    assert "download=1" not in link.url


def test_an_unsigned_link_downloads_by_nothing_that_we_could_add(media):
    assert media.make_download(NAME, "a.pdf") == media.make(NAME, "a.pdf")


@pytest.mark.parametrize("backend", [f"{__name__}.Mute", f"{__name__}.Sealed"])
def test_a_storage_without_urls_has_no_links(use, backend):
    with pytest.raises(LinkUnavailable):
        use({"BACKEND": backend}).make(NAME)


def test_cloudfront_opens_its_links(use):
    pytest.importorskip("storages.backends.s3")
    cloudfront = pytest.importorskip("tests.cloudfront")
    keys = {"cloudfront_key_id": cloudfront.KEY_ID, "cloudfront_key": cloudfront.private_pem()}
    options = {**S3["OPTIONS"], **keys, "custom_domain": cloudfront.DOMAIN}
    links = use({**S3, "OPTIONS": options})
    link = links.make(NAME, "Programme 2026.pdf")
    assert cloudfront.opens(link.url)
    assert link.expires_at
    assert not cloudfront.opens(link.url, at=link.expires_at)
    assert links.name_of(link.url) == NAME


# When a URL ends


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("X-Amz-Date=20261123T060000Z&X-Amz-Expires=3600", "2026-11-23T07:00:00Z"),
        ("X-Goog-Date=20261123T060000Z&X-Goog-Expires=86400", "2026-11-24T06:00:00Z"),
        ("Expires=1795996800&Signature=x&Key-Pair-Id=K", "2026-11-30T00:00:00Z"),
        ("se=2026-11-23T07%3A00%3A00Z&sp=r&sig=x", "2026-11-23T07:00:00Z"),
        ("Policy={policy}&Signature=x&Key-Pair-Id=K", "2026-11-30T00:00:00Z"),
    ],
)
def test_the_expiry_is_read_from_the_url(query, ends):
    condition = {"Condition": {"DateLessThan": {"AWS:EpochTime": 1795996800}}}
    policy = base64.b64encode(json.dumps({"Statement": [condition]}).encode()).decode()
    policy = policy.translate(str.maketrans("+=/", "-_~"))
    url = f"https://x.example.org/a.pdf?{query.format(policy=policy)}"
    assert expiry(url) == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Expires=1795996800",
        "X-Amz-Expires=3600",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20261123T060000Z&X-Amz-Expires=" + "9" * 30,
        "se=never&sig=x",
        "Policy=%00&Signature=x",
        "Policy=e30&Signature=x",
    ],
)
def test_any_other_url_is_not_known_to_end(query):
    assert expiry(f"https://x.example.org/a.pdf?{query}") is None


# Recognising


def test_a_link_is_recognised(media):
    url = media.make(NAME).url
    for text in (url, f"http://testserver{url}", f"{url}?v=2", f"{url}#page=2"):
        assert media.name_of(text) == NAME


def test_a_signed_link_is_recognised_when_it_has_expired(s3):
    assert s3.name_of(s3.make(NAME).url) == NAME
    assert s3.name_of(f"{ADDRESS}?X-Amz-Date=20200101T000000Z&X-Amz-Expires=1") == NAME
    assert s3.name_of(ADDRESS) == NAME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "not a url",
        NAME,
        f"/media/{NAME}",
        f"http://documents.s3.amazonaws.com/{NAME}",
        f"https://documents.s3.amazonaws.com:444/{NAME}",
        f"https://evil.example.org/{NAME}",
        f"https://documents.s3.amazonaws.com@evil.example.org/{NAME}",
        "https://documents.s3.amazonaws.com/",
        f"https://documents.s3.amazonaws.com/a/../{NAME}",
        f"https://documents.s3.amazonaws.com//{NAME}",
        f"https://documents.s3.amazonaws.com/%00{NAME}",
        "https://documents.s3.amazonaws.com/\ud800.pdf",
        f"//documents.s3.amazonaws.com/{NAME}",
        "https://[::1",
    ],
)
def test_any_other_text_is_not(s3, text):
    assert s3.name_of(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "/", "/media/", f"/elsewhere/{NAME}", NAME, f"/media/../media/{NAME}", "http://[::1"],
)
def test_any_other_path_is_not(media, text):
    assert media.name_of(text) is None


def test_a_script_prefix_is_part_of_the_path(media, settings):
    with override_settings(FORCE_SCRIPT_NAME="/site"):
        from django.urls import set_script_prefix

        set_script_prefix("/site/")
        try:
            storages["default"].__dict__.pop("base_url", None)
            assert media.name_of(media.make(NAME).url) == NAME
        finally:
            set_script_prefix("/")


def test_where_there_are_no_urls_none_is_recognised(use):
    assert use({"BACKEND": f"{__name__}.Mute"}).name_of(f"/media/{NAME}") is None


def test_our_view_opens_none_of_them(media, client, db):
    assert media.verify(NAME, {}) is None
    assert client.get(f"/media/{NAME}").status_code == 403


# In the API


@pytest.fixture
def filled(media, db):
    return Event.objects.create(
        name="Summit", start_date="2026-12-01T09:00:00Z", programme_file=upload()
    )


def test_json_carries_the_absolute_url(filled, reader):
    body = reader.get(f"{EVENTS}{filled.pk}/").json()
    assert body["programme_file"] == f"http://testserver/media/{filled.programme_file.name}"
    entry = body["documents"]["programme_file"]
    assert (entry["url"], entry["expires_at"]) == (body["programme_file"], None)


def test_who_may_not_read_gets_no_link(filled, reader, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "READ_ACCESS": "permission"}
    assert filled.programme_file.name not in reader.get(EVENTS).content.decode()


@pytest.mark.parametrize("tail", ["", "?X-Amz-Date=20200101T000000Z&X-Amz-Expires=1"])
def test_the_url_sent_back_keeps_the_document(filled, api, tail):
    body = {"programme_file": f"http://testserver{filled.programme_file.url}{tail}"}
    answer = api.patch(f"{EVENTS}{filled.pk}/", body)
    assert answer.status_code == 200
    assert answer.json()["documents"]["programme_file"]["etag"]


def test_the_url_of_another_document_does_not(filled, api):
    other = Event.objects.create(
        name="B", start_date="2026-12-01T09:00:00Z", programme_file=upload()
    )
    answer = api.patch(f"{EVENTS}{filled.pk}/", {"programme_file": other.programme_file.url})
    assert answer.json()["codes"] == {"programme_file": ["other_document"]}


def test_a_list_signs_without_asking_anyone(s3, reader, db, monkeypatch):
    import socket

    Event.objects.create(name="A", start_date="2026-12-01T09:00:00Z", programme_file=None)
    Event.objects.update(programme_file=NAME)
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("asked the network"))
    (event,) = reader.get(EVENTS).json()["results"]
    assert sigv4.is_genuine(event["programme_file"], SECRET)
    ends = datetime.fromisoformat(event["documents"]["programme_file"]["expires_at"])
    assert ends > datetime.now(UTC)


def test_links_are_chosen_by_the_setting(media):
    assert isinstance(get_links(), StorageLinks)
