"""The bundled event API: six endpoints, in each encoding, and its permalinks."""

import json
import uuid
from threading import Thread

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import pre_save
from django.test import Client

from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

EVENTS = "/api/events/"
START = "2026-12-01T09:00:00Z"
UNKNOWN = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.django_db


def url_of(event, tail=""):
    return f"{EVENTS}{event.pk}/{tail}"


def codes(response):
    return response.json()["codes"]


def body_of(response):
    return b"".join(response.streaming_content)


@pytest.fixture
def with_programme(event):
    event.programme_file = upload("Ordre du jour.pdf", pages=3)
    event.save()
    return event


# The six endpoints


@pytest.mark.parametrize("encoding", ["json", "multipart"])
def test_post_creates_an_event(api, encoding):
    response = api.post(EVENTS, {"name": "Summit", "start_date": START}, format=encoding)
    assert response.status_code == 201
    assert Event.objects.get().name == response.json()["name"] == "Summit"


def test_post_creates_an_event_from_a_plain_form(api):
    form = "application/x-www-form-urlencoded"
    response = api.post(EVENTS, f"name=Summit&start_date={START}&location=", content_type=form)
    assert response.status_code == 201
    assert Event.objects.get().location == ""


def test_post_stores_both_documents_of_a_multipart_body(api, storage):
    data = {"name": "S", "start_date": START, "programme_file": upload(), "guide_file": upload()}
    response = api.post(EVENTS, data, format="multipart")
    event = Event.objects.get()
    assert response.status_code == 201
    assert storage.names() == {event.programme_file.name, event.guide_file.name}


def test_post_answers_with_links_that_open_without_a_header(api):
    content = make_pdf(pages=2)
    data = {"name": "S", "start_date": START, "programme_file": upload(pages=2)}
    link = api.post(EVENTS, data, format="multipart").json()["programme_file"]
    opened = Client().get(link)
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    assert body_of(opened) == content


def test_an_event_shows_exactly_its_own_fields(reader, event):
    assert list(reader.get(url_of(event)).json()) == [
        "id",
        "name",
        "description",
        "start_date",
        "end_date",
        "location",
        "programme_file",
        "guide_file",
        "documents",
    ]


def test_the_list_shows_an_event_as_the_detail_does(reader, with_programme):
    assert reader.get(EVENTS).json()["results"] == [reader.get(url_of(with_programme)).json()]


@pytest.mark.parametrize("encoding", ["json", "multipart"])
def test_put_replaces_the_fields_and_keeps_an_omitted_document(api, with_programme, encoding):
    name = with_programme.programme_file.name
    data = {"name": "New", "start_date": START}
    assert api.put(url_of(with_programme), data, format=encoding).status_code == 200
    with_programme.refresh_from_db()
    assert (with_programme.name, with_programme.programme_file.name) == ("New", name)


def test_put_refuses_a_missing_field(api, event):
    response = api.put(url_of(event), {"name": "New"})
    assert (response.status_code, codes(response)) == (400, {"start_date": ["required"]})


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_update_replaces_a_document_and_removes_the_old_file(
    api, with_programme, storage, method, django_capture_on_commit_callbacks
):
    data = {"name": "N", "start_date": START, "programme_file": upload(pages=5)}
    with django_capture_on_commit_callbacks(execute=True):
        response = getattr(api, method)(url_of(with_programme), data, format="multipart")
    assert response.json()["documents"]["programme_file"]["pages"] == 5
    with_programme.refresh_from_db()
    assert storage.names() == {with_programme.programme_file.name}


def test_patch_changes_one_field(api, event):
    assert api.patch(url_of(event), {"location": "Algiers"}).status_code == 200
    event.refresh_from_db()
    assert (event.location, event.name) == ("Algiers", "Tech Summit")


