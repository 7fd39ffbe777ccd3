"""The upload handler: what it cuts off, what it hashes, where it keeps uploads, and for whom."""

import hashlib
import os
import tempfile
from contextlib import suppress

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import InMemoryUploadedFile, TemporaryUploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    StopFutureHandlers,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest

from django_event_pdfs import upload_handlers
from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.inspection import inspect_upload
from django_event_pdfs.pdf import inspector
from django_event_pdfs.storage import UPLOADS, upload_folder
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.upload_handlers import MEBIBYTE, PDFUploadHandler, UploadRefused, install
from tests.maintenance.folders import files, on_disk
from tests.testapp.models import Event

LARGE = make_pdf(padding=3 * MEBIBYTE)
FIELDS = {"guide_file": Event._meta.get_field("guide_file")}


@pytest.fixture
def storage(settings, tmp_path):
    return on_disk(settings, tmp_path / "media")


def start(name="guide_file", filename="a.pdf", length=10 * MEBIBYTE, fields=FIELDS, **options):
    handler = PDFUploadHandler(HttpRequest(), fields, **options)
    handler.handle_raw_input(None, {}, length, None)
    with pytest.raises(StopFutureHandlers):
        handler.new_file(name, filename, "application/pdf", None)
    return handler


def feed(handler, data, size=MEBIBYTE):
    """Hand the data over in chunks; return the upload, and how much was taken."""
    taken = 0
    for at in range(0, len(data), size):
        taken += len(data[at : at + size])
        handler.taken = taken
        handler.receive_data_chunk(data[at : at + size], at)
    return handler.file_complete(len(data))


# Where uploads wait


def test_a_large_upload_waits_in_the_storage_and_leaves_nothing(storage):
    with feed(start(), LARGE) as upload:
        assert isinstance(upload, TemporaryUploadedFile)
        assert os.path.dirname(upload.temporary_file_path()) == storage.path(UPLOADS).rstrip("/")
        assert os.stat(os.path.dirname(upload.temporary_file_path())).st_mode & 0o777 == 0o700
        assert (upload.read(), upload.size, upload.name) == (LARGE, len(LARGE), "a.pdf")
    assert files(storage) == set()


def test_storing_a_large_upload_is_a_rename(storage, db):
    event = Event(name="S", start_date="2026-12-01T09:00:00Z")
    with feed(start(), LARGE) as upload:
        inode = os.fstat(upload.fileno()).st_ino
        event.guide_file = upload
        event.save()
    path = storage.path(event.guide_file.name)
    assert os.stat(path).st_ino == inode
    assert os.stat(path).st_mode & 0o777 == 0o644
    assert files(storage) == {event.guide_file.name}


