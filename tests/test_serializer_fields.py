"""The update contract: what a client may send for a document, and what each value means."""

import json
import time
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIRequestFactory

from django_event_pdfs.permissions import EventDocumentsPermission
from django_event_pdfs.viewsets import EventViewSet
from tests.conftest import upload
from tests.testapp.models import Event

EVENTS = "/api/events/"
REQUIRED = {"name": "Tech Summit", "start_date": "2026-12-01T09:00:00Z"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(event):
    """Return an event with both documents."""
    event.programme_file = upload("a.pdf")
    event.guide_file = upload("b.pdf", pages=2)
    event.save()
    return event


@pytest.fixture
def shown(api, full):
    """Return the JSON of that event."""
    return api.get(url_of(full)).json()


def url_of(event):
    return f"{EVENTS}{event.pk}/"


def name_of(event):
    return Event.objects.get(pk=event.pk).programme_file.name


def codes(response):
    return response.json()["codes"]


def send(api, method, event, encoding, **fields):
    """Send ``fields`` beside what is required, in one of the three encodings."""
    data = {**REQUIRED, **fields}
    client = getattr(api, method)
    address = EVENTS if method == "post" else url_of(event)
    if encoding == "form":
        return client(address, urlencode(data), content_type=FORM)
    return client(address, data, format=encoding)


UPDATES = pytest.mark.parametrize("method", ["put", "patch"])
ENCODINGS = pytest.mark.parametrize("encoding", ["json", "multipart", "form"])


# Kept


@UPDATES
@ENCODINGS
def test_an_omitted_document_is_kept(api, full, method, encoding):
    before = name_of(full)
    assert send(api, method, full, encoding).status_code == 200
    assert name_of(full) == before


@UPDATES
@ENCODINGS
def test_an_empty_string_keeps_the_document(api, full, method, encoding):
    before = name_of(full)
    assert send(api, method, full, encoding, programme_file="").status_code == 200
    assert name_of(full) == before


@ENCODINGS
def test_an_empty_string_on_post_means_no_document(api, encoding):
    response = send(api, "post", None, encoding, programme_file="")
    assert (response.status_code, response.json()["programme_file"]) == (201, None)


@UPDATES
def test_an_untouched_file_input_keeps_the_document(api, full, method):
    before = name_of(full)
    body = (
        '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nN\r\n'
        '--x\r\nContent-Disposition: form-data; name="start_date"\r\n\r\n2026-12-01\r\n'
        '--x\r\nContent-Disposition: form-data; name="programme_file"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    )
    response = getattr(api, method)(
        url_of(full), body, content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 200
    assert name_of(full) == before


@UPDATES
@ENCODINGS
@pytest.mark.parametrize("key", ["url", "permalink"])
def test_the_document_s_own_address_keeps_it(api, full, shown, method, encoding, key):
    before = name_of(full)
    sent = shown["documents"]["programme_file"][key]
    assert send(api, method, full, encoding, programme_file=sent).status_code == 200
    assert name_of(full) == before


@UPDATES
def test_a_whole_event_can_be_sent_back(api, shown, full, method):
    before = name_of(full)
    response = getattr(api, method)(url_of(full), shown)
    assert response.status_code == 200
    assert response.json() == shown
    assert name_of(full) == before


def test_the_path_of_a_link_is_enough(api, full, shown):
    path = shown["programme_file"].removeprefix("http://testserver")
    assert send(api, "patch", full, "json", programme_file=path).status_code == 200


def test_an_expired_link_keeps_the_document(api, full, shown, monkeypatch):
    before, now = name_of(full), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10**9)
    response = send(api, "patch", full, "json", programme_file=shown["programme_file"])
    assert response.status_code == 200
    assert name_of(full) == before


def test_a_link_read_before_a_replacement_keeps_the_new_document(
    api, full, shown, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(api, "patch", full, "multipart", programme_file=upload())
    after = name_of(full)
    response = send(api, "put", full, "json", programme_file=shown["programme_file"])
    assert response.status_code == 200
    assert name_of(full) == after


def test_post_of_a_link_that_opens_nothing_any_more_means_no_document(
    api, full, shown, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        full.delete()
    response = send(api, "post", None, "json", programme_file=shown["programme_file"])
    assert (response.status_code, response.json()["programme_file"]) == (201, None)


# Cleared


@UPDATES
def test_null_clears_the_document(api, full, method):
    assert send(api, method, full, "json", programme_file=None).json()["programme_file"] is None
    assert name_of(full) is None
    assert Event.objects.get().guide_file


@UPDATES
@pytest.mark.parametrize("encoding", ["multipart", "form"])
@pytest.mark.parametrize("value", ["true", "on", "1"])
def test_a_ticked_clear_clears_the_document(api, full, method, encoding, value):
    response = send(api, method, full, encoding, **{"programme_file-clear": value})
    assert response.json()["programme_file"] is None
    assert name_of(full) is None


@pytest.mark.parametrize("value", ["", "false", "0", "off", "nonsense"])
def test_an_unticked_clear_keeps_the_document(api, full, value):
    before = name_of(full)
    send(api, "patch", full, "multipart", **{"programme_file-clear": value})
    assert name_of(full) == before


def test_clear_beside_an_untouched_input_clears(api, full):
    send(api, "patch", full, "form", **{"programme_file-clear": "on", "programme_file": ""})
    assert name_of(full) is None


def test_null_on_post_means_no_document(api):
    response = send(api, "post", None, "json", programme_file=None, guide_file=None)
    assert (response.status_code, response.json()["programme_file"]) == (201, None)


class UnreadableDocuments(EventDocumentsPermission):
    """Events may be read, documents not."""

    def can_read(self, request, event, field):
        return field is None


@pytest.mark.parametrize("method", ["put", "patch"])
def test_null_from_a_client_that_may_not_read_keeps_the_document(
    manager, full, method, monkeypatch
):
    monkeypatch.setattr(EventViewSet, "permission_classes", [UnreadableDocuments])
    data = json.dumps({**REQUIRED, "programme_file": None})
    request = getattr(APIRequestFactory(), method)("/", data, content_type=JSON)
    request.user = request._force_auth_user = manager
    view = EventViewSet.as_view({"put": "update", "patch": "partial_update"})
    response = view(request, pk=full.pk)
    assert (response.status_code, response.data["programme_file"]) == (200, None)
    assert name_of(full)


# Replaced


@UPDATES
def test_a_file_replaces_the_document(api, full, method):
    before = name_of(full)
    response = send(api, method, full, "multipart", programme_file=upload(pages=7))
    assert response.json()["documents"]["programme_file"]["pages"] == 7
    assert name_of(full) != before


# Refused


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@ENCODINGS
@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "http://example.org/x.pdf",
        "https://[::1",
        "/media/events/programmes/x.pdf",
        "/media/events/programmes/x.pdf?signature=x",
        "/media/../etc/passwd?signature=x",
        "events/programmes/x.pdf",
        "data:application/pdf;base64,JVBERi0=",
        "null",
        "x" * 100_000,
    ],
)
def test_any_other_text_is_no_file(api, full, method, encoding, text):
    before = name_of(full)
    response = send(api, method, full, encoding, programme_file=text)
    assert (response.status_code, codes(response)) == (400, {"programme_file": ["not_a_file"]})
    assert name_of(full) == before


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@pytest.mark.parametrize("value", [5, 0, 1.5, True, False, [], {}, [None], {"url": "x"}])
def test_any_other_json_type_is_no_file(api, full, method, value):
    response = send(api, method, full, "json", programme_file=value)
    assert (response.status_code, codes(response)) == (400, {"programme_file": ["not_a_file"]})


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "/media/events/programmes/\ud800.pdf?signature=x"]
)
def test_text_that_no_encoding_takes_is_no_file(api, full, text):
    response = api.patch(url_of(full), json.dumps({"programme_file": text}), content_type=JSON)
    assert codes(response) == {"programme_file": ["not_a_file"]}


