import io
import os
import pickle
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
)
from django.urls import reverse

from django_event_pdfs import inspection
from django_event_pdfs.inspection import content_to_store, inspect_upload
from django_event_pdfs.pdf import inspect
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event


@pytest.fixture
def inspections(monkeypatch) -> list[object]:
    """Return a list that grows by each real inspection."""
    seen: list[object] = []
    real = inspection.inspect

    def counted(source, **options):
        seen.append(source)
        return real(source, **options)

    monkeypatch.setattr(inspection, "inspect", counted)
    return seen


def _in_memory(data: bytes) -> InMemoryUploadedFile:
    return InMemoryUploadedFile(
        io.BytesIO(data), "file", "a.pdf", "application/pdf", len(data), None
    )


def _on_disk(data: bytes) -> TemporaryUploadedFile:
    file = TemporaryUploadedFile("a.pdf", "application/pdf", len(data), None)
    file.write(data)
    return file


@pytest.fixture(params=["content", "simple", "memory", "disk", "file", "named"])
def opened(request, tmp_path) -> Iterator[File]:
    """Return a file of each kind that Django hands around, at its end."""
    data = make_pdf(pages=2)
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    make = {
        "content": lambda: ContentFile(data, "a.pdf"),
        "simple": lambda: SimpleUploadedFile("a.pdf", data),
        "memory": lambda: _in_memory(data),
        "disk": lambda: _on_disk(data),
        "file": lambda: File(path.open("rb")),
        "named": lambda: File(path.open("rb"), name="a.pdf"),
    }[request.param]
    with make() as file:
        file.seek(0, 2)
        yield file


def test_every_kind_of_file_is_inspected(opened):
    facts = inspect_upload(opened).facts

    assert facts is not None
    assert (facts.pages, facts.size) == (2, opened.size)


def test_the_file_is_left_open_and_at_its_start(opened):
    inspect_upload(opened)

    assert (opened.closed, opened.tell()) == (False, 0)


def test_an_upload_is_inspected_once(opened, inspections):
    assert inspect_upload(opened) is inspect_upload(opened)
    assert len(inspections) == 1


def test_a_refusal_is_remembered_too(inspections):
    file = ContentFile(pdfs.truncated(), "a.pdf")

    assert inspect_upload(file) is inspect_upload(file)
    assert len(inspections) == 1


def test_another_upload_of_the_same_bytes_is_inspected_again(inspections):
    assert inspect_upload(upload()) == inspect_upload(upload())
    assert len(inspections) == 2


def test_a_file_that_grew_is_inspected_again(inspections):
    with _on_disk(make_pdf()) as file:
        assert inspect_upload(file).refusal is None
        file.file.truncate(200)
        file.size = 200

        assert inspect_upload(file).refusal is not None
        assert len(inspections) == 2


@pytest.mark.parametrize("duplicate", [deepcopy, lambda file: pickle.loads(pickle.dumps(file))])
def test_a_copy_of_an_upload_is_inspected_again(inspections, duplicate):
    file = upload()
    inspect_upload(file)
    copy = duplicate(file)

    assert inspect_upload(copy) == inspect_upload(file)
    assert len(inspections) == 2


@pytest.mark.parametrize(
    ("limit", "exceeded"), [({"MAX_PAGES": 2}, "pages"), ({"MAX_OBJECTS": 5}, "objects")]
)
def test_the_limits_of_the_settings_bound_the_inspection(settings, limit, exceeded):
    settings.EVENT_PDFS = limit
    refusal = inspect_upload(upload(pages=3)).refusal

    assert refusal is not None
    assert refusal.params["exceeded"] == exceeded


@pytest.mark.parametrize("isolate", ["damaged", "always"])
def test_where_a_file_is_inspected_changes_no_answer(settings, isolate):
    settings.EVENT_PDFS = {"INSPECTION": {"isolate": isolate}}
    file = upload(pages=2, title="T")

    assert inspect_upload(file) == inspect(io.BytesIO(file.read()))


def test_a_file_on_disk_is_read_by_its_handle_not_by_its_path(inspections):
    with _on_disk(make_pdf()) as file:
        inspect_upload(file)

    assert inspections == [file.file]


def test_a_closed_file_is_an_error_of_the_caller():
    file = upload()
    file.close()

    with pytest.raises(ValueError, match="closed"):
        inspect_upload(file)


def test_one_inspection_for_full_clean_and_save(event, inspections):
    event.programme_file = upload()
    event.full_clean()
    event.save()
    event.full_clean()
    event.save()

    assert len(inspections) == 1


@pytest.mark.parametrize("size", [0, 3 * pdfs.MEBIBYTE], ids=["in memory", "on disk"])
def test_one_inspection_for_a_request(api, event, inspections, size):
    data = {"programme_file": upload(padding=size)}
    response = api.patch(reverse("event-detail", args=[event.pk]), data, format="multipart")

    assert response.status_code == 200
    assert len(inspections) == 1


def test_no_inspection_of_what_is_stored(event, inspections):
    event.programme_file = upload()
    event.save()
    stored = Event.objects.get(pk=event.pk)
    inspections.clear()

    stored.full_clean()
    stored.name = "New"
    stored.save()

    assert inspections == []


def test_no_inspection_of_what_is_refused_before(event, inspections):
    for file in (upload("a.exe"), ContentFile(b"", "a.pdf")):
        event.programme_file = file
        with pytest.raises(ValidationError):
            event.save()

    assert inspections == []


@pytest.fixture
def disk(settings, tmp_path) -> Path:
    """Keep the documents in the file system, where uploads on disk are moved by their path."""
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path / "media"


@pytest.mark.parametrize("act", ["rename", "unlink", "symlink"])
def test_what_was_judged_is_stored_whatever_stands_at_its_path(event, disk, tmp_path, act):
    data, other = make_pdf(padding=3 * pdfs.MEBIBYTE), tmp_path / "other"
    other.write_bytes(b"something else, of another size")
    with _on_disk(data) as file:
        event.programme_file = file
        event.full_clean()
        path = Path(file.temporary_file_path())
        if act != "rename":
            path.unlink()
        if act != "unlink":
            other.rename(path) if act == "rename" else path.symlink_to(other)
        event.save()

    stored = Event.objects.get(pk=event.pk).programme_file
    assert (disk / stored.name).read_bytes() == data
    assert stored.facts.size == stored.size == len(data)


def test_a_swapped_upload_says_the_size_of_what_is_stored(tmp_path):
    with _on_disk(make_pdf()) as file:
        os.replace(_written(tmp_path / "other", b"x"), file.temporary_file_path())

        assert content_to_store(file).size == file.size == len(make_pdf())


def test_an_upload_on_disk_is_moved_not_copied(event, disk):
    with _on_disk(make_pdf()) as file:
        before = os.stat(file.temporary_file_path()).st_ino
        event.programme_file = file
        event.save()

    assert (disk / event.programme_file.name).stat().st_ino == before


def test_an_upload_in_memory_is_stored_as_it_is(opened):
    assert isinstance(opened, TemporaryUploadedFile) or content_to_store(opened) is opened


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
