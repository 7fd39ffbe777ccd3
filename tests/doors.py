"""Every door by which a file gets into an event. Each answers the codes of a refusal, or none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms import modelform_factory
from django.test import RequestFactory

from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.endpoints import EVENTS, NEW, signed_in
from tests.testapp.models import Event

#: Code, bytes, and what differs from a PDF that is declared as one.
REFUSED: list[tuple[str, bytes, dict[str, Any]]] = [
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
    ("too_complex", pdfs.xref_stream_bomb(), {}),
    ("active_content", pdfs.with_javascript(), {}),
    ("active_content", pdfs.with_launch(), {"ALLOW": ["javascript"]}),
]
REFUSED_IDS = [f"{code}-{number}" for number, (code, *_rest) in enumerate(REFUSED)]


def by_full_clean(event: Event, user: Any, upload: File) -> list[str]:
    event.programme_file = upload
    return _refusal(event.full_clean) or _refusal(event.save)


def by_save(event: Event, user: Any, upload: File) -> list[str]:
    event.programme_file = upload
    return _refusal(event.save)


def by_create(event: Event, user: Any, upload: File) -> list[str]:
    return _refusal(lambda: Event.objects.create(**_new(), programme_file=upload))


def by_bulk_create(event: Event, user: Any, upload: File) -> list[str]:
    def create() -> None:
        with transaction.atomic():
            Event.objects.bulk_create([Event(**_new(), programme_file=upload)])

    return _refusal(create)


def by_field_file(event: Event, user: Any, upload: File) -> list[str]:
    return _refusal(lambda: event.programme_file.save(upload.name, upload))


def by_field_file_without_save(event: Event, user: Any, upload: File) -> list[str]:
    codes = _refusal(lambda: event.programme_file.save(upload.name, upload, save=False))
    return codes or _refusal(event.save)


def by_form(event: Event, user: Any, upload: File) -> list[str]:
    form_class = modelform_factory(Event, fields=["programme_file"])
    return _submit(form_class({}, {"programme_file": upload}, instance=event))


def by_admin(event: Event, user: Any, upload: File) -> list[str]:
    request = RequestFactory().get("/")
    request.user = user
    form_class = ModelAdmin(Event, AdminSite()).get_form(request, event)
    data = {"name": "b", "start_date_0": "2026-12-01", "start_date_1": "09:00"}
    return _submit(form_class(data, {"programme_file": upload}, instance=event))


def by_post(event: Event, user: Any, upload: File) -> list[str]:
    data = {**NEW, "programme_file": upload}
    return codes_in(signed_in(user).post(EVENTS, data, format="multipart"))


def by_put(event: Event, user: Any, upload: File) -> list[str]:
    data = {**NEW, "programme_file": upload}
    return codes_in(signed_in(user).put(f"{EVENTS}{event.pk}/", data, format="multipart"))


def by_patch(event: Event, user: Any, upload: File) -> list[str]:
    data = {"programme_file": upload}
    return codes_in(signed_in(user).patch(f"{EVENTS}{event.pk}/", data, format="multipart"))


def by_raw_put(event: Event, user: Any, upload: Any) -> list[str]:
    url = f"{EVENTS}{event.pk}/programme_file/{upload.name}"
    response = signed_in(user).generic("PUT", url, upload.read(), upload.content_type)
    return ["wrong_content_type"] if response.status_code == 415 else codes_in(response)


Door = Callable[[Event, Any, File], list[str]]

API: list[Door] = [by_post, by_put, by_patch, by_raw_put]
FORMS: list[Door] = [by_form, by_admin]
CODE: list[Door] = [
    *(by_full_clean, by_save, by_create, by_bulk_create),
    *(by_field_file, by_field_file_without_save),
]
DOORS = [*API, *FORMS, *CODE]


def make_upload(data: bytes, change: dict[str, Any]) -> SimpleUploadedFile:
    name = change.get("name", "programme.pdf")
    return SimpleUploadedFile(name, data, change.get("content_type", "application/pdf"))


def limits(change: dict[str, Any]) -> dict[str, Any]:
    """Return the settings among what differs."""
    return {key: value for key, value in change.items() if key.isupper()}


def codes_of(error: ValidationError, field: str = "programme_file") -> list[str]:
    errors = error.error_dict[field] if hasattr(error, "error_dict") else error.error_list
    return [e.code for e in errors]


def codes_in(response: Any) -> list[str]:
    """Return the codes of an answer, after a look at its status."""
    if response.status_code < 300:
        return []
    codes = json.loads(response.content)["codes"]["programme_file"]
    statuses = {"too_large": 413, "busy": 503, "scanner_unavailable": 503}
    assert response.status_code == statuses.get(codes[0], 400)
    assert response.has_header("Retry-After") == (response.status_code == 503)
    return codes


def _refusal(act: Callable[[], object]) -> list[str]:
    try:
        act()
    except ValidationError as error:
        return codes_of(error)
    return []


def _submit(form: Any) -> list[str]:
    if form.is_valid():
        form.save()
        return []
    return [e.code for e in form.errors.as_data()["programme_file"]]


def _new() -> dict[str, Any]:
    return {"name": "b", "start_date": datetime(2026, 12, 1, tzinfo=UTC)}
