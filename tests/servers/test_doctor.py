"""The doctor asks a real clamd and a real object store. Sites are asked where their tests are."""

from typing import Any

import pytest
from django.core.files.storage import storages

from django_event_pdfs.maintenance import doctor
from tests.maintenance.doctor.diagnoses import statuses

MEBIBYTE = 1024 * 1024
KEYS = {"access_key": "key", "secret_key": "secret", "region_name": "us-east-1"}


@pytest.fixture
def examined_with(settings: Any, own_clamd: Any) -> Any:
    """Return ``examined_with(MaxFileSize="1M")``: what the doctor says of a clamd set so."""

    def examine(**options: str) -> dict[str, str]:
        scanner = "django_event_pdfs.scanning.clamav.ClamAVScanner"
        settings.EVENT_PDFS = {
            "MAX_SIZE": 2 * MEBIBYTE,
            "SCANNER": {"BACKEND": scanner, "OPTIONS": own_clamd(**options).options},
        }
        return statuses(doctor.examine())

    return examine


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, "ok"),
        ({"StreamMaxLength": "1M"}, "problem"),
        ({"MaxFileSize": "1M", "AlertExceedsMax": "yes"}, "problem"),
    ],
)
def test_a_clamd_that_refuses_large_documents_is_found(examined_with, options, status):
    found = examined_with(**options)
    assert (found["scanner"], found["scanner_finds"]) == ("ok", "ok")
    assert found["scanner_size"] == status


@pytest.fixture(scope="module")
def s3():
    """Return the address of an object store."""
    pytest.importorskip("storages.backends.s3")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(settings, s3):
    """Return ``bucket(file_overwrite=True)``: a bucket that the documents are kept in."""

    def keep(**options):
        options = {"endpoint_url": s3, "bucket_name": "documents", **KEYS, **options}
        default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        return storages["default"].bucket

    return keep


def wrong(found):
    return {diagnosis.id for diagnosis in found.diagnoses if diagnosis.cure}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"file_overwrite": False}, set()),
        ({"file_overwrite": False, "location": "media"}, set()),
        ({"file_overwrite": True}, {"names_kept"}),
    ],
)
def test_an_object_store_is_examined_and_left_empty(bucket, options, expected):
    documents = bucket(**options)
    documents.create()
    assert wrong(doctor.examine()) == expected
    assert list(documents.objects.all()) == []


def test_a_bucket_that_is_not_there_is_found(bucket):
    bucket(bucket_name="missing")
    assert wrong(doctor.examine(quick=True)) == {"writable"}
