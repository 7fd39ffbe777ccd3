"""What a host and its log learn of a refusal, once for each upload."""

import logging

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory

from django_event_pdfs.signals import document_refused
from django_event_pdfs.testing import make_pdf
from django_event_pdfs.validators import PDFValidator
from tests import pdfs
from tests.conftest import upload
from tests.doors import (
    API,
    DOORS,
    REFUSED,
    REFUSED_IDS,
    by_bulk_create,
    by_create,
    by_post,
    by_raw_put,
    limits,
    make_upload,
)
from tests.endpoints import EVENTS
from tests.testapp.models import Event, Permit

PROGRAMME = Event._meta.get_field("programme_file")
MAKING = (by_create, by_bulk_create, by_post)

at_each_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@pytest.fixture
def refusals():
    """Return a list that grows by what each signal says."""
    heard: list[dict] = []

    def hear(sender, signal, **said):
        heard.append({"sender": sender, **said})

    document_refused.connect(hear)
    yield heard
    document_refused.disconnect(hear)


@pytest.fixture
def logged(caplog):
    """Return a function that says what the library has logged as refused."""
    caplog.set_level(logging.INFO, "django_event_pdfs")

    def messages() -> list[str]:
        records = [r for r in caplog.records if r.name == "django_event_pdfs"]
        return [r.getMessage() for r in records if r.levelno == logging.INFO]

    return messages


@pytest.mark.parametrize(("code", "data", "change"), REFUSED, ids=REFUSED_IDS)
@at_each_door
def test_a_refusal_is_signalled_and_logged_once(
    door, code, data, change, event, manager, settings, refusals, logged
):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, **limits(change)}

    assert door(event, manager, make_upload(data, change)) == [code]

    if door is by_raw_put and code == "wrong_content_type":
        return  # 415: there is no upload, for the body was not read.
    (refusal,) = refusals
    (message,) = logged()
    assert (refusal["sender"], refusal["field"], refusal["code"]) == (Event, PROGRAMME, code)
    assert refusal["error"].code == code
    assert refusal["user"] == (manager if door in API else None)
    assert code in message


@at_each_door
def test_a_refusal_names_the_instance_where_there_is_one(door, event, manager, refusals):
    door(event, manager, make_upload(pdfs.truncated(), {}))

    (refusal,) = refusals
    if door is by_post:
        assert refusal["instance"] is None
    else:
        assert isinstance(refusal["instance"], Event)
        assert (refusal["instance"] == event) == (door not in MAKING)


@at_each_door
def test_nothing_is_said_of_a_good_file(door, event, manager, refusals, logged):
    assert door(event, manager, upload()) == []
    assert (refusals, logged()) == ([], [])


@at_each_door
def test_a_receiver_that_fails_changes_no_answer(door, event, manager):
    def fail(**said):
        raise ZeroDivisionError

    document_refused.connect(fail)
    try:
        assert door(event, manager, make_upload(pdfs.truncated(), {})) == ["damaged"]
    finally:
        document_refused.disconnect(fail)


def test_one_upload_is_reported_once_however_often_it_is_tried(event, refusals, logged):
    event.programme_file = make_upload(pdfs.truncated(), {})
    for act in (event.full_clean, event.save, event.full_clean):
        with pytest.raises(ValidationError):
            act()

    assert (len(refusals), len(logged())) == (1, 1)


def test_another_refusal_of_the_same_upload_is_reported(event, settings, refusals):
    file = upload()
    for policy in ({"MAX_SIZE": 5}, {"MAX_OBJECTS": 1}):
        settings.EVENT_PDFS = policy
        with pytest.raises(ValidationError):
            PDFValidator(field=PROGRAMME)(file)

    assert [refusal["code"] for refusal in refusals] == ["too_large", "too_complex"]


def test_two_refused_documents_are_reported_each(api, event, refusals):
    data = {"programme_file": upload("a.txt"), "guide_file": make_upload(pdfs.truncated(), {})}
    api.patch(f"{EVENTS}{event.pk}/", data, format="multipart")

    said = {refusal["field"].name: refusal["code"] for refusal in refusals}
    assert said == {"programme_file": "wrong_extension", "guide_file": "damaged"}
    assert len(refusals) == 2


def test_what_is_not_about_a_file_is_not_reported(api, event, refusals, logged):
    url = f"{EVENTS}{event.pk}/"
    api.patch(url, {"name": "", "programme_file": upload()}, format="multipart")
    api.patch(url, {"programme_file": "https://example.com/a.pdf"}, format="multipart")
    api.patch(url, {"programme_file": [upload(), upload()]}, format="multipart")

    assert (refusals, logged()) == ([], [])


def test_a_form_for_another_model_reports_its_own_field(db, refusals):
    form_class = modelform_factory(Permit, fields=["permit_file"])
    assert not form_class({}, {"permit_file": make_upload(b"", {})}).is_valid()

    (refusal,) = refusals
    assert (refusal["sender"], refusal["field"].name, refusal["code"]) == (
        Permit,
        "permit_file",
        "empty",
    )


def test_a_validator_of_its_own_logs_and_signals_nothing(refusals, logged):
    with pytest.raises(ValidationError):
        PDFValidator()(ContentFile(b"x", "a.pdf"))

    assert refusals == []
    assert len(logged()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "a.pdf\nINFO django_event_pdfs Accepted 'b.pdf'",
        "a\r\n2026-11-22 12:00:00 root logged in.pdf",
        "\u202efdp.exe",
        "大会 été \U0001f600.txt",
        "a\x1b[2J\x00\x07.txt",
        "\ud800.txt",
        "a'; b\\n.txt",
        "x" * 5_000,
        "../../etc/passwd",
        "",
    ],
)
def test_a_filename_forges_no_line_of_the_log(logged, name):
    file = ContentFile(b"x")
    with pytest.raises(ValidationError):
        PDFValidator(field=PROGRAMME).inspect(file, name)

    (message,) = logged()
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 1_200


@pytest.mark.parametrize("door", [by_post, by_raw_put])
def test_a_filename_of_a_client_is_escaped_in_the_log(door, event, manager, logged):
    file = SimpleUploadedFile("été%0A\u202e大.txt", make_pdf(), "application/pdf")

    assert door(event, manager, file) == ["wrong_extension"]
    (message,) = logged()
    assert message.isascii()
    assert message.isprintable()


def test_the_log_names_field_code_and_kinds_and_nothing_of_the_content(event, logged):
    script = b"/OpenAction << /S /JavaScript /JS (app.secret) >> /AcroForm << /XFA (hidden) >>"
    info = b"<< /Title (Confidential) /Producer (Confidential) >>"
    objects = (pdfs.CATALOG.replace(b">>", script + b" >>"), *pdfs.ONE_PAGE[1:], info)
    data = pdfs.assemble(objects, trailer=b"/Info 4 0 R")
    with pytest.raises(ValidationError):
        event.programme_file.save("Été.pdf", ContentFile(data))

    (message,) = logged()
    assert message == (
        "Refused '\\xc9t\\xe9.pdf' for testapp.Event.programme_file: "
        "active_content (javascript, xfa)"
    )


def test_a_refusal_is_no_warning(event, caplog):
    with pytest.raises(ValidationError):
        event.programme_file.save("a.pdf", ContentFile(pdfs.truncated()))

    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
