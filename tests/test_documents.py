"""DocumentFile: what Django's own FieldFile does, done for a document."""

import errno
import pickle
import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.template import Context, Template

from django_event_pdfs.exceptions import LinkUnavailable, StorageUnavailable
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event, Meeting

PROGRAMME = r"^events/programmes/programme_[a-z2-7]{26}\.pdf$"
LEGACY = "events/programmes/summit_2025.pdf"


def column(event, field="programme_file"):
    """Return what the row's column holds now."""
    return type(event).objects.values_list(field, flat=True).get(pk=event.pk)


@pytest.fixture
def stored(event):
    event.programme_file = upload()
    event.save()
    return event


def test_a_stored_name_is_random_and_holds_nothing_of_the_users(stored):
    assert stored.programme_file.name == column(stored)
    assert "Programme 2026" not in stored.programme_file.name
    assert re.match(PROGRAMME, stored.programme_file.name)


def test_two_uploads_of_one_file_get_two_names(event, storage):
    event.programme_file, event.guide_file = upload(), upload()
    event.save()
    assert storage.names() == {event.programme_file.name, event.guide_file.name}


def test_the_url_is_the_link(stored):
    document = stored.programme_file
    assert document.url == document.link.url
    assert document.url.startswith(f"/media/{document.name}?")
    assert document.link.expires_at > datetime.now(UTC)


def test_no_document_has_no_url(event):
    with pytest.raises(ValueError, match="no file associated"):
        _ = event.programme_file.url


@pytest.mark.parametrize("name", ["elsewhere/x.pdf", "events/programmes.pdf", "../x.pdf"])
def test_a_name_outside_the_folders_has_no_url(event, name):
    event.programme_file = name
    with pytest.raises(LinkUnavailable):
        _ = event.programme_file.url


def test_a_document_that_is_not_stored_yet_has_no_url(event):
    event.programme_file = upload("events.pdf")
    with pytest.raises(ValueError, match="events"):
        _ = event.programme_file.url


def test_a_document_without_a_link_does_not_fail_a_template(event):
    event.programme_file = "elsewhere/x.pdf"
    template = Template('<a href="{{ event.programme_file.url }}">')
    assert template.render(Context({"event": event})) == '<a href="">'


def test_further_folders_have_links(db):
    meeting = Meeting(badge_file="old/badges/7.pdf", guide_file="old/badges/7.pdf")
    assert meeting.badge_file.url.startswith("/media/old/badges/7.pdf?")
    with pytest.raises(LinkUnavailable):
        _ = meeting.guide_file.url


def test_a_legacy_name_has_a_link(event):
    event.programme_file = LEGACY
    assert event.programme_file.url.startswith(f"/media/{LEGACY}?")


def test_save_checks_stores_and_notes_the_facts(event, storage):
    event.programme_file.save("Mein Programm.pdf", ContentFile(make_pdf(2)))
    assert storage.names() == {column(event)}
    assert event.programme_file.facts.filename == "Mein Programm.pdf"
    assert Event.objects.get(pk=event.pk).programme_file.facts.pages == 2


def test_save_without_the_row_leaves_the_row_for_later(event, storage):
    event.programme_file.save("x.pdf", ContentFile(make_pdf()), save=False)
    assert storage.names() == {event.programme_file.name}
    assert column(event) is None
    event.save()
    assert column(event) == event.programme_file.name
    assert event.programme_file.facts is not None


def test_save_goes_on_with_the_same_object(event):
    document = event.programme_file
    document.save("x.pdf", ContentFile(make_pdf()))
    assert (document.name, bool(document)) == (column(event), True)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.pdf", b"", "empty"),
        ("x.txt", make_pdf(), "wrong_extension"),
        ("x.pdf", b"GIF89a", "not_a_pdf"),
        ("x.pdf", make_pdf()[:-40], "damaged"),
    ],
)
def test_save_refuses_what_is_no_pdf(stored, storage, name, content, code):
    before = column(stored)
    with pytest.raises(ValidationError) as refused:
        stored.programme_file.save(name, ContentFile(content))
    assert refused.value.code == code
    assert storage.names() == {before} == {column(stored)}


def test_delete_clears_the_row(stored):
    document = stored.programme_file
    document.delete()
    assert not document
    assert not stored.programme_file
    assert column(stored) is None


def test_delete_without_the_row_leaves_row_and_file_for_later(stored, storage):
    name = stored.programme_file.name
    stored.programme_file.delete(save=False)
    assert column(stored) == name
    assert storage.names() == {name}


