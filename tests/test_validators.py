import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import transaction
from django.forms import modelform_factory
from django.urls import reverse

from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import MESSAGES, PDFValidator, validate_period
from tests import pdfs
from tests.testapp.models import Event, Permit

# Code, bytes, and what differs from a PDF that is declared as one.
REFUSED = [
    ("too_large", make_pdf(), {"MAX_SIZE": 500}),
    ("empty", b"", {}),
    ("wrong_extension", make_pdf(), {"name": "programme.exe"}),
    ("wrong_content_type", make_pdf(), {"content_type": "image/png"}),
    ("not_a_pdf", pdfs.HTML, {}),
    ("not_a_pdf", pdfs.zip_with_pdf(), {}),
    ("damaged", pdfs.truncated(), {}),
    ("encrypted", make_pdf(password="secret"), {}),
    ("no_pages", pdfs.without_pages(), {}),
    ("too_many_pages", make_pdf(pages=3), {"MAX_PAGES": 2}),
    ("too_complex", pdfs.with_objects(31), {"MAX_OBJECTS": 30}),
]
REFUSED_IDS = [f"{code}-{number}" for number, (code, *_rest) in enumerate(REFUSED)]


def make_upload(data: bytes, change: dict[str, Any]) -> SimpleUploadedFile:
    name = change.get("name", "programme.pdf")
    return SimpleUploadedFile(name, data, change.get("content_type", "application/pdf"))


def codes_of(error: ValidationError, field: str = "programme_file") -> list[str]:
    errors = error.error_dict[field] if hasattr(error, "error_dict") else error.error_list
    return [e.code for e in errors]


def by_full_clean(doors: Any, upload: File) -> list[str]:
    doors.event.programme_file = upload
    with pytest.raises(ValidationError) as caught:
        doors.event.full_clean()
    return codes_of(caught.value)


def by_save(doors: Any, upload: File) -> list[str]:
    doors.event.programme_file = upload
    with pytest.raises(ValidationError) as caught:
        doors.event.save()
    return codes_of(caught.value)


def by_create(doors: Any, upload: File) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Event.objects.create(name="b", start_date=datetime.now(UTC), programme_file=upload)
    return codes_of(caught.value)


def by_bulk_create(doors: Any, upload: File) -> list[str]:
    event = Event(name="b", start_date=datetime.now(UTC), programme_file=upload)
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        Event.objects.bulk_create([event])
    return codes_of(caught.value)


def by_field_file(doors: Any, upload: File) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        doors.event.programme_file.save(upload.name, upload)
    return codes_of(caught.value)


def by_field_file_without_save(doors: Any, upload: File) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        doors.event.programme_file.save(upload.name, upload, save=False)
    return codes_of(caught.value)


def by_form(doors: Any, upload: File) -> list[str]:
    form_class = modelform_factory(Event, fields=["programme_file"])
    form = form_class({}, {"programme_file": upload}, instance=doors.event)
    return [e.code for e in form.errors.as_data()["programme_file"]]


def by_admin(doors: Any, upload: File) -> list[str]:
    form_class = ModelAdmin(Event, AdminSite()).get_form(doors.request, doors.event)
    data = {"name": "b", "start_date_0": "2026-12-01", "start_date_1": "09:00"}
    form = form_class(data, {"programme_file": upload}, instance=doors.event)
    return [e.code for e in form.errors.as_data()["programme_file"]]


def by_post(doors: Any, upload: File) -> list[str]:
    data = {"name": "b", "start_date": "2026-12-01T09:00:00Z", "programme_file": upload}
    return _codes(doors.api.post(reverse("event-list"), data, format="multipart"))


def by_patch(doors: Any, upload: File) -> list[str]:
    url = reverse("event-detail", args=[doors.event.pk])
    return _codes(doors.api.patch(url, {"programme_file": upload}, format="multipart"))


def by_raw_put(doors: Any, upload: SimpleUploadedFile) -> list[str]:
    url = reverse("event-programme-file", args=[doors.event.pk]) + upload.name
    response = doors.api.generic("PUT", url, upload.read(), upload.content_type)
    return ["wrong_content_type"] if response.status_code == 415 else _codes(response)


def _codes(response: Any) -> list[str]:
    codes = json.loads(response.content)["codes"]["programme_file"]
    assert response.status_code == (413 if codes == ["too_large"] else 400)
    return codes


