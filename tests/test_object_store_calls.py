"""What each request of the API costs in calls of S3."""

import pytest
from django.core.files.storage import storages

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW
from tests.testapp.models import Event

pytest.importorskip("storages")
boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto")

KEYS = {"access_key": "documents", "secret_key": "secret", "region_name": "us-east-1"}
PARTS = ["CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
]


@pytest.fixture(params=["SignedLinks", "StorageLinks"])
def calls(request, settings):
    """Return the calls that S3 gets from now on."""
    settings.EVENT_PDFS = {
        "EVENT_MODEL": "testapp.Event",
        "MAX_SIZE": 20 * 1024 * 1024,
        "LINKS": {"BACKEND": f"django_event_pdfs.links.{request.param}"},
    }
    with moto.mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket="documents")
        options = {"bucket_name": "documents", "signature_version": "s3v4", **KEYS}
        backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": backend}
        found: list[str] = []
        storages["default"].connection.meta.client.meta.events.register(
            "before-call.s3", lambda model, **kwargs: found.append(model.name)
        )
        yield found


@pytest.fixture
def stored(calls):
    """Return an event with both documents, and the calls after that."""
    event = Event.objects.create(
        name="E",
        start_date="2026-12-01T09:00:00Z",
        programme_file=upload(),
        guide_file=upload(),
    )
    calls.clear()
    return event


def multipart(api, method, url, **body):
    return getattr(api, method)(url, body, format="multipart")


def test_a_file_is_stored_by_one_call(api, calls):
    assert multipart(api, "post", EVENTS, **NEW, programme_file=upload()).status_code == 201
    assert calls == ["PutObject"]


def test_a_large_file_is_stored_in_parts(api, calls):
    # boto3 cuts at 8 MiB.
    large = upload(padding=9 * 1024 * 1024)
    assert multipart(api, "post", EVENTS, **NEW, programme_file=large).status_code == 201
    assert sorted(calls) == sorted(PARTS)


def test_a_large_file_is_stored_by_one_call_where_the_options_say_so(api, calls):
    transfer = pytest.importorskip("boto3.s3.transfer")
    storages["default"].transfer_config = transfer.TransferConfig(multipart_threshold=5 * 1024**3)
    large = upload(padding=9 * 1024 * 1024)
    assert multipart(api, "post", EVENTS, **NEW, programme_file=large).status_code == 201
    assert calls == ["PutObject"]


def test_a_raw_put_replaces_by_two_calls(api, calls, stored):
    url = f"{EVENTS}{stored.pk}/programme_file/"
    assert api.put(url, make_pdf(), content_type="application/pdf").status_code == 200
    assert calls == ["PutObject", "DeleteObject"]


def test_a_file_is_replaced_by_two_calls(api, calls, stored):
    url = f"{EVENTS}{stored.pk}/"
    assert multipart(api, "patch", url, programme_file=upload()).status_code == 200
    assert calls == ["PutObject", "DeleteObject"]


def test_another_field_costs_nothing(api, calls, stored):
    assert api.patch(f"{EVENTS}{stored.pk}/", {"name": "F"}).status_code == 200
    assert calls == []


def test_reading_events_costs_nothing(api, calls, stored):
    for url in (EVENTS, f"{EVENTS}{stored.pk}/"):
        assert "programme_file" in api.get(url).content.decode()
    assert calls == []


def test_a_click_costs_django_nothing(api, client, calls, stored):
    assert api.get(f"{EVENTS}{stored.pk}/programme_file/").status_code == 302
    link = stored.programme_file.url
    if link.startswith("/"):
        assert client.get(link).status_code == 302
    assert calls == []


def test_a_head_costs_one_call(api, client, calls, stored):
    assert api.head(f"{EVENTS}{stored.pk}/programme_file/").status_code == 200
    assert calls == ["HeadObject"]


def test_clearing_costs_one_call(api, calls, stored):
    assert api.delete(f"{EVENTS}{stored.pk}/programme_file/").status_code == 204
    assert calls == ["DeleteObject"]


def test_deleting_an_event_costs_one_call(api, calls, stored):
    assert api.delete(f"{EVENTS}{stored.pk}/").status_code == 204
    assert calls == ["DeleteObjects"]


def test_a_refused_file_costs_nothing(api, calls):
    bad = upload(password="x")
    assert multipart(api, "post", EVENTS, **NEW, programme_file=bad).status_code == 400
    assert calls == []


def test_what_the_client_declared_is_not_what_the_store_answers(api, calls):
    file = upload()
    file.content_type = "application/octet-stream"
    body = multipart(api, "post", EVENTS, **NEW, programme_file=file).json()
    name = Event.objects.get(pk=body["id"]).programme_file.name
    found = boto3.client("s3", "us-east-1").head_object(Bucket="documents", Key=name)
    assert found["ContentType"] == "application/pdf"
