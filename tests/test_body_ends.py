"""Bodies that end too early or do not say where, and the files they leave on disk."""

import io

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from django_event_pdfs.fields import PDFField
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.test_parsers import EVENTS, JSON, NEW, PDF, codes, cut
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(event):
    return f"{EVENTS}{event.pk}/guide_file/"


# The closing boundary of a form


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@pytest.mark.parametrize("lost", [3, 4, 40, 700])
def test_a_multipart_body_without_its_closing_boundary_is_refused(
    api, event, storage, method, lost
):
    # With its true length: the client itself sent no more.
    body = encode_multipart(BOUNDARY, {**NEW, "programme_file": upload(), "guide_file": upload()})
    path = EVENTS if method == "post" else f"{EVENTS}{event.pk}/"
    response = getattr(api, method)(path, body[:-lost], content_type=MULTIPART_CONTENT)
    assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert storage.names() == set()
    assert Event.objects.get().name == event.name


def test_a_multipart_body_cut_between_two_files_is_refused(api, storage):
    body = encode_multipart(BOUNDARY, {**NEW, "programme_file": upload(), "guide_file": upload()})
    kept = body[: body.rindex(f"--{BOUNDARY}\r\n".encode())]
    for end in (b"", f"--{BOUNDARY}\r\n".encode(), f"--{BOUNDARY}".encode()):
        response = api.post(EVENTS, kept + end, content_type=MULTIPART_CONTENT)
        assert (response.status_code, codes(response)) == (400, {"detail": ["incomplete_body"]})
    assert storage.names() == set()


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n", "\r\nan epilogue\r\n", "\n", "  \r\n"])
def test_what_follows_the_closing_boundary_does_not_matter(api, storage, end):
    body = encode_multipart(BOUNDARY, {**NEW, "guide_file": upload()}).removesuffix(b"\r\n")
    response = api.post(EVENTS, body + end.encode(), content_type=MULTIPART_CONTENT)
    assert response.status_code == 201
    assert storage.names() == {Event.objects.get().guide_file.name}


@pytest.mark.parametrize(
    ("boundary", "parameter"),
    [
        ("a b:c=d?", 'boundary="a b:c=d?"'),
        ("abc", 'boundary="abc"; charset=utf-8'),
        ("abc", "charset=utf-8; Boundary=abc"),
        ("-" * 40 + "'()+_,./", 'boundary="' + "-" * 40 + "'()+_,./\""),
        ("x" * 70, f"boundary={'x' * 70}"),
    ],
)
def test_a_boundary_may_be_written_in_several_ways(api, boundary, parameter):
    body = encode_multipart(boundary, {**NEW, "guide_file": upload()})
    content_type = f"multipart/form-data; {parameter}"
    assert api.post(EVENTS, body, content_type=content_type).status_code == 201
    response = api.post(EVENTS, body[:-3], content_type=content_type)
    assert codes(response) == {"detail": ["incomplete_body"]}


class Dribble(io.BytesIO):
    """Gives away its last bytes in pieces of ``size``, as a slow connection does."""

    size = 1

    def read(self, size=-1):
        left = len(self.getbuffer()) - self.tell()
        return super().read(min(size, self.size if left < 200 else left - 100))


@pytest.mark.parametrize("size", [1, 7, 29])
def test_a_closing_boundary_may_come_in_pieces(api, size):
    body = encode_multipart(BOUNDARY, {**NEW, "guide_file": upload()})
    stream = Dribble(body)
    stream.size = size
    response = api.post(
        EVENTS,
        content_type=MULTIPART_CONTENT,
        **{"wsgi.input": stream, "CONTENT_LENGTH": str(len(body))},
    )
    assert response.status_code == 201


@pytest.mark.parametrize("left", [0, 1, 10, 30])
def test_a_closing_boundary_may_lie_across_two_chunks(api, left):
    chunk = 64 * 1024  # what Django reads at once
    bare = len(encode_multipart(BOUNDARY, {**NEW, "description": ""}))
    description = "x" * (chunk + left - bare)
    response = api.post(EVENTS, {**NEW, "description": description}, format="multipart")
    assert response.status_code == 201
    assert Event.objects.get().description == description