DOORS = [
    by_full_clean,
    by_save,
    by_create,
    by_bulk_create,
    by_field_file,
    by_field_file_without_save,
    by_form,
    by_admin,
    by_post,
    by_patch,
    by_raw_put,
]


@pytest.fixture
def doors(api, event, rf) -> Any:
    request = rf.get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True)
    return SimpleNamespace(api=api, event=event, request=request)


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_door_refuses_alike_and_stores_nothing(
    door, code, data, change, doors, storage, settings
):
    limits = {key: value for key, value in change.items() if key.isupper()}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, **limits}

    assert door(doors, make_upload(data, change)) == [code]
    assert storage.names() == set()
    assert list(Event.objects.values_list("programme_file")) == [(None,)]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_refused_replacement_keeps_the_old_document(door, doors, storage):
    doors.event.programme_file.save("a.pdf", ContentFile(make_pdf()))
    old = Event.objects.get(pk=doors.event.pk).programme_file
    before = storage.open(old.name).read()

    door(doors, make_upload(pdfs.truncated(), {}))

    now = Event.objects.get(pk=doors.event.pk).programme_file
    assert (now.name, now.facts) == (old.name, old.facts)
    assert {name: storage.open(name).read() for name in storage.names()} == {old.name: before}


def judge(upload: File, **options: Any) -> list[str]:
    try:
        PDFValidator(**options)(upload)
    except ValidationError as error:
        return codes_of(error)
    return []


@pytest.mark.parametrize(("over", "codes"), [(-1, []), (0, []), (1, ["too_large"])])
def test_the_limit_of_the_size_is_exact(settings, over, codes):
    data = make_pdf()
    settings.EVENT_PDFS = {"MAX_SIZE": len(data) - over}

    assert judge(ContentFile(data, "a.pdf")) == codes


def test_the_default_limit_is_10_mebibytes():
    room = 10 * pdfs.MEBIBYTE - len(make_pdf(padding=10_000_000))
    full = make_pdf(padding=10_000_000) + b"\n" * room

    assert "too_large" not in judge(ContentFile(full, "a.pdf"))
    assert judge(ContentFile(full + b"\n", "a.pdf")) == ["too_large"]


@pytest.mark.parametrize(("pages", "codes"), [(2, []), (3, []), (4, ["too_many_pages"])])
def test_the_limit_of_pages_is_exact(settings, pages, codes):
    settings.EVENT_PDFS = {"MAX_PAGES": 3}

    assert judge(ContentFile(make_pdf(pages=pages), "a.pdf")) == codes


def test_the_default_limit_of_pages_is_2000():
    kids = b" ".join(b"3 0 R" for _ in range(2_001))
    tree = b"<< /Type /Pages /Kids [%s] >>" % kids
    data = pdfs.assemble((pdfs.CATALOG, tree, pdfs.PAGE, *[b"null"] * 2_000))

    assert judge(ContentFile(data, "a.pdf")) == ["too_many_pages"]
    assert judge(ContentFile(data.replace(b"3 0 R ", b"      ", 1), "a.pdf")) == []


@pytest.mark.parametrize(("objects", "codes"), [(30, []), (31, ["too_complex"])])
def test_the_limit_of_objects_is_exact(settings, objects, codes):
    settings.EVENT_PDFS = {"MAX_OBJECTS": 30}

    assert judge(ContentFile(pdfs.with_objects(objects), "a.pdf")) == codes


@pytest.mark.parametrize("default", [1, 100 * pdfs.MEBIBYTE])
def test_a_field_may_have_a_limit_of_its_own(settings, default):
    settings.EVENT_PDFS = {"MAX_SIZE": default}
    data = make_pdf()

    assert judge(ContentFile(data, "a.pdf"), max_size=len(data)) == []
    assert judge(ContentFile(data, "a.pdf"), max_size=len(data) - 1) == ["too_large"]


@pytest.mark.parametrize("act", ["full_clean", "save"])
def test_the_limit_of_a_field_holds_at_its_doors(db, monkeypatch, storage, act):
    monkeypatch.setattr(Permit._meta.get_field("permit_file"), "max_size", 500)
    permit = Permit(permit_file=make_upload(make_pdf(), {}))

    with pytest.raises(ValidationError) as caught:
        getattr(permit, act)()

    assert codes_of(caught.value, "permit_file") == ["too_large"]
    assert storage.names() == set()


