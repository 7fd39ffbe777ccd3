"""The description is compared with what the API answers, operation by operation."""

import json
import uuid
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from django_event_pdfs.inspection import _turn
from django_event_pdfs.testing import make_pdf
from tests.endpoints import EVENTS, NEW, PDF
from tests.pages import DOCS, read, rows, section

jsonschema = pytest.importorskip("jsonschema", reason="drf-spectacular brings it")
pytest.importorskip("drf_spectacular", reason="needs the extra openapi")

DETAIL = f"{EVENTS}{{pk}}/"
DOCUMENT = f"{DETAIL}programme_file/"

OPERATIONS = {
    "list": ("get", EVENTS),
    "create": ("post", EVENTS),
    "retrieve": ("get", DETAIL),
    "update": ("put", DETAIL),
    "partial_update": ("patch", DETAIL),
    "destroy": ("delete", DETAIL),
    "programme_file_retrieve": ("get", DOCUMENT),
    "programme_file_update": ("put", DOCUMENT),
    "programme_file_destroy": ("delete", DOCUMENT),
}
OPEN, STORE, CLEAR = (name for name in OPERATIONS if name.startswith("programme_file"))
READS = ("list", "retrieve", OPEN)
FORMS = ("create", "update", "partial_update")
BODIES = (*FORMS, STORE)
SUCCESS = {"create": 201, "destroy": 204, CLEAR: 204}


@dataclass
class Case:
    """One request: what is set up, who asks, what is sent, and the status that answers it."""

    operation: str
    status: int
    client: str = "api"
    pk: str = ""
    query: str = ""
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    setup: str = ""

    def __str__(self) -> str:
        return f"{self.operation}-{self.status}-{self.setup or self.query or len(self.headers)}"


def cases():
    for operation in OPERATIONS:
        yield Case(operation, SUCCESS.get(operation, 200))
        yield Case(operation, 401, client="anonymous")
        yield Case(operation, 403, client="reader", setup="strict")
        if operation != "list" and operation != "create":
            yield Case(operation, 404, pk=str(uuid.uuid4()))
        if operation not in (OPEN, STORE, CLEAR):
            yield Case(operation, 406, headers={"HTTP_ACCEPT": "image/png"})
        if operation not in READS:
            yield Case(operation, 411, headers={"HTTP_TRANSFER_ENCODING": "chunked"})
            yield Case(operation, 413, setup="tiny", data=bytes(5_000_000))
    for operation in BODIES:
        yield Case(operation, 400, data=b"hello")
        yield Case(operation, 413, setup="small")  # Within the limit of the whole request.
        yield Case(operation, 415, headers={"CONTENT_TYPE": "text/csv"})
        yield Case(operation, 503, setup="busy")
        yield Case(operation, 503, setup="no storage")
    for operation in (STORE, CLEAR):
        yield Case(operation, 400, headers={"HTTP_IF_MATCH": "other"})
        yield Case(operation, 412, headers={"HTTP_IF_MATCH": '"other"'})
    yield Case(CLEAR, 503, headers={"HTTP_IF_MATCH": '"other"'}, setup="no storage")
    yield Case("list", 404, query="?cursor=made-up")
    yield Case("create", 409, setup="twice")
    yield Case(STORE, 201, setup="empty")
    yield Case(OPEN, 404, setup="empty")
    yield Case(OPEN, 404, setup="lost")
    yield Case(OPEN, 206, headers={"HTTP_RANGE": "bytes=0-9"})
    yield Case(OPEN, 304, headers={"HTTP_IF_NONE_MATCH": "*"})
    yield Case(OPEN, 412, headers={"HTTP_IF_MATCH": '"other"'})
    yield Case(OPEN, 416, headers={"HTTP_RANGE": "bytes=99999999-"})
    yield Case(OPEN, 503, setup="no storage")


CASES = list(cases())