def test_delete_removes_the_event_and_its_files(
    api, with_programme, storage, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(url_of(with_programme)).status_code == 204
    assert not Event.objects.exists()
    assert storage.names() == set()


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_refused_upload_changes_nothing(api, with_programme, storage, method):
    before = storage.names()
    data = {"name": "N", "start_date": START, "programme_file": upload("x.exe")}
    response = getattr(api, method)(url_of(with_programme), data, format="multipart")
    assert codes(response) == {"programme_file": ["wrong_extension"]}
    assert storage.names() == before
    assert Event.objects.get().name == "Tech Summit"


def test_a_refused_upload_stores_nothing_of_the_accepted_one(api, storage):
    data = {"name": "N", "start_date": START, "programme_file": upload(), "guide_file": upload("x")}
    assert api.post(EVENTS, data, format="multipart").status_code == 400
    assert storage.names() == set()
    assert not Event.objects.exists()


# An id of the client's own


def test_post_may_carry_its_own_id(api):
    own = str(uuid.uuid4())
    response = api.post(EVENTS, {"id": own, "name": "S", "start_date": START})
    assert response.json()["id"] == own == str(Event.objects.get().pk)


def test_a_repeated_post_is_a_conflict_and_stores_nothing(api, storage):
    data = {"id": str(uuid.uuid4()), "name": "S", "start_date": START}
    api.post(EVENTS, {**data, "programme_file": upload()}, format="multipart")
    before = storage.names()
    response = api.post(EVENTS, {**data, "programme_file": upload()}, format="multipart")
    assert (response.status_code, codes(response)) == (409, {"detail": ["already_exists"]})
    assert storage.names() == before
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_post_that_loses_a_race_is_a_conflict_and_stores_nothing(api, storage):
    own = uuid.uuid4()

    def win():
        Event.objects.create(pk=own, name="Winner", start_date=START)
        BaseDatabaseWrapper.close(connection)  # SQLite's own does nothing for one in memory.

    def race(instance, **kwargs):
        pre_save.disconnect(race, sender=Event)
        winner = Thread(target=win)
        winner.start()
        winner.join()

    pre_save.connect(race, sender=Event)
    data = {"id": str(own), "name": "Loser", "start_date": START, "programme_file": upload()}
    response = api.post(EVENTS, data, format="multipart")
    assert (response.status_code, codes(response)) == (409, {"detail": ["already_exists"]})
    assert Event.objects.get().name == "Winner"
    assert storage.names() == set()


@pytest.mark.parametrize("own", ["nonsense", -1, 10**60, [], {}, 1.5, "\x00", "\ud800"])
def test_an_id_that_is_no_uuid_is_refused(api, own):
    body = json.dumps({"id": own, "name": "S", "start_date": START})
    response = api.post(EVENTS, body, content_type="application/json")
    assert (response.status_code, codes(response)) == (400, {"id": ["invalid"]})


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_id_of_an_event_never_changes(api, event, method):
    data = {"id": str(uuid.uuid4()), "name": "N", "start_date": START}
    assert getattr(api, method)(url_of(event), data).json()["id"] == str(event.pk)


@pytest.mark.parametrize("key", ["x", "1", "%00", "%ED%A0%80", "9" * 400, "a%0Ab", UNKNOWN])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("tail", ["", "programme_file/"])
def test_a_key_that_names_no_event_is_not_found(api, key, method, tail):
    if tail and method == "patch":
        method = "head"
    response = getattr(api, method)(f"{EVENTS}{key}/{tail}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


# Dates


@pytest.mark.parametrize("encoding", ["json", "multipart"])
def test_post_refuses_an_end_before_the_start(api, encoding):
    data = {"name": "S", "start_date": START, "end_date": "2026-11-30T09:00:00Z"}
    response = api.post(EVENTS, data, format=encoding)
    assert (response.status_code, codes(response)) == (400, {"end_date": ["end_before_start"]})


@pytest.mark.parametrize(
    "change", [{"start_date": "2026-12-03T00:00:00Z"}, {"end_date": "2026-11-30T00:00:00Z"}]
)
def test_patch_compares_one_date_with_the_stored_other(api, event, change):
    event.end_date = "2026-12-02T00:00:00Z"
    event.save()
    response = api.patch(url_of(event), change)
    assert (response.status_code, codes(response)) == (400, {"end_date": ["end_before_start"]})


def test_an_event_may_end_when_it_starts_and_lose_its_end(api, event):
    assert api.patch(url_of(event), {"end_date": START}).status_code == 200
    assert api.patch(url_of(event), {"end_date": None}).json()["end_date"] is None


# Permalinks


@pytest.mark.parametrize("accept", ["application/pdf", "text/plain", "*/*;q=0", "garbage", ""])
def test_the_permalink_opens_whatever_the_client_accepts(reader, with_programme, accept):
    response = reader.get(url_of(with_programme, "programme_file/"), headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert body_of(response) == make_pdf(pages=3)


def test_head_of_the_permalink_has_the_headers_and_no_body(reader, with_programme):
    got = reader.get(url_of(with_programme, "programme_file/"))
    headed = reader.head(url_of(with_programme, "programme_file/"))
    assert headed.status_code == 200
    assert headed.content == b""
    assert headed.headers == got.headers


def test_the_permalink_is_cached_only_after_asking(reader, with_programme):
    response = reader.get(url_of(with_programme, "programme_file/"))
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))


def test_an_unchanged_document_is_not_sent_again(reader, with_programme):
    etag = reader.get(url_of(with_programme, "programme_file/"))["ETag"]
    again = reader.get(url_of(with_programme, "programme_file/"), headers={"if-none-match": etag})
    assert (again.status_code, again["ETag"]) == (304, etag)


def test_permission_comes_before_not_modified(with_programme, reader):
    etag = reader.get(url_of(with_programme, "programme_file/"))["ETag"]
    address = url_of(with_programme, "programme_file/")
    assert Client().get(address, headers={"if-none-match": etag}).status_code == 401


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_permalink_without_a_document_is_not_found(reader, event, method):
    assert getattr(reader, method)(url_of(event, "guide_file/")).status_code == 404


def test_a_permalink_without_a_document_says_so(reader, event):
    assert codes(reader.get(url_of(event, "guide_file/"))) == {"detail": ["no_document"]}


def test_a_missing_file_is_not_found_and_logged(reader, with_programme, storage, caplog):
    storage.delete(with_programme.programme_file.name)
    response = reader.get(url_of(with_programme, "programme_file/"))
    assert (response.status_code, codes(response)) == (404, {"detail": ["file_missing"]})
    assert [record.levelname for record in caplog.records if "missing" in record.message] == [
        "ERROR"
    ]


def test_put_of_the_first_document_creates_it(api, event):
    response = api.put(url_of(event, "guide_file/"), make_pdf(), content_type="application/pdf")
    assert response.status_code == 201
    detail = api.get(url_of(event)).json()
    assert response.json() == detail["documents"]["guide_file"]
    assert response.json()["filename"] == "guide.pdf"


def test_put_of_a_document_replaces_the_old_one(
    api, with_programme, storage, django_capture_on_commit_callbacks
):
    address = url_of(with_programme, "programme_file/")
    with django_capture_on_commit_callbacks(execute=True):
        response = api.put(address, make_pdf(pages=9), content_type="application/pdf")
    assert (response.status_code, response.json()["pages"]) == (200, 9)
    with_programme.refresh_from_db()
    assert storage.names() == {with_programme.programme_file.name}


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (b"PK\x03\x04", "not_a_pdf"), (b"%PDF-1.7", "damaged")]
)
def test_put_refuses_a_body_that_is_no_pdf(api, with_programme, storage, content, code):
    before = storage.names()
    address = url_of(with_programme, "programme_file/")
    response = api.put(address, content, content_type="application/pdf")
    assert (response.status_code, codes(response)) == (400, {"programme_file": [code]})
    assert storage.names() == before


