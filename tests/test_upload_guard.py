"""The guard of our views: how long a request may be, who is asked first, whom it leaves alone."""

import io
import random

import pytest
from django.db import models
from django.http import JsonResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import isolate_apps
from django.urls import include, path
from rest_framework.test import APIClient

from django_event_pdfs.conf import conf
from django_event_pdfs.fields import PDFField
from django_event_pdfs.models import EventDocumentsMixin
from django_event_pdfs.storage import UPLOADS
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.upload_guard import AROUND, UploadGuard
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW, PDF
from tests.host_api import own
from tests.host_urls import LINKS, routed, urlconf
from tests.maintenance.folders import files, on_disk
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db

MEBIBYTE = 1024 * 1024
NO_PDF = b"MZ" + bytes(4 * MEBIBYTE)
LARGE = make_pdf(padding=3 * MEBIBYTE)


def codes(response):
    return response.json()["codes"]


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args):
        pytest.fail("The body was read.")


def announce(client, method, address, length, content_type=MULTIPART_CONTENT, **extra):
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
    return client.generic(method, address, content_type=content_type, **body, **extra)


# By its length


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("content_type", [MULTIPART_CONTENT, "application/json", "x/y"])
def test_a_request_longer_than_all_its_documents_is_not_read(
    api, event, settings, method, content_type
):
    limit = 2 * conf.max_size + settings.DATA_UPLOAD_MAX_MEMORY_SIZE + AROUND
    address = EVENTS if method == "POST" else f"{EVENTS}{event.pk}/"
    response = announce(api, method, address, limit + 1, content_type)
    assert (response.status_code, codes(response)) == (413, {"detail": ["too_large"]})


