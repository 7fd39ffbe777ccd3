"""Bodies: multipart that must be complete, one raw PDF, and JSON that means harm."""

import io
import json
import threading
import urllib.request
from base64 import b64encode

import pytest
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

EVENTS = "/api/events/"
JSON = "application/json"
PDF = "application/pdf"
NEW = {"name": "S", "start_date": "2026-12-01T09:00:00Z"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(event):
    return f"{EVENTS}{event.pk}/guide_file/"


def codes(response):
    return response.json()["codes"]


def cut(client, method, path, body, length, content_type):
    """Send ``body`` with the declared length of a longer one, as a broken connection leaves it."""
    return getattr(client, method)(
        path,
        content_type=content_type,
        **{"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(length)},
    )


# Multipart


@pytest.mark.parametrize("lost", [1, 60, 300])
def test_a_multipart_body_that_was_cut_off_is_refused(api, storage, lost):
    body = encode_multipart(BOUNDARY, {**NEW, "programme_file": upload(), "guide_file": upload()})
    response = cut(api, "post", EVENTS, body[:-lost], len(body), MULTIPART_CONTENT)
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert storage.names() == set()
    assert not Event.objects.exists()


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=ü"])
def test_a_multipart_body_without_a_boundary_is_refused(api, boundary):
    response = api.post(EVENTS, b"x", content_type=f"multipart/form-data{boundary}")
    assert (response.status_code, codes(response)) == (400, {"detail": ["parse_error"]})


def test_a_multipart_body_with_another_boundary_is_incomplete(api):
    response = api.post(EVENTS, b"--y--\r\n", content_type="multipart/form-data; boundary=x")
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})