# A body that does not declare its length


def chunked(client, method, path, content_type=JSON):
    return getattr(client, method)(
        path,
        content_type=content_type,
        headers={"transfer-encoding": "chunked"},
        **{"wsgi.input": io.BytesIO(b"5\r\nhello\r\n0\r\n\r\n"), "CONTENT_LENGTH": ""},
    )


@pytest.mark.parametrize("content_type", [JSON, MULTIPART_CONTENT, PDF, ""])
@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("post", ""),
        ("put", "{key}/"),
        ("patch", "{key}/"),
        ("put", "{key}/guide_file/"),
        ("put", "{key}/guide_file/x.pdf"),
    ],
)
def test_a_body_of_no_declared_length_is_411(api, event, storage, method, tail, content_type):
    response = chunked(api, method, EVENTS + tail.format(key=event.pk), content_type)
    assert (response.status_code, codes(response)) == (411, {"detail": ["length_required"]})
    assert storage.names() == set()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_request_that_needs_no_body_needs_no_length(api, event, method):
    response = getattr(api, method)(
        f"{EVENTS}{event.pk}/", headers={"transfer-encoding": "chunked"}
    )
    assert response.status_code == 200


def test_a_chunked_body_of_a_declared_length_is_read(api, event):
    headers = {"transfer-encoding": "chunked"}
    response = api.patch(f"{EVENTS}{event.pk}/", {"location": "Algiers"}, headers=headers)
    assert response.json()["location"] == "Algiers"


def test_who_is_not_signed_in_is_asked_that_first(client):
    response = chunked(client, "post", EVENTS)
    assert (response.status_code, codes(response)) == (401, {"detail": ["not_authenticated"]})


# Files on disk


class Kept(TemporaryFileUploadHandler):
    """Remembers the files it made, so that nothing but our code closes them."""

    files = []

    def file_complete(self, file_size):
        file = super().file_complete(file_size)
        self.files.append(file)
        return file


@pytest.fixture
def kept(settings, tmp_path, monkeypatch):
    """Return the files that uploads wrote to disk, and their folder."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.Kept"]
    monkeypatch.setattr(Kept, "files", [])
    return Kept.files, tmp_path


@pytest.mark.parametrize(
    ("body", "status"), [(make_pdf(), 201), (b"no PDF", 400), (make_pdf()[:-40], 400)]
)
def test_the_file_of_a_raw_body_does_not_stay_on_disk(api, address, kept, body, status):
    files, folder = kept
    assert api.put(address, body, content_type=PDF).status_code == status
    assert [file.closed for file in files] == [True]
    assert list(folder.iterdir()) == []


def test_the_file_of_a_raw_body_for_an_event_that_goes_does_not_stay_on_disk(
    api, address, kept, monkeypatch
):
    def delete(self, upload):
        Event.objects.all().delete()

    monkeypatch.setattr(PDFField, "run_validators", delete)
    files, folder = kept
    assert api.put(address, make_pdf(), content_type=PDF).status_code == 404
    assert [file.closed for file in files] == [True]
    assert list(folder.iterdir()) == []


def test_the_file_of_a_raw_body_that_was_cut_off_does_not_stay_on_disk(api, address, kept):
    body = make_pdf()
    files, folder = kept
    assert cut(api, "put", address, body[:-9], len(body), PDF).status_code == 400
    assert [file.closed for file in files] == [True]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("lost", [0, 4])
def test_the_files_of_a_form_do_not_stay_on_disk(api, kept, lost):
    body = encode_multipart(BOUNDARY, {**NEW, "programme_file": upload(), "guide_file": upload()})
    files, folder = kept
    response = api.post(EVENTS, body[: len(body) - lost], content_type=MULTIPART_CONTENT)
    assert response.status_code == (400 if lost else 201)
    assert {file.closed for file in files} == {True}
    assert list(folder.iterdir()) == []
