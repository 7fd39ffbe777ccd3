"""Deleting many files of an S3 bucket by one request."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages

from django_event_pdfs.object_stores import can_delete_many
from django_event_pdfs.removal import delete_files
from django_event_pdfs.testing import MemoryStorage
from tests.conftest import upload
from tests.testapp.models import Event

pytest.importorskip("storages")
boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto")

from storages.backends.s3 import S3Storage  # noqa: E402, as it may be missing

BUCKET = "documents"

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


class CarefulStorage(S3Storage):
    """A host's own, which does more than delete."""

    def delete(self, name):
        super().delete(name)


@pytest.fixture
def bucket(monkeypatch, settings):
    """Return the calls that S3 gets for a bucket of the documents."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        options = {"bucket_name": BUCKET, "location": "tenant"}
        backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        storage = storages["default"]
        calls = []
        storage.bucket.meta.client.meta.events.register(
            "before-call.s3", lambda model, **kwargs: calls.append(model.name)
        )
        yield calls


def save(*names):
    for name in names:
        storages["default"].save(name, ContentFile(b"x"))


def test_many_files_go_by_one_request(bucket):
    names = {f"events/programmes/{number}.pdf" for number in range(40)}
    save(*names, "events/programmes/other.pdf")
    bucket.clear()

    assert delete_files(storages["default"], names) == set()

    assert bucket == ["DeleteObjects"]
    assert storages["default"].listdir("events/programmes")[1] == ["other.pdf"]


def test_more_than_a_request_may_name_go_by_several(bucket):
    names = {f"events/programmes/{number}.pdf" for number in range(1_001)}
    bucket.clear()
    assert delete_files(storages["default"], names) == set()
    assert bucket == ["DeleteObjects"] * 2


def test_one_file_goes_as_the_storage_does_it(bucket):
    save("events/programmes/a.pdf")
    bucket.clear()
    assert delete_files(storages["default"], {"events/programmes/a.pdf"}) == set()
    assert bucket == ["DeleteObject"]


def test_what_a_bucket_keeps_is_returned(bucket, monkeypatch, caplog):
    kept, other = "events/programmes/kept.pdf", "events/programmes/other.pdf"
    refused = {"Errors": [{"Key": f"tenant/{kept}", "Code": "AccessDenied", "Message": "No."}]}
    monkeypatch.setattr(storages["default"].bucket, "delete_objects", lambda **kwargs: refused)
    assert delete_files(storages["default"], {kept, other}) == {kept}
    assert kept in caplog.text


def test_a_store_that_knows_no_such_request_deletes_one_by_one(bucket, monkeypatch):
    def unknown(**kwargs):
        raise NotImplementedError

    names = {"events/programmes/a.pdf", "events/programmes/b.pdf"}
    save(*names)
    monkeypatch.setattr(storages["default"].bucket, "delete_objects", unknown)
    assert delete_files(storages["default"], names) == set()
    assert storages["default"].listdir("events/programmes")[1] == []


def test_a_name_outside_of_the_location_is_never_deleted(bucket):
    names = {"../other/a.pdf", "events/programmes/b.pdf"}
    boto3.client("s3").put_object(Bucket=BUCKET, Key="other/a.pdf", Body=b"x")
    save("events/programmes/b.pdf")
    assert delete_files(storages["default"], names) == {"../other/a.pdf"}
    keys = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [entry["Key"] for entry in keys] == ["other/a.pdf"]


def test_a_storage_that_deletes_in_its_own_way_keeps_doing_so(bucket):
    storage = CarefulStorage(bucket_name=BUCKET)
    assert not can_delete_many(storage)


@pytest.mark.parametrize("storage", [MemoryStorage(), InMemoryStorage()])
def test_other_storages_delete_one_by_one(storage):
    assert not can_delete_many(storage)


@pytest.mark.django_db(transaction=True)
def test_a_query_that_deletes_many_events_makes_one_request(bucket):
    for _ in range(5):
        Event.objects.create(
            name="E",
            start_date="2026-12-01T09:00:00Z",
            programme_file=upload(),
            guide_file=upload(),
        )
    bucket.clear()
    Event.objects.all().delete()
    assert bucket == ["DeleteObjects"]
    assert storages["default"].listdir("events/programmes")[1] == []