def test_an_altered_link_is_no_file(api, full, shown):
    forged = shown["programme_file"].replace("signature=", "signature=x")
    response = send(api, "patch", full, "json", programme_file=forged)
    assert codes(response) == {"programme_file": ["not_a_file"]}


@pytest.mark.parametrize("method", ["put", "patch", "post"])
def test_the_link_of_another_event_is_refused(api, full, shown, event_two, method):
    response = send(api, method, event_two, "json", programme_file=shown["programme_file"])
    assert (response.status_code, codes(response)) == (400, {"programme_file": ["other_document"]})


@pytest.fixture
def event_two(db):
    return Event.objects.create(**REQUIRED)


@UPDATES
def test_the_link_of_another_document_of_the_event_is_refused(api, full, shown, method):
    response = send(api, method, full, "json", programme_file=shown["guide_file"])
    assert codes(response) == {"programme_file": ["other_document"]}


def test_a_gone_link_of_another_folder_is_no_file(
    api, full, shown, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(api, "patch", full, "json", guide_file=None)
    response = send(api, "patch", full, "json", programme_file=shown["guide_file"])
    assert codes(response) == {"programme_file": ["not_a_file"]}


def test_the_permalink_of_another_event_is_no_file(api, full, shown, event_two):
    sent = shown["documents"]["programme_file"]["permalink"]
    response = send(api, "patch", event_two, "json", programme_file=sent)
    assert codes(response) == {"programme_file": ["not_a_file"]}


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_two_files_for_one_document_are_refused(api, full, storage, method):
    before = storage.names()
    both = [upload("a.pdf"), upload("b.pdf")]
    response = send(api, method, full, "multipart", programme_file=both)
    assert codes(response) == {"programme_file": ["multiple_files"]}
    assert storage.names() == before


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_file_that_is_to_be_cleared_is_refused(api, full, storage, method):
    before = storage.names()
    fields = {"programme_file": upload(), "programme_file-clear": "on"}
    response = send(api, method, full, "multipart", **fields)
    assert codes(response) == {"programme_file": ["contradiction"]}
    assert storage.names() == before


def test_each_refused_document_has_its_code(api, full):
    fields = {"programme_file": "garbage", "guide_file": upload("b.txt")}
    response = send(api, "patch", full, "multipart", **fields)
    assert codes(response) == {"programme_file": ["not_a_file"], "guide_file": ["wrong_extension"]}


def test_a_file_in_a_field_of_text_is_refused(api, storage):
    response = send(api, "post", None, "multipart", name=upload(), location=upload())
    assert codes(response) == {"name": ["invalid"], "location": ["invalid"]}
    assert storage.names() == set()


def test_what_is_sent_as_documents_is_ignored(api, full, shown):
    sent = {**shown, "documents": {"programme_file": None, "guide_file": 5}}
    assert api.put(url_of(full), sent).json() == shown
