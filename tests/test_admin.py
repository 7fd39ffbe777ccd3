import re
from html import unescape

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.files.base import ContentFile
from django.urls import reverse

from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event, Meeting, Permit

ADD = "/admin/testapp/event/add/"
LIST = "/admin/testapp/event/"
DETAILS = {"name": "Summit", "start_date_0": "2026-12-01", "start_date_1": "09:00:00"}


def change_url(event) -> str:
    return reverse(
        f"admin:{event._meta.app_label}_{event._meta.model_name}_change", args=[event.pk]
    )


def codes(response) -> dict[str, list[str]]:
    errors = response.context["adminform"].form.errors.as_data()
    return {name: [e.code for e in found] for name, found in errors.items()}


@pytest.fixture
def stored(event):
    event.programme_file.save("Programme 2026.pdf", ContentFile(make_pdf()))
    return Event.objects.get(pk=event.pk)


@pytest.mark.parametrize("padding", [0, 3 * pdfs.MEBIBYTE], ids=["in memory", "on disk"])
def test_an_event_is_added_with_its_document(admin_client, storage, padding):
    response = admin_client.post(ADD, {**DETAILS, "programme_file": upload(padding=padding)})

    assert response.status_code == 302
    event = Event.objects.get()
    assert storage.names() == {event.programme_file.name}
    assert event.programme_file.facts.filename == "Programme 2026.pdf"


@pytest.mark.django_db(transaction=True)
def test_a_document_is_replaced(admin_client, stored, storage):
    response = admin_client.post(change_url(stored), {**DETAILS, "programme_file": upload()})

    assert response.status_code == 302
    event = Event.objects.get()
    assert event.programme_file.name != stored.programme_file.name
    assert storage.names() == {event.programme_file.name}


@pytest.mark.django_db(transaction=True)
def test_a_document_is_cleared(admin_client, stored, storage):
    response = admin_client.post(change_url(stored), {**DETAILS, "programme_file-clear": "on"})

    assert response.status_code == 302
    assert list(Event.objects.values_list("programme_file", "programme_file_facts")) == [
        (None, None)
    ]
    assert storage.names() == set()


@pytest.mark.django_db(transaction=True)
def test_a_document_is_kept_when_something_else_changes(admin_client, stored, storage):
    response = admin_client.post(change_url(stored), {**DETAILS, "name": "New"})

    assert response.status_code == 302
    event = Event.objects.get()
    assert (event.name, event.programme_file.name) == ("New", stored.programme_file.name)
    assert storage.names() == {stored.programme_file.name}


def test_currently_opens_without_signing_in(admin_client, client, stored):
    page = admin_client.get(change_url(stored)).content.decode()
    shown = re.search(r'Currently: <a href="([^"]+)">([^<]+)</a>', page)

    assert shown is not None
    assert "Programme 2026.pdf" in shown[2]
    response = client.get(unescape(shown[1]))
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == make_pdf()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (("a.pdf", pdfs.truncated()), "damaged"),
        (("a.pdf", pdfs.HTML), "not_a_pdf"),
        (("a.pdf", make_pdf(password="x")), "encrypted"),
        (("a.exe", make_pdf()), "wrong_extension"),
        (("a.pdf", b""), "empty"),
    ],
)
def test_a_refused_upload_shows_why_and_stores_nothing(admin_client, storage, file, code):
    name, data = file
    response = admin_client.post(ADD, {**DETAILS, "programme_file": ContentFile(data, name)})

    assert response.status_code == 200
    assert codes(response) == {"programme_file": [code]}
    assert 'class="errorlist"' in response.content.decode()
    assert not Event.objects.exists()
    assert storage.names() == set()


@pytest.mark.django_db(transaction=True)
def test_a_refused_replacement_keeps_the_document(admin_client, stored, storage):
    broken = ContentFile(pdfs.truncated(), "a.pdf")
    response = admin_client.post(change_url(stored), {**DETAILS, "programme_file": broken})

    assert codes(response) == {"programme_file": ["damaged"]}
    assert Event.objects.get().programme_file.name == stored.programme_file.name
    assert storage.names() == {stored.programme_file.name}


def test_a_good_file_beside_another_fields_error_stores_nothing(admin_client, storage):
    response = admin_client.post(ADD, {**DETAILS, "name": "", "programme_file": upload()})

    assert codes(response) == {"name": ["required"]}
    assert storage.names() == set()


def test_an_end_before_its_start_is_an_error_of_the_end(admin_client):
    end = {"end_date_0": "2026-11-30", "end_date_1": "09:00:00"}
    response = admin_client.post(ADD, {**DETAILS, **end})

    assert codes(response)["end_date"] == ["end_before_start"]


@pytest.mark.django_db(transaction=True)
def test_deleting_an_event_removes_its_files(admin_client, stored, storage):
    url = reverse("admin:testapp_event_delete", args=[stored.pk])

    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()
    assert storage.names() == set()


@pytest.mark.django_db(transaction=True)
def test_the_delete_action_removes_the_files_of_all(admin_client, storage):
    events = [
        Event.objects.create(
            name=name,
            start_date="2026-12-01T09:00:00Z",
            programme_file=upload(),
            guide_file=upload(),
        )
        for name in "abc"
    ]
    chosen = [str(event.pk) for event in events[:2]]
    data = {"action": "delete_selected", ACTION_CHECKBOX_NAME: chosen, "post": "yes"}

    assert len(storage.names()) == 6
    assert admin_client.post(LIST, data).status_code == 302
    left = events[2]
    assert storage.names() == {left.programme_file.name, left.guide_file.name}


@pytest.mark.parametrize("name", ["elsewhere/Old.pdf", "Old.pdf", "events/programmes/Old.pdf"])
def test_a_legacy_name_renders(admin_client, event, name):
    Event.objects.update(programme_file=name)

    response = admin_client.get(change_url(event))

    assert response.status_code == 200
    assert name in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_legacy_name_outside_the_folders_can_be_replaced(admin_client, event, storage):
    Event.objects.update(programme_file="elsewhere/Old.pdf")
    response = admin_client.post(change_url(event), {**DETAILS, "programme_file": upload()})

    assert response.status_code == 302
    assert storage.names() == {Event.objects.get().programme_file.name}


def test_a_row_whose_file_is_missing_renders_and_saves(admin_client, stored, storage):
    storage.delete(stored.programme_file.name)

    assert admin_client.get(change_url(stored)).status_code == 200
    assert admin_client.post(change_url(stored), DETAILS).status_code == 302


def test_the_list_shows_events_with_and_without_documents(admin_client, stored):
    Event.objects.create(name="b", start_date="2026-12-01T09:00:00Z")

    assert admin_client.get(LIST).status_code == 200


def test_a_hosts_own_event_takes_a_third_document(admin_client, storage):
    data = {"title": "Meeting", "badge_file": upload("Badge.pdf")}
    response = admin_client.post("/admin/testapp/meeting/add/", data)

    assert response.status_code == 302
    assert storage.names() == {Meeting.objects.get().badge_file.name}


def test_a_required_document_offers_no_clearing(admin_client):
    permit = Permit.objects.create(permit_file=upload())

    page = admin_client.get(change_url(permit)).content.decode()

    assert "Currently" in page
    assert "permit_file-clear" not in page