@pytest.mark.parametrize("name", ["a.pdf", "a.PDF", "a.Pdf", "a b.c.pdf", "大会.pdf", ""])
def test_a_name_that_ends_in_pdf_or_no_name_passes(name):
    assert judge(ContentFile(make_pdf(), name)) == []


@pytest.mark.parametrize("name", ["a", "a.pdf.exe", "a.pd", "a.pdf.", "a.pdf ", ".pdf", "pdf"])
def test_any_other_name_does_not(name):
    assert judge(ContentFile(make_pdf(), name)) == ["wrong_extension"]


@pytest.mark.parametrize(
    "declared",
    [
        *("application/pdf", "Application/PDF", "application/pdf; charset=binary"),
        *("application/x-pdf", "application/octet-stream", "", None),
    ],
)
def test_a_content_type_that_may_be_a_pdf_passes(declared):
    assert judge(SimpleUploadedFile("a.pdf", make_pdf(), declared)) == []


@pytest.mark.parametrize(
    "declared", ["text/html", "image/png", "application/zip", "application/pdfx", "pdf"]
)
def test_any_other_content_type_does_not(declared):
    assert judge(SimpleUploadedFile("a.pdf", make_pdf(), declared)) == ["wrong_content_type"]


def test_the_cheap_checks_come_first(settings):
    settings.EVENT_PDFS = {"MAX_SIZE": 100}
    assert judge(SimpleUploadedFile("a.exe", b"MZ" * 60, "x/y")) == ["too_large"]
    assert judge(SimpleUploadedFile("a.exe", b"", "x/y")) == ["empty"]
    assert judge(SimpleUploadedFile("a.exe", b"MZ", "x/y")) == ["wrong_extension"]
    assert judge(SimpleUploadedFile("a.pdf", b"MZ", "x/y")) == ["wrong_content_type"]
    assert judge(SimpleUploadedFile("a.pdf", b"MZ", "")) == ["not_a_pdf"]


def test_an_upload_on_disk_is_judged_and_stored(event, storage):
    data = make_pdf(padding=3 * pdfs.MEBIBYTE)
    with TemporaryUploadedFile("a.pdf", "application/pdf", len(data), None) as upload:
        upload.write(data)
        event.programme_file = upload
        event.full_clean()
        event.save()

    assert storage.open(event.programme_file.name).read() == data


@pytest.mark.parametrize("code", sorted({code for code, *_ in REFUSED}))
def test_every_refusal_has_a_message(code):
    assert str(MESSAGES[code])


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
def test_the_message_is_complete(settings, code, data, change):
    settings.EVENT_PDFS = {key: value for key, value in change.items() if key.isupper()}

    with pytest.raises(ValidationError) as caught:
        PDFValidator()(make_upload(data, change))

    assert "%(" not in caught.value.messages[0]


@pytest.mark.parametrize(
    ("name", "declared"), [("a\ud800\u202e\x00.exe", ""), ("a.pdf", "x/\ud800\u202e\x00")]
)
def test_the_message_repeats_nothing_that_harms(name, declared):
    with pytest.raises(ValidationError) as caught:
        PDFValidator()(SimpleUploadedFile(name, make_pdf(), declared))

    assert not set(caught.value.messages[0]) & set("\ud800\u202e\x00")


def test_validators_of_one_limit_are_equal():
    assert PDFValidator(5) == PDFValidator(5)
    assert hash(PDFValidator(5)) == hash(PDFValidator(5))
    assert PDFValidator(5) != PDFValidator()


def test_an_end_before_its_start_is_refused():
    start = datetime.now(UTC)

    with pytest.raises(ValidationError) as caught:
        validate_period(start, start - timedelta(seconds=1))

    assert caught.value.error_dict["end_date"][0].code == "end_before_start"


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)])
def test_an_end_at_its_start_or_later_passes(later):
    start = datetime.now(UTC)

    validate_period(start, start + later)


def test_a_period_may_be_open():
    validate_period(datetime.now(UTC), None)
    validate_period(None, datetime.now(UTC))
    validate_period(None, None)
