"""If-Match and If-None-Match on writes: nobody overwrites a document that he has not seen."""

import pytest

from django_event_pdfs import document_actions
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

PDF = "application/pdf"
OTHER = '"abcdefghijklmnopqrstuvwxyz"'

pytestmark = pytest.mark.django_db


def codes(response):
    return response.json()["codes"]


class Document:
    """The programme of an event over the API."""

    def __init__(self, api, event):
        self.api, self.address = api, f"/api/events/{event.pk}/programme_file/"
        self.event = event

    def put(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.put(self.address, make_pdf(), content_type=PDF, headers=headers)

    def delete(self, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.delete(self.address, headers=headers)

    @property
    def etag(self):
        return self.api.get(self.address)["ETag"]

    @property
    def name(self):
        return Event.objects.get(pk=self.event.pk).programme_file.name


@pytest.fixture
def document(api, full):
    return Document(api, full)


@pytest.fixture
def nothing(api, event):
    return Document(api, event)


FORMS = ["{etag}", "W/{etag}", '"a", {etag}', "*", ' W/"x" , {etag},', '"a",, ,{etag}', "\t*"]
MALFORMED = ["", "x", "abc def", '"a" "b"', '"a', "W/x", '*, "a"', '"a\x00"', ",", "," * 9999 + "x"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["put", "delete"])
def test_the_document_that_was_seen_may_be_changed(document, method, form):
    before = document.name
    response = getattr(document, method)(if_match=form.format(etag=document.etag))
    assert response.status_code == (200 if method == "put" else 204)
    assert document.name != before


def test_the_etag_is_also_in_the_json(document, api):
    shown = api.get(f"/api/events/{document.event.pk}/").json()["documents"]["programme_file"]
    assert shown["etag"] == document.etag
    assert document.put(if_match=shown["etag"]).json()["etag"] == document.etag


@pytest.mark.parametrize("condition", [OTHER, f"W/{OTHER}", '""'])
@pytest.mark.parametrize("method", ["put", "delete"])
def test_another_document_is_left_alone(document, storage, method, condition):
    before = document.name
    response = getattr(document, method)(if_match=condition)
    assert (response.status_code, codes(response)) == (412, {"detail": ["precondition_failed"]})
    assert document.name == before
    assert storage.names() == {before}


def test_of_two_who_saw_the_same_the_second_is_told(document):
    seen = document.etag
    assert document.put(if_match=seen).status_code == 200
    assert document.put(if_match=seen).status_code == 412
    assert document.delete(if_match=seen).status_code == 412


@pytest.mark.parametrize("condition", ["*", OTHER])
@pytest.mark.parametrize("method", ["put", "delete"])
def test_where_there_is_no_document_none_was_seen(nothing, method, condition):
    assert getattr(nothing, method)(if_match=condition).status_code == 412


def test_a_document_may_be_created_only(nothing, storage):
    assert nothing.put(if_none_match="*").status_code == 201
    before = nothing.name
    assert nothing.put(if_none_match="*").status_code == 412
    assert nothing.name == before
    assert storage.names() == {before}


@pytest.mark.parametrize(
    ("condition", "status"), [("{etag}", 412), ("W/{etag}", 412), (OTHER, 200), ("*", 412)]
)
def test_if_none_match_names_what_must_not_be_there(document, condition, status):
    assert document.put(if_none_match=condition.format(etag=document.etag)).status_code == status


def test_both_must_hold(document):
    etag = document.etag
    assert document.put(if_match=etag, if_none_match=OTHER).status_code == 200
    assert document.put(if_match=document.etag, if_none_match="*").status_code == 412


@pytest.mark.parametrize("value", MALFORMED)
@pytest.mark.parametrize("header", ["if_match", "if_none_match"])
@pytest.mark.parametrize("method", ["put", "delete"])
def test_what_is_malformed_is_refused_and_not_ignored(document, method, header, value):
    before = document.name
    response = getattr(document, method)(**{header: value})
    assert (response.status_code, codes(response)) == (400, {"detail": ["malformed_condition"]})
    assert document.name == before


def test_without_a_condition_the_last_writer_wins(document):
    assert document.put().status_code == document.put().status_code == 200
    assert document.delete().status_code == 204


def test_a_condition_that_fails_reads_no_body(document, monkeypatch):
    monkeypatch.setattr(document_actions, "cast", lambda *args: pytest.fail("It was read."))
    assert document.put(if_match=OTHER).status_code == 412


def test_the_event_itself_is_written_whatever_the_condition(document, api):
    response = api.patch(
        f"/api/events/{document.event.pk}/", {"location": "Algiers"}, headers={"if-match": OTHER}
    )
    assert response.status_code == 200


# Someone else meanwhile


@pytest.mark.parametrize("method", ["put", "delete"])
def test_who_is_first_while_the_body_is_read_is_not_overwritten(
    document, monkeypatch, method, storage
):
    locked = document_actions.lock_row

    def first(event, fields, using):
        monkeypatch.setattr(document_actions, "lock_row", locked)
        assert document.put().status_code == 200
        return locked(event, fields, using)

    etag = document.etag
    monkeypatch.setattr(document_actions, "lock_row", first)
    assert getattr(document, method)(if_match=etag).status_code == 412
    assert storage.names() == {document.name}


# Documents that were there before


@pytest.fixture
def legacy(document, storage):
    name = "events/programmes/Old plan.pdf"
    storage.save(name, upload())
    Event.objects.update(programme_file=name, programme_file_facts=None)
    return document


def test_a_legacy_document_has_the_etag_that_it_is_opened_with(legacy, api):
    shown = api.get(f"/api/events/{legacy.event.pk}/").json()["documents"]["programme_file"]
    assert shown["etag"] is None
    assert legacy.put(if_match=OTHER).status_code == 412
    assert legacy.put(if_match=f"W/{legacy.etag}").status_code == 200


def test_a_legacy_document_whose_file_is_missing_is_any_document(legacy, storage):
    storage.delete(legacy.name)
    assert legacy.put(if_match=OTHER).status_code == 412
    assert legacy.put(if_match="*").status_code == 200


def test_no_condition_asks_the_storage_nothing(legacy, storage, monkeypatch):
    monkeypatch.setattr(type(storage), "size", lambda *args: pytest.fail("It was asked."))
    assert legacy.delete().status_code == 204


def test_a_random_name_asks_the_storage_nothing(document, storage, monkeypatch):
    etag = document.etag
    monkeypatch.setattr(type(storage), "size", lambda *args: pytest.fail("It was asked."))
    assert document.delete(if_match=etag).status_code == 204