def test_put_of_a_document_writes_no_other_column(api, event, monkeypatch):
    saved = {}
    monkeypatch.setattr(Event, "save", lambda self, **kwargs: saved.update(kwargs))
    api.put(url_of(event, "guide_file/"), make_pdf(), content_type="application/pdf")
    assert {"name", "description", "start_date"}.isdisjoint(saved["update_fields"])


def test_delete_clears_a_document_and_removes_its_file(
    api, with_programme, storage, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(url_of(with_programme, "programme_file/")).status_code == 204
    assert storage.names() == set()
    assert api.get(url_of(with_programme)).json()["programme_file"] is None


def test_delete_of_no_document_is_fine(api, event):
    assert api.delete(url_of(event, "programme_file/")).status_code == 204


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_permalink_allows_no_other_method(api, event, method):
    response = getattr(api, method)(url_of(event, "programme_file/"))
    assert (response.status_code, codes(response)) == (405, {"detail": ["method_not_allowed"]})


# What caches and databases see


@pytest.mark.parametrize("method", ["get", "options", "post", "delete"])
def test_no_answer_is_for_a_shared_cache(api, event, method):
    response = getattr(api, method)(url_of(event))
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))


def test_an_error_is_not_for_a_shared_cache(event):
    assert Client().get(url_of(event))["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("count", [1, 20])
def test_a_list_takes_one_query(reader, count, django_assert_num_queries):
    for number in range(count):
        Event.objects.create(name=number, start_date=START, programme_file=upload())
    with django_assert_num_queries(1):
        assert len(reader.get(EVENTS).json()["results"]) == count


@pytest.mark.parametrize("tail", ["", "programme_file/"])
def test_an_event_and_a_permalink_take_one_query(
    reader, with_programme, tail, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert reader.get(url_of(with_programme, tail)).status_code == 200


# The browsable API, which asks views things that no client asks


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post", "options"])
@pytest.mark.parametrize("tail", ["", "{key}/", "{key}/programme_file/", "{key}/guide_file/", "x/"])
def test_the_browsable_api_shows_every_answer(api, with_programme, method, tail):
    address = EVENTS + tail.format(key=with_programme.pk)
    response = getattr(api, method)(address, headers={"accept": "text/html"})
    assert response.status_code < 500
    assert response["Content-Type"] in {"text/html; charset=utf-8", "application/pdf"}


@pytest.mark.parametrize("tail", ["", "{key}/", "{key}/guide_file/", "{key}/guide_file/x.pdf"])
@pytest.mark.parametrize("client", ["api", "reader"])
def test_options_describes_every_route(request, event, tail, client):
    address = EVENTS + tail.format(key=event.pk)
    assert request.getfixturevalue(client).options(address).status_code == 200