def test_two_documents_of_the_largest_size_pass(api, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": len(LARGE)}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    data = {**NEW, "description": "x" * 800}
    data |= {name: upload(padding=3 * MEBIBYTE) for name in ("programme_file", "guide_file")}
    assert api.post(EVENTS, data, format="multipart").status_code == 201


@pytest.mark.parametrize("tail", ["", "a.pdf"])
def test_a_raw_document_longer_than_its_field_takes_is_not_read(api, event, tail):
    address = f"{EVENTS}{event.pk}/guide_file/{tail}"
    response = announce(api, "PUT", address, conf.max_size + 1, PDF)
    assert (response.status_code, codes(response)) == (413, {"guide_file": ["too_large"]})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_who_may_not_write_is_told_before_the_body_is_read(reader, client, event, method):
    address = EVENTS if method == "POST" else f"{EVENTS}{event.pk}/"
    assert announce(reader, method, address, 1000).status_code == 403
    assert announce(client, method, address, 1000).status_code == 401


def test_texts_without_a_limit_leave_forms_without_one(api, event, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    view = own()()
    assert view.get_max_body_size() is None
    address = f"{EVENTS}{event.pk}/guide_file/"
    assert announce(api, "PUT", address, conf.max_size + 1, PDF).status_code == 413


@isolate_apps("tests.testapp")
def test_each_file_of_the_model_counts(settings):
    class Fair(EventDocumentsMixin):
        plan_file = PDFField(upload_to="plans/", max_size=7)
        photo = models.FileField()

        class Meta:
            app_label = "testapp"

    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 1000}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
    view = type("View", (UploadGuard,), {"get_document_model": classmethod(lambda cls: Fair)})()
    assert view.get_max_body_size() == 3 * 1000 + 7 + 50 + AROUND
    view.document_field = "plan_file"
    assert view.get_max_body_size() == 7


def test_a_host_may_say_how_long_a_request_may_be(api, settings):
    viewset = own(get_max_body_size=lambda self: 10)
    settings.ROOT_URLCONF = urlconf(
        path("api/", include(routed(viewset, basename="meeting"))), LINKS
    )
    assert announce(api, "POST", "/api/meetings/", 11).status_code == 413
    assert api.post("/api/meetings/", {}).status_code == 400


# A session, whose CSRF check looks into the form


@pytest.fixture
def session(manager):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(manager)
    client.get(EVENTS)
    token = "x" * 32
    client.cookies["csrftoken"] = token
    client.token = token
    return client


@pytest.fixture
def disk(settings, tmp_path):
    return on_disk(settings, tmp_path / "media")


def test_the_form_of_a_session_is_guarded_too(session, disk):
    data = {**NEW, "csrfmiddlewaretoken": session.token}
    good = session.post(EVENTS, {**data, "guide_file": upload()}, format="multipart")
    assert good.status_code == 201
    bad = io.BytesIO(NO_PDF)
    bad.name = "a.pdf"
    response = session.post(EVENTS, {**data, "guide_file": bad}, format="multipart")
    assert (response.status_code, codes(response)) == (400, {"guide_file": ["not_a_pdf"]})
    assert announce(session, "POST", EVENTS, 10**9).status_code == 413
    assert files(disk) == {Event.objects.get().guide_file.name}


def test_the_form_of_a_session_must_be_complete(session, disk):
    data = {**NEW, "csrfmiddlewaretoken": session.token, "guide_file": upload()}
    body = encode_multipart(BOUNDARY, data)[:-9]
    response = session.post(EVENTS, body, content_type=MULTIPART_CONTENT)
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert files(disk) == set()


def test_a_form_without_its_token_is_refused_and_leaves_nothing(session, disk):
    large = io.BytesIO(LARGE)
    large.name = "a.pdf"
    response = session.post(EVENTS, {**NEW, "guide_file": large}, format="multipart")
    assert response.status_code == 403
    assert files(disk) == set()


# Whatever breaks off leaves nothing


class Broken(io.BytesIO):
    """A connection that breaks."""

    def read(self, size=-1):
        chunk = super().read(size)
        if self.tell() >= 2 * MEBIBYTE:
            raise OSError("reset")
        return chunk


@pytest.mark.parametrize("kind", ["form", "raw"])
def test_a_connection_that_breaks_leaves_nothing(api, event, disk, kind):
    large = io.BytesIO(LARGE)
    large.name = "a.pdf"
    body = encode_multipart(BOUNDARY, {**NEW, "guide_file": large}) if kind == "form" else LARGE
    method, address = (
        ("POST", EVENTS) if kind == "form" else ("PUT", f"{EVENTS}{event.pk}/guide_file/")
    )
    response = api.generic(
        method,
        address,
        content_type=MULTIPART_CONTENT if kind == "form" else PDF,
        **{"wsgi.input": Broken(body), "CONTENT_LENGTH": str(len(body))},
    )
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert files(disk) == set()


def test_too_many_files_leave_nothing(api, disk, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    data = {**NEW}
    for name in ("programme_file", "guide_file"):
        data[name] = io.BytesIO(LARGE)
        data[name].name = "a.pdf"
    assert api.post(EVENTS, data, format="multipart").status_code == 400
    assert files(disk) == set()


def test_a_folder_that_cannot_be_written_to_is_503(api, disk, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django_event_pdfs.upload_handlers.NamedTemporaryFile", full)
    large = io.BytesIO(LARGE)
    large.name = "a.pdf"
    response = api.post(EVENTS, {**NEW, "guide_file": large}, format="multipart")
    assert (response.status_code, codes(response)) == (503, {"detail": ["storage_unavailable"]})


@pytest.mark.parametrize("seed", range(60))
def test_a_form_that_was_changed_anywhere_is_answered_in_json(api, disk, seed):
    chances = random.Random(seed)
    data = {**NEW, "programme_file": upload(), "guide_file": upload("b.pdf")}
    body = bytearray(encode_multipart(BOUNDARY, data))
    for _ in range(chances.randint(1, 6)):
        place = chances.randrange(len(body))
        length = chances.choice([0, 1, 1, 20, 900])
        new = chances.choice(
            [b"", b"\r\n", b"--", f"--{BOUNDARY}".encode(), bytes([seed]), b"\xff" * 99]
        )
        body[place : place + length] = new
    response = api.post(EVENTS, bytes(body), content_type=MULTIPART_CONTENT)
    assert response.status_code in (201, 400, 413)
    assert response["Content-Type"] == "application/json"
    assert not any(name.startswith(UPLOADS) for name in files(disk))
    assert response.status_code == 201 or files(disk) == set()


# Everything else


def other_view(request):
    handlers = [type(handler).__name__ for handler in request.upload_handlers]
    return JsonResponse({"handlers": handlers, "files": sorted(request.FILES)})


def test_other_views_of_the_host_are_left_alone(client, settings):
    settings.ROOT_URLCONF = urlconf(
        path("api/", include("django_event_pdfs.urls")), path("other/", other_view)
    )
    exe = io.BytesIO(NO_PDF)
    exe.name = "a.exe"
    answer = client.post("/other/", {"programme_file": exe}).json()
    assert answer["handlers"] == ["MemoryFileUploadHandler", "TemporaryFileUploadHandler"]
    assert answer["files"] == ["programme_file"]