class World:
    """The project as a case sets it up."""

    def __init__(self, event, settings, storage, monkeypatch, clients):
        self.event, self.settings, self.storage = event, settings, storage
        self.monkeypatch, self.clients = monkeypatch, clients

    def set_up(self, what):
        policy = {
            "strict": {"READ_ACCESS": "permission"},
            "small": {"MAX_SIZE": 10},
            "tiny": {"MAX_SIZE": 10},
            "busy": {"INSPECTION": {"concurrency": 1, "wait": 0}},
        }.get(what, {})
        self.settings.EVENT_PDFS = {**self.settings.EVENT_PDFS, **policy}
        if what == "lost":
            self.storage.delete(self.event.programme_file.name)
        if what == "empty":
            self.event.programme_file = None
            self.event.save()
        if what == "no storage":
            # A name that we did not choose, so that the storage is asked in every case.
            type(self.event).objects.update(programme_file="events/programmes/old.pdf")
            for method in ("_open", "_save", "exists", "get_modified_time"):
                self.monkeypatch.setattr(self.storage, method, _fail)

    def ask(self, case):
        """Send the request of a case."""
        method, address = OPERATIONS[case.operation]
        body = self._body(case)
        kind = case.headers.get("CONTENT_TYPE", PDF if case.operation == STORE else None)
        sent = {"content_type": kind} if kind else {"format": "multipart"}
        headers = {k: v for k, v in case.headers.items() if k != "CONTENT_TYPE"}
        if "HTTP_TRANSFER_ENCODING" in headers:
            headers["CONTENT_LENGTH"] = ""
        if method == "get":
            body, sent = None, {}
        target = address.format(pk=case.pk or self.event.pk) + case.query
        return getattr(self.clients[case.client], method)(target, body, **sent, **headers)

    def _body(self, case):
        pdf = case.data or make_pdf()
        if case.operation == STORE or "CONTENT_TYPE" in case.headers:
            return pdf
        if case.operation not in FORMS:
            return {"programme_file": SimpleUploadedFile("a.pdf", pdf, PDF)} if case.data else None
        identity = {"id": str(self.event.pk)} if case.setup == "twice" else {}
        return {**NEW, **identity, "programme_file": SimpleUploadedFile("a.pdf", pdf, PDF)}


def _fail(*args: Any, **kwargs: Any) -> Any:
    raise OSError("No storage.")


@pytest.fixture
def world(full, settings, storage, monkeypatch, api, reader):
    clients = {"api": api, "reader": reader, "anonymous": APIClient()}
    return World(full, settings, storage, monkeypatch, clients)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_is_as_described(describe, world, case):
    world.set_up(case.setup)
    answer = asked(world, case)
    assert answer.status_code == case.status, getattr(answer, "data", "")
    described = describe()
    known = described.answers(f"events_{case.operation}")[str(case.status)]
    assert [name for name in known.get("headers", ()) if name not in answer] == []
    kind = answer.get("Content-Type", "").partition(";")[0]
    assert kind in known.get("content", {"": None, "text/html": None})
    if kind == "application/json":
        check(json.loads(answer.content), known, described.document)


def asked(world, case):
    with _turn() if case.setup == "busy" else nullcontext():
        return world.ask(case)


def check(body, known, document):
    """Compare a body with the schema of its answer, and its codes with those that are named."""
    schema = known["content"]["application/json"]["schema"]
    checked = {**schema, "components": document["components"]}
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(checked, format_checker=formats).validate(body)
    codes = [code for codes in body.get("codes", {}).values() for code in codes]
    assert {*codes} <= {*known.get("x-codes", ())}


# What each code of an event's own fields answers.
WRONG = {
    "required": {"name": ...},
    "null": {"name": None},
    "blank": {"name": " "},
    "max_length": {"location": "x" * 201},
    "invalid": {"end_date": "tomorrow"},
    "overflow": {"start_date": "0001-01-01T00:00:00+14:00"},
    "null_characters_not_allowed": {"description": "\0"},
    "surrogate_characters_not_allowed": {"name": "\ud800"},
}


@pytest.mark.parametrize(("code", "wrong"), WRONG.items())
def test_each_refusal_of_an_events_own_field_is_described(describe, api, settings, code, wrong):
    settings.TIME_ZONE = "Europe/Paris"
    data = {name: value for name, value in {**NEW, **wrong}.items() if value is not ...}
    body = api.post(EVENTS, json.dumps(data), content_type="application/json").json()
    assert body["codes"] == {name: [code] for name in wrong}
    described = describe()
    check(body, described.answers("events_create")["400"], described.document)


def test_each_code_of_an_events_own_fields_is_documented():
    table = section(DOCS / "reference" / "errors.md", "A field of an event")
    assert [row[0] for row in rows(table)] == [*WRONG]


def test_every_answer_that_is_described_is_compared(describe):
    described = describe()
    found = {
        (name, int(status)) for name in OPERATIONS for status in described.answers(f"events_{name}")
    }
    assert found == {(case.operation, case.status) for case in CASES}


def test_every_code_is_in_the_catalogue_with_its_status(describe, settings):
    scanner = {"BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner"}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "SCANNER": scanner}
    operations = describe().operations.values()
    named = {
        (code, int(status))
        for operation in operations
        for status, answer in operation["responses"].items()
        for code in answer.get("x-codes", ())
    }
    table = read(DOCS / "reference" / "errors.md").partition("# A link, and the permalink")
    catalogue = {(code, int(status)) for code, status, *_rest in rows(table[0] + table[2])}
    of_links = {("link_forged", 403), ("link_expired", 410), ("document_removed", 404)}
    rare = {("method_not_allowed", 405), ("throttled", 429)}
    assert catalogue - named == of_links | rare
    assert named <= catalogue