def test_a_folder_that_the_host_names_is_taken(storage, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    with feed(start(), LARGE) as upload:
        assert os.path.dirname(upload.temporary_file_path()) == str(tmp_path)


def test_a_storage_elsewhere_has_uploads_wait_where_django_has_them(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django_event_pdfs.testing.MemoryStorage"},
    }
    assert storages["default"]
    with feed(start(), LARGE) as upload:
        assert UPLOADS.rstrip("/") not in upload.temporary_file_path()


def test_a_folder_that_cannot_be_made_is_done_without(storage):
    with open(storage.path("").rstrip("/"), "wb"):
        pass  # A file where the folder of the storage would be.
    with feed(start(), LARGE) as upload:
        assert UPLOADS.rstrip("/") not in upload.temporary_file_path()


def test_a_small_upload_stays_in_memory(storage):
    upload = feed(start(length=99), make_pdf())
    assert isinstance(upload, InMemoryUploadedFile)
    assert (upload.read(), upload.size) == (make_pdf(), len(make_pdf()))


@pytest.mark.parametrize(("length", "memory"), [(None, True), (99, False)])
def test_an_upload_of_unknown_length_goes_to_disk_and_where_the_host_wants_none_in_memory(
    storage, length, memory
):
    with feed(start(length=length, memory=memory), make_pdf()) as upload:
        assert isinstance(upload, TemporaryUploadedFile)


def test_an_empty_upload_is_one(storage):
    upload = feed(start(), b"")
    assert (upload.size, upload.read(), files(storage)) == (0, b"", set())


@pytest.mark.parametrize("failing", ["_WaitingUpload", "write"])
def test_a_disk_that_is_full_says_so_and_leaves_nothing(storage, monkeypatch, failing):
    def full(*args):
        raise OSError(28, "No space left on device")

    handler = start()
    if failing == "write":
        handler.receive_data_chunk(LARGE[:9999], 0)
        monkeypatch.setattr(handler._upload.file, "write", full)
    else:
        monkeypatch.setattr(upload_handlers, failing, full)
    with pytest.raises(StorageUnavailable, match="No space"):
        feed(handler, LARGE)
    assert files(storage) == set()


# What is cut off


@pytest.mark.parametrize("data", [b"no PDF" * 400_000, b"PK\x03\x04" + LARGE, b"\x00" * MEBIBYTE])
@pytest.mark.parametrize("chunk", [100, 1000, 1023, 1024, 9999])
def test_what_is_no_pdf_is_cut_off_at_its_first_bytes(storage, data, chunk):
    handler = start()
    with pytest.raises(UploadRefused) as refused:
        feed(handler, data, chunk)
    assert refused.value.reason.code == "not_a_pdf"
    assert handler.taken < 1024 + chunk
    assert files(storage) == set()


def test_what_is_declared_wrongly_too_is_refused_for_that(storage):
    with pytest.raises(UploadRefused) as refused:
        feed(start(filename="film.mp4"), b"\x00" * MEBIBYTE)
    assert refused.value.reason.code == "wrong_extension"


def test_what_is_too_large_is_cut_off_at_its_limit(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": MEBIBYTE}
    handler = start()
    with pytest.raises(UploadRefused) as refused:
        feed(handler, LARGE, 1000)
    assert refused.value.reason.code == "too_large"
    assert MEBIBYTE < handler.taken <= MEBIBYTE + 1000
    assert files(storage) == set()


def test_an_upload_that_is_no_document_is_left_alone(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "MAX_SIZE": 10}
    with feed(start("photo", "a.jpg"), b"\xff\xd8\xff" + b"x" * MEBIBYTE) as upload:
        assert upload.size == MEBIBYTE + 3


@pytest.mark.parametrize("again", ["discard", "upload_interrupted"])
def test_an_upload_that_does_not_come_to_its_end_leaves_nothing(storage, again):
    handler = start()
    handler.receive_data_chunk(LARGE, 0)
    assert len(files(storage)) == 1
    getattr(handler, again)()
    assert files(storage) == set()
    getattr(handler, again)()


def test_the_next_upload_of_a_form_leaves_nothing_of_one_that_was_not_ended(storage):
    handler = start()
    handler.receive_data_chunk(LARGE, 0)
    with suppress(StopFutureHandlers):
        handler.new_file("guide_file", "b.pdf", "application/pdf", None)
    assert files(storage) == set()


# The hash


@pytest.fixture
def hashed(monkeypatch):
    """Return the sizes of what the inspection hashed."""
    sizes = []
    true = inspector._sha256

    def counting(file):
        sizes.append(file.seek(0, os.SEEK_END))
        return true(file)

    monkeypatch.setattr(inspector, "_sha256", counting)
    return sizes


@pytest.mark.parametrize("chunk", [1000, 64 * 1024, MEBIBYTE])
def test_the_hash_is_computed_on_the_way_and_not_again(storage, hashed, chunk):
    with feed(start(), LARGE, chunk) as upload:
        assert inspect_upload(upload).facts.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert hashed == []


def test_a_large_upload_is_judged_and_stored_without_being_read_again(storage, db):
    sizes = []
    event = Event(name="S", start_date="2026-12-01T09:00:00Z")
    with feed(start(), LARGE) as upload:
        true = upload.file.read

        def counting(size=-1):
            data = true(size)
            sizes.append(len(data))
            return data

        upload.file.read = counting
        event.guide_file = upload
        event.full_clean()
        event.save()
    assert event.guide_file.facts.size == len(LARGE)
    # Its head here, and where it ends; all else is read by the worker.
    assert 0 < sum(sizes) < 100 * 1024


def test_an_upload_that_somebody_wrote_into_is_hashed_again(storage, hashed):
    with feed(start(), LARGE) as upload:
        changed = LARGE.replace(b"%PDF-1.3", b"%PDF-1.4")
        upload.seek(0)
        upload.write(changed)
        upload.flush()
        os.utime(upload.temporary_file_path(), (1, 1))  # However fast this test is.
        assert inspect_upload(upload).facts.sha256 == hashlib.sha256(changed).hexdigest()
    assert hashed == [len(LARGE)]


def test_chunks_are_larger_than_djangos():
    assert PDFUploadHandler.chunk_size == 4 * FileUploadHandler.chunk_size


# Beside other handlers


class Own(FileUploadHandler):
    """A handler of a host, which shows progress, say."""


@pytest.mark.parametrize(
    ("given", "expected", "memory"),
    [
        ([MemoryFileUploadHandler, TemporaryFileUploadHandler], [PDFUploadHandler], True),
        ([TemporaryFileUploadHandler], [PDFUploadHandler], False),
        ([PDFUploadHandler], [PDFUploadHandler], True),
        ([Own, TemporaryFileUploadHandler], [Own, PDFUploadHandler], False),
    ],
)
def test_it_stands_in_for_djangos_own(given, expected, memory):
    request = HttpRequest()
    request.upload_handlers = [handler(request) for handler in given]
    install(request, FIELDS)
    assert [type(handler) for handler in request.upload_handlers] == expected
    assert request.upload_handlers[-1]._memory is memory


def test_a_project_may_name_it_for_all_its_views(storage, settings):
    path = "django_event_pdfs.upload_handlers.PDFUploadHandler"
    settings.FILE_UPLOAD_HANDLERS = [path]
    request = HttpRequest()
    [handler] = request.upload_handlers
    handler.handle_raw_input(None, {}, 10 * MEBIBYTE, None)
    with suppress(StopFutureHandlers):
        handler.new_file("any", "a.exe", "x/y", None)
    with feed(handler, b"MZ" + LARGE) as upload:
        assert isinstance(upload, TemporaryUploadedFile)
        assert UPLOADS.rstrip("/") in upload.temporary_file_path()


def test_a_body_that_was_parsed_already_is_left_alone():
    request = HttpRequest()
    request._files = {}
    install(request, FIELDS)
    assert not any(isinstance(h, PDFUploadHandler) for h in request.upload_handlers)


def test_a_folder_of_another_user_is_passed_by(settings, tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path)
    assert upload_folder(storage) == storage.path(UPLOADS).rstrip("/")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert upload_folder(storage) == os.path.abspath(tempfile.gettempdir())


def test_whoever_only_looks_makes_no_folder(tmp_path):
    storage = FileSystemStorage(location=tmp_path)
    folder = upload_folder(storage, make=False)
    assert not os.path.exists(folder)