def test_too_many_fields_are_refused_in_json(api, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    response = api.post(EVENTS, {str(n): "x" for n in range(9)}, format="multipart")
    assert (response.status_code, codes(response)) == (400, {"detail": ["suspicious_request"]})


def test_too_many_files_are_refused_in_json(api, settings, storage):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    data = {**NEW, "programme_file": upload(), "guide_file": upload()}
    response = api.post(EVENTS, data, format="multipart")
    assert (response.status_code, codes(response)) == (400, {"detail": ["suspicious_request"]})
    assert storage.names() == set()


def test_form_fields_beyond_the_limit_of_memory_are_413(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = api.post(EVENTS, {**NEW, "description": "x" * 200}, format="multipart")
    assert (response.status_code, codes(response)) == (413, {"detail": ["too_large"]})


@pytest.mark.parametrize(
    "name",
    ["漢" * 200 + ".pdf", "..pdf", "a\u202egpj.pdf", "..\\..\\etc\\x.pdf", "../../x.pdf", "é.PDF"],
)
def test_any_filename_is_stored_under_a_name_of_ours(api, storage, name):
    response = api.post(EVENTS, {**NEW, "guide_file": upload(name)}, format="multipart")
    if response.status_code != 201:
        assert codes(response)["guide_file"] == ["wrong_extension"]
        assert storage.names() == set()
        return
    (stored,) = storage.names()
    assert stored.startswith("events/guides/guide_")
    shown = response.json()["documents"]["guide_file"]["filename"]
    assert len(shown.encode()) <= 200
    assert not set(shown) & set("/\\\u202e\x00")


def test_a_filename_of_nuls_and_bidi_marks_is_cleaned(api, storage):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nN\r\n'
        b'--x\r\nContent-Disposition: form-data; name="start_date"\r\n\r\n2026-12-01\r\n'
        b'--x\r\nContent-Disposition: form-data; name="guide_file"; '
        b'filename="a\x00\xe2\x80\xaeb.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        + make_pdf()
        + b"\r\n--x--\r\n"
    )
    response = api.post(EVENTS, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 201
    assert response.json()["documents"]["guide_file"]["filename"] == "ab.pdf"


# One raw PDF


@pytest.mark.parametrize(
    "content_type", [PDF, "application/x-pdf", "application/octet-stream", "APPLICATION/PDF; v=1"]
)
def test_a_raw_pdf_may_be_declared_in_several_ways(api, address, content_type):
    assert api.put(address, make_pdf(), content_type=content_type).status_code == 201


@pytest.mark.parametrize("tail", ["", "Mon%20guide.pdf"])
def test_a_raw_pdf_may_be_declared_not_at_all(api, address, tail):
    body = make_pdf()
    response = api.generic(
        "PUT",
        address + tail,
        content_type="",
        **{"wsgi.input": io.BytesIO(body)},
        CONTENT_LENGTH=str(len(body)),
    )
    assert response.status_code == 201


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", JSON, "application/xml", "image/png", "multipart/form-data; boundary=x", "x"],
)
def test_a_raw_body_of_another_type_is_415(api, address, storage, content_type):
    response = api.put(address, b"x", content_type=content_type)
    assert (response.status_code, codes(response)) == (415, {"detail": ["unsupported_media_type"]})
    assert storage.names() == set()


@pytest.mark.parametrize("tail", ["", "a.pdf"])
def test_an_empty_raw_body_is_empty(api, address, tail):
    for response in (api.put(address + tail, b"", content_type=PDF), api.put(address + tail)):
        assert (response.status_code, codes(response)) == (400, {"guide_file": ["empty"]})


def test_a_raw_body_that_was_cut_off_is_refused(api, address, storage):
    body = make_pdf()
    response = cut(api, "put", address, body[:-9], len(body), PDF)
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert storage.names() == set()


@pytest.mark.parametrize(
    ("tail", "disposition", "filename"),
    [
        ("Mon%20guide.pdf", "", "Mon guide.pdf"),
        ("Mon%20guide.pdf", 'attachment; filename="other.pdf"', "Mon guide.pdf"),
        ("%E2%82%AC%00%0A%E2%80%AE.pdf", "", "€ .pdf"),
        ("%ED%A0%80.PDF", "", None),
        ("", 'attachment; filename="a b.pdf"', "a b.pdf"),
        ("", "attachment; filename*=UTF-8''%E2%82%AC.pdf", "€.pdf"),
        ("", "attachment; filename*=klingon''x.pdf", "guide.pdf"),
        ("", "garbage", "guide.pdf"),
        ("", "attachment; filename=", "guide.pdf"),
        ("", 'attachment; filename="../../x.pdf"', "x.pdf"),
        ("", "", "guide.pdf"),
    ],
)
def test_the_filename_comes_from_the_path_else_the_header_else_the_field(
    api, address, tail, disposition, filename
):
    headers = {"content-disposition": disposition} if disposition else {}
    response = api.put(address + tail, make_pdf(), content_type=PDF, headers=headers)
    assert response.status_code == 201
    if filename:
        assert response.json()["filename"] == filename


@pytest.mark.parametrize(
    ("tail", "disposition"), [("x.txt", ""), ("...", ""), ("", "x; filename=a.exe")]
)
def test_a_raw_body_of_another_extension_is_refused(api, address, tail, disposition):
    headers = {"content-disposition": disposition} if disposition else {}
    response = api.put(address + tail, make_pdf(), content_type=PDF, headers=headers)
    assert codes(response) == {"guide_file": ["wrong_extension"]}


@pytest.fixture
def served():
    """Serve the project by the server behind ``runserver``; yield its URL."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    server = WSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())

    def serve():
        server.serve_forever(poll_interval=0.01)
        BaseDatabaseWrapper.close(connection)  # SQLite's own does nothing for one in memory.

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_curl_may_send_a_file_to_runserver_without_a_type(served, event, manager):
    request = urllib.request.Request(f"{served}{EVENTS}{event.pk}/guide_file/Mon%20guide.pdf")
    request.data, request.method = make_pdf(), "PUT"
    request.add_header("Authorization", "Basic " + b64encode(b"manager:x").decode())
    # As curl -T: no type at all, where urllib would name one.
    opener = urllib.request.build_opener(Untyped)
    with opener.open(request) as response:
        assert response.status == 201
        assert json.load(response)["filename"] == "Mon guide.pdf"


class Untyped(urllib.request.HTTPHandler):
    def http_request(self, request):
        request = self.do_request_(request)
        request.remove_header("Content-type")
        return request


# JSON


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"name":' + b"[" * 99_999])
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_json_of_any_depth_is_refused(api, event, body, method):
    path = EVENTS if method == "post" else f"{EVENTS}{event.pk}/"
    response = getattr(api, method)(path, body, content_type=JSON)
    assert (response.status_code, codes(response)) == (400, {"detail": ["parse_error"]})


@pytest.mark.parametrize(
    ("body", "content_type", "english", "french"),
    [
        (
            b'{\n"name" 1}',
            JSON,
            "The JSON cannot be read at line 2, column 8.",
            "Le JSON est illisible à la ligne 2, colonne 8.",
        ),
        (b"\xff\xfe", JSON, "The JSON cannot be read.", "Le JSON est illisible."),
        (
            b"x",
            "multipart/form-data",
            "The body could not be read.",
            "Le corps de la requête n’a pas pu être lu.",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_the_language_of_the_client(
    api, body, content_type, english, french
):
    for language, said in (("en", english), ("fr", french)):
        response = api.post(EVENTS, body, content_type=content_type, HTTP_ACCEPT_LANGUAGE=language)
        assert response.json() == {"detail": said, "codes": {"detail": ["parse_error"]}}


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"name":NaN}', b'{"a":' + b"9" * 5000 + b"}"]
)
def test_json_that_is_none_is_refused(api, body):
    response = api.post(EVENTS, body, content_type=JSON)
    assert (response.status_code, codes(response)) == (400, {"detail": ["parse_error"]})


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"null", "null"), (b"[1]", "invalid"), (b'"x"', "invalid"), (b"5", "invalid")],
)
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_json_that_is_no_object_is_refused(api, event, body, code, method):
    path = EVENTS if method == "post" else f"{EVENTS}{event.pk}/"
    response = getattr(api, method)(path, body, content_type=JSON)
    assert (response.status_code, codes(response)) == (400, {"non_field_errors": [code]})


@pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
@pytest.mark.parametrize("name", ["name", "description", "location", "start_date", "end_date"])
def test_text_that_no_database_takes_is_refused(api, event, name, value):
    body = json.dumps({name: value})
    response = api.patch(f"{EVENTS}{event.pk}/", body, content_type=JSON)
    assert response.status_code == 400
    assert codes(response).keys() == {name}


@pytest.mark.parametrize("value", [[], {}, True, 1e308, 10**400, "x" * 100_000, "9999-99-99", ""])
@pytest.mark.parametrize("name", ["start_date", "end_date"])
def test_what_is_no_date_is_refused(api, event, name, value):
    response = api.patch(f"{EVENTS}{event.pk}/", {name: value}, format="json")
    assert (response.status_code, codes(response)) == (400, {name: ["invalid"]})


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_date_out_of_range_is_refused(api, event, value):
    response = api.patch(f"{EVENTS}{event.pk}/", {"start_date": value})
    assert codes(response) == {"start_date": ["overflow"]}
