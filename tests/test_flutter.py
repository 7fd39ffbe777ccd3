"""The Dart code of the guide reads what the API answers, key by key and type by type."""

import re

import pytest

from django_event_pdfs.links import SignedLinks
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW
from tests.pages import DOCS, blocks, read, rows, section

PAGE = DOCS / "how-to" / "flutter.md"
CODE = "\n".join(blocks(PAGE, "dart"))
TYPES = {
    "String": str,
    "int": int,
    "Map<String, dynamic>": dict,
    "List<dynamic>": list,
}


def part_of(name):
    """Return the code of a class."""
    return CODE.partition(f"class {name}")[2].partition("\n}\n")[0]


def keys_of(variable, code=CODE):
    """Return the keys that a variable is asked for, with their types in Dart."""
    found = re.findall(rf"\b{variable}\['(\w+)'\] as (\w+(?:<[\w, ]+>)?\??)", code)
    return dict(found)


def assert_read(keys, body):
    """Compare what Dart reads with the body of an answer."""
    assert keys
    for key, dart in keys.items():
        assert key in body, key
        optional = dart.endswith("?")
        assert isinstance(body[key], TYPES[dart.rstrip("?")]) or (optional and body[key] is None)


@pytest.fixture
def bare(api):
    """Return an event without anything that may be left out."""
    return api.post(EVENTS, NEW, format="json").json()


@pytest.fixture
def rich(api):
    event = {**NEW, "end_date": "2026-12-02T09:00:00Z", "location": "Lyon"}
    files = {"programme_file": upload(), "guide_file": upload(pages=2)}
    return api.post(EVENTS, {**event, **files}, format="multipart").json()


def test_an_event_is_read(bare, rich):
    keys = keys_of("json", part_of("Event "))
    assert {"id", "name", "start_date", "documents"} <= keys.keys()
    assert_read(keys, rich)
    assert_read(keys, bare)


def test_the_documents_of_an_event_are_read(bare, rich):
    keys = keys_of("documents")
    assert keys.keys() == rich["documents"].keys()
    assert_read(keys, rich["documents"])
    assert_read(keys, bare["documents"])


def test_a_document_is_read(rich):
    assert_read(keys_of("json", part_of("EventDocument ")), rich["documents"]["guide_file"])


def test_a_document_without_facts_is_read(api, event, storage):
    storage.save("events/programmes/old.pdf", upload())
    type(event).objects.filter(pk=event.pk).update(programme_file="events/programmes/old.pdf")
    entry = api.get(f"{EVENTS}{event.pk}/").json()["documents"]["programme_file"]
    assert entry["size"] is None
    assert_read(keys_of("json", part_of("EventDocument ")), entry)


def test_a_page_is_read(api, bare, rich):
    keys = keys_of("page")
    assert_read(keys, api.get(EVENTS).json())
    first = api.get(f"{EVENTS}?page_size=1").json()
    assert isinstance(first["next"], str)
    assert_read(keys, first)


def test_a_refusal_is_read(api, rich):
    wrong = {"programme_file": upload("a.exe"), "name": ""}
    refused = api.patch(f"{EVENTS}{rich['id']}/", wrong, format="multipart")
    missing = api.get(f"{EVENTS}{rich['id']}x/")
    for answer in (refused, missing):
        body = answer.json()
        assert_read(keys_of("error", part_of("Refusal ")), body)
        # As _listed() takes them: texts, or lists of texts, under the same keys.
        for key, codes in body["codes"].items():
            assert {type(word) for word in [*codes, *_listed(body[key])]} == {str}


def test_an_expired_link_names_the_permalink(api, client, full):
    link = SignedLinks(max_age=-3600, window=1).make(full.programme_file.name, "a.pdf").url
    expired = client.get(link)
    assert expired.status_code == 410
    assert_read(keys_of("expired"), expired.json())
    assert api.get(expired.json()["permalink"]).status_code == 200


def test_a_document_is_sent_under_the_names_that_the_guide_says(api, bare):
    [names] = re.findall(r"`field` is `(\w+)` or `(\w+)`", CODE)
    for field in names:
        answer = api.patch(f"{EVENTS}{bare['id']}/", {field: upload()}, format="multipart")
        assert answer.json()["documents"][field]["filename"] == "Programme 2026.pdf"


def test_every_variable_that_is_read_is_compared():
    variables = re.findall(r"\b(\w+)\['\w+'\]", CODE)
    assert {*variables} == {"json", "documents", "page", "error", "expired"}
    assert len(variables) == len(re.findall(r"\['\w+'\] (?:as|==)", CODE))


def test_the_answers_of_the_table_are_those_of_the_api():
    known = {tuple(row[1::-1]) for row in rows(read(DOCS / "reference" / "errors.md"))}
    named = re.findall(r"^\| (\d{3}) `(\w+)`", section(PAGE, "What can happen"), re.MULTILINE)
    assert named
    assert [pair for pair in named if pair not in known] == []


def _listed(value):
    return value if isinstance(value, list) else [value]
