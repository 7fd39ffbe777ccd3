import io
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
)
from django.forms import modelform_factory
from django.urls import reverse

from django_event_pdfs import inspection
from django_event_pdfs.inspection import inspect_upload
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event


@pytest.fixture
def inspections(monkeypatch) -> list[object]:
    """Return a list that grows by each real inspection."""
    seen: list[object] = []
    real = inspection.inspect

    def counted(source):
        seen.append(source)
        return real(source)

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


def test_a_file_on_disk_is_read_by_its_handle_not_by_its_path(inspections):
    with _on_disk(make_pdf()) as file:
        inspect_upload(file)

    assert inspections == [file.file]


def test_a_closed_file_is_an_error_of_the_caller():
    file = upload()
    file.close()

    with pytest.raises(ValueError, match="closed"):
        inspect_upload(file)


def test_one_inspection_for_a_save(event, inspections):
    event.programme_file = upload()
    event.save()

    assert len(inspections) == 1


def test_one_inspection_for_full_clean_and_save(event, inspections):
    event.programme_file = upload()
    event.full_clean()
    event.save()
    event.full_clean()
    event.save()

    assert len(inspections) == 1


def test_one_inspection_for_the_save_of_a_field_file(event, inspections):
    file = ContentFile(make_pdf())
    event.programme_file.save("a.pdf", file)

    assert len(inspections) == 1


def test_one_inspection_for_a_model_form(event, inspections):
    form_class = modelform_factory(Event, fields=["programme_file"])
    form = form_class({}, {"programme_file": upload()}, instance=event)
    form.save()

    assert len(inspections) == 1


@pytest.mark.parametrize("size", [0, 3 * pdfs.MEBIBYTE], ids=["in memory", "on disk"])
def test_one_inspection_for_a_request(api, event, inspections, size):
    data = {"programme_file": upload(padding=size)}
    response = api.patch(reverse("event-detail", args=[event.pk]), data, format="multipart")

    assert response.status_code == 200
    assert len(inspections) == 1


def test_one_inspection_for_a_raw_put(api, event, inspections):
    url = reverse("event-programme-file", args=[event.pk])
    response = api.generic("PUT", url, make_pdf(), "application/pdf")

    assert response.status_code == 201
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