def test_delete_of_no_document_does_nothing(event, django_assert_num_queries):
    with django_assert_num_queries(0):
        event.programme_file.delete()


def test_a_document_opens_and_reads(event):
    content = make_pdf(2)
    event.programme_file = ContentFile(content, "x.pdf")
    event.save()
    with event.programme_file.open() as file:
        assert file.read() == content
    assert event.programme_file.size == len(content)
    assert b"".join(Event.objects.get(pk=event.pk).programme_file.chunks()) == content


def test_a_document_equals_its_name(stored):
    assert stored.programme_file == stored.programme_file.name
    assert str(stored.programme_file) == stored.programme_file.name


def test_a_document_can_be_pickled(stored):
    document = pickle.loads(pickle.dumps(stored.programme_file))
    assert document.url == stored.programme_file.url
    assert document.facts == stored.programme_file.facts


def temporary_upload():
    file = TemporaryUploadedFile("x.pdf", "application/pdf", 0, None)
    file.write(make_pdf())
    file.size = file.tell()
    file.seek(0)
    return file


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: File(BytesIO(make_pdf()), "x.pdf"), id="File"),
        pytest.param(lambda: ContentFile(make_pdf(), "x.pdf"), id="ContentFile"),
        upload,
        temporary_upload,
    ],
)
def test_any_file_can_be_assigned(event, storage, make):
    with make() as file:
        event.programme_file = file
        event.save()
        event.refresh_from_db()
        assert storage.names() == {event.programme_file.name}
        assert event.programme_file.facts.pages == 1


def test_a_string_names_a_stored_file(event, storage):
    storage.save(LEGACY, ContentFile(make_pdf()))
    event.programme_file = LEGACY
    event.save()
    assert column(event) == LEGACY
    assert event.programme_file.read() == make_pdf()


def test_a_file_without_a_name_is_refused_as_django_does(event):
    event.programme_file = ContentFile(make_pdf())
    assert not event.programme_file
    with pytest.raises(FieldError):
        event.save()


def test_a_document_saved_through_the_same_object_reads_from_the_start(event):
    document = event.programme_file
    content = ContentFile(make_pdf())
    document.save("x.pdf", content)
    assert document.read() == event.programme_file.read() == make_pdf()


# A full disk


class Disk(FileSystemStorage):
    """Takes a hundred bytes of a file once it is full."""

    full = False

    def _save(self, name, content):
        if not self.full:
            return super()._save(name, content)
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read(100))
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(settings, tmp_path):
    """Return the folder of a storage that can be full."""
    backend = {"BACKEND": f"{__name__}.Disk", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return tmp_path


def files(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def assign(event):
    event.programme_file = upload(pages=2)
    event.save()


def assign_both(event):
    event.guide_file = upload()
    assign(event)


DOORS = {
    "assign": assign,
    "assign-both": assign_both,
    "save": lambda event: event.programme_file.save("x.pdf", upload()),
    "save-without-row": lambda event: event.programme_file.save("x.pdf", upload(), save=False),
    "bulk-create": lambda event: Event.objects.bulk_create(
        [Event(name="E", start_date=event.start_date, programme_file=upload())]
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_a_full_disk_keeps_the_old_document_and_nothing_of_the_new(disk, stored, door, monkeypatch):
    before = files(disk)
    monkeypatch.setattr(Disk, "full", True)
    with pytest.raises(StorageUnavailable, match="No space left"):
        door(stored)
    assert files(disk) == before == {column(stored): make_pdf()}
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tail", ["", "programme_file/"])
def test_a_full_disk_keeps_the_old_document_of_a_request(disk, stored, api, tail, monkeypatch):
    before, address = files(disk), f"/api/events/{stored.pk}/"
    monkeypatch.setattr(Disk, "full", True)
    api.raise_request_exception = False
    if tail:
        response = api.put(address + tail, make_pdf(2), content_type="application/pdf")
    else:
        response = api.patch(address, {"programme_file": upload(pages=2)}, format="multipart")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert response.json()["codes"] == {"detail": ["storage_unavailable"]}
    assert files(disk) == before
    assert b"".join(api.get(f"{address}programme_file/").streaming_content) == make_pdf()


@pytest.mark.django_db(transaction=True)
def test_what_a_full_disk_refused_can_be_saved_when_there_is_space(disk, stored, monkeypatch):
    stored.programme_file = upload(pages=2)
    with monkeypatch.context() as full:
        full.setattr(Disk, "full", True)
        with pytest.raises(OSError, match="No space left"):
            stored.save()
    stored.save()
    assert files(disk) == {column(stored): make_pdf(2)}
