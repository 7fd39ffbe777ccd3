"""The facts of a document, and whether they still describe the name beside them."""

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile

from django_event_pdfs import facts as facts_module
from django_event_pdfs.facts import DocumentFacts
from django_event_pdfs.pdf import Facts, Findings, Inspection, Refusal
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.testapp.models import Event, Permit

NAME = "events/programmes/programme_x.pdf"


def facts(**changes):
    values = {
        "name": NAME,
        "size": 1234,
        "sha256": "ab" * 32,
        "pages": 3,
        "pdf_version": "1.7",
        "title": "Résumé",
        "filename": "Programme 2026.pdf",
        "stored_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    }
    return DocumentFacts(**{**values, **changes})


def facts_column(event, field="programme_file"):
    """Return what the row's facts column holds now."""
    return type(event).objects.values_list(f"{field}_facts", flat=True).get(pk=event.pk)


def test_facts_survive_json():
    assert DocumentFacts.from_json(facts().as_json(), NAME) == facts()


def test_facts_are_frozen():
    with pytest.raises(FrozenInstanceError):
        facts().size = 1


def test_facts_take_what_the_inspection_found():
    found = {
        "size": 10,
        "sha256": "cd" * 32,
        "pages": 2,
        "pdf_version": "2.0",
        "title": "T",
        "producer": "LibreOffice",
        **dict.fromkeys(("encrypted", "signed", "linearised", "tagged"), True),
    }
    inspection = Inspection(Facts(**found), Findings(repaired=True))
    made = DocumentFacts.of(inspection, NAME, "guide.pdf")
    assert made == facts(**found, repaired=True, filename="guide.pdf", stored_at=made.stored_at)
    assert made.stored_at.tzinfo is UTC


def test_a_refused_file_has_no_facts():
    with pytest.raises(ValueError, match="refused"):
        DocumentFacts.of(Inspection(refusal=Refusal("damaged")), NAME, "guide.pdf")


def test_every_fact_of_the_bytes_is_stored():
    stored = {field.name for field in fields(DocumentFacts)}
    assert stored >= {field.name for field in fields(Facts)}


NEW_KEYS = ("producer", "encrypted", "signed", "linearised", "tagged", "repaired")


@pytest.mark.parametrize("missing", [NEW_KEYS, NEW_KEYS[:1], NEW_KEYS[3:]])
def test_facts_of_an_older_release_are_read(missing):
    data = {key: value for key, value in facts().as_json().items() if key not in missing}
    assert DocumentFacts.from_json(data, NAME) == facts()


def test_a_row_of_an_older_release_is_read(full):
    old = {k: v for k, v in facts_column(full).items() if k not in NEW_KEYS}
    Event.objects.filter(pk=full.pk).update(programme_file_facts=old)
    read = Event.objects.get(pk=full.pk).programme_file.facts
    assert (read.pages, read.producer, read.repaired) == (1, "", False)


@pytest.mark.parametrize("key", ["size", "sha256", "pages", "pdf_version", "title", "filename"])
def test_json_without_one_of_the_first_facts_counts_as_absent(key):
    data = facts().as_json()
    del data[key]
    assert DocumentFacts.from_json(data, NAME) is None


def test_facts_that_describe_another_name_count_as_absent():
    assert DocumentFacts.from_json(facts().as_json(), "events/programmes/other.pdf") is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "text",
        7,
        {"name": NAME},
        {**facts().as_json(), "stored_at": None},
        {**facts().as_json(), "stored_at": "yesterday"},
        {**facts().as_json(), "stored_at": "2026-13-45T99:00:00Z"},
    ],
)
def test_json_that_is_not_facts_counts_as_absent(data):
    assert DocumentFacts.from_json(data, NAME) is None


def test_facts_with_unknown_keys_are_read():
    data = {**facts().as_json(), "colour": "blue"}
    assert DocumentFacts.from_json(data, NAME) == facts()


def test_a_save_stores_the_facts_of_the_bytes(event):
    content = make_pdf(3, title="The programme")
    event.programme_file = ContentFile(content, "Été 2026.pdf")
    event.save()
    event.refresh_from_db()
    stored = event.programme_file.facts
    assert stored.name == event.programme_file.name
    assert (stored.size, stored.sha256) == (len(content), sha256(content).hexdigest())
    assert (stored.pages, stored.title, stored.filename) == (3, "The programme", "Été 2026.pdf")


def test_facts_in_memory_equal_those_read_back(event):
    event.programme_file = upload()
    event.save()
    assert event.programme_file.facts == Event.objects.get(pk=event.pk).programme_file.facts


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdfs.with_raw_title(b"LibreOffice", b"/Producer"), {"producer": "LibreOffice"}),
        (make_pdf(owner_password="x"), {"encrypted": True}),
        (pdfs.with_catalog(b"/AcroForm << /Fields [] /SigFlags 3 >>"), {"signed": True}),
        (pdfs.with_catalog(b"/MarkInfo << /Marked true >>"), {"tagged": True}),
        (pdfs.without_startxref(), {"repaired": True}),
        (pdfs.assemble(start=7), {"repaired": True}),
        (pdfs.linearised(), {"linearised": True}),
    ],
)
def test_the_row_says_what_the_file_is(event, content, expected):
    event.programme_file = ContentFile(content, "a.pdf")
    event.save()
    column = facts_column(event)
    plain = {"producer": "", **dict.fromkeys(NEW_KEYS[1:], False)}
    assert {key: column[key] for key in NEW_KEYS} == {**plain, **expected}


def test_a_title_of_nuls_can_be_stored(event):
    event.programme_file = upload(title="\0\0Ti\0tle\0")
    event.save()
    event.refresh_from_db()
    assert event.programme_file.facts.title == "Title"


def test_facts_are_absent_before_the_save(event):
    event.programme_file = upload()
    event.save()
    event.programme_file = upload()
    assert event.programme_file.facts is None


def test_facts_are_absent_without_a_document(event):
    assert event.programme_file.facts is None


def test_facts_count_as_absent_after_an_update_by_query(event):
    event.programme_file = upload()
    event.save()
    Event.objects.filter(pk=event.pk).update(programme_file="events/programmes/other.pdf")
    event.refresh_from_db()
    assert event.programme_file.facts is None


def test_facts_of_a_legacy_row_are_absent(event):
    Event.objects.filter(pk=event.pk).update(programme_file="events/programmes/summit_2025.pdf")
    event.refresh_from_db()
    assert event.programme_file.facts is None
    assert event.programme_file.filename == "summit_2025.pdf"


@pytest.mark.parametrize("value", [None, "", "events/programmes/summit_2025.pdf"])
@pytest.mark.parametrize("update_fields", [None, ["programme_file"]])
def test_facts_go_when_the_document_is_cleared_or_reassigned(event, value, update_fields):
    event.programme_file = upload(title="Secret")
    event.save()
    event.programme_file = value
    event.save(update_fields=update_fields)
    assert facts_column(event) is None
    assert event.programme_file.facts is None


def test_facts_go_when_the_document_is_deleted(event):
    event.programme_file = upload(title="Secret")
    event.save()
    event.programme_file.delete()
    assert facts_column(event) is None


def test_facts_follow_a_replaced_document(event):
    event.programme_file = upload(pages=1)
    event.save()
    event.programme_file = upload("second.pdf", pages=2)
    event.save(update_fields=["programme_file"])
    assert facts_column(event)["name"] == event.programme_file.name
    assert Event.objects.get(pk=event.pk).programme_file.facts.pages == 2


def test_each_document_has_facts_of_its_own(event):
    event.programme_file, event.guide_file = upload(pages=1), upload(pages=2)
    event.save()
    event.refresh_from_db()
    assert (event.programme_file.facts.pages, event.guide_file.facts.pages) == (1, 2)


@pytest.mark.parametrize("more", [{}, {"replaced": [["old.pdf", "2026-12-01T09:00:00Z"]]}])
def test_what_is_done_to_facts_in_memory_nobody_else_reads(event, more):
    stored = facts().as_json() | more
    Event.objects.filter(pk=event.pk).update(programme_file=NAME, programme_file_facts=stored)
    for _ in range(2):
        held = facts_column(event)
        assert held == stored
        held.get("replaced", []).clear()
        held["title"] = "Another"


def test_facts_that_are_read_often_are_parsed_once(event):
    event.programme_file = upload()
    event.save()
    facts_column(event)
    before = facts_module._remembered.cache_info()
    assert facts_column(event)["filename"] == "Programme 2026.pdf"
    after = facts_module._remembered.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)


@pytest.mark.parametrize("text", ["", "{", "null and more", "{'name': 1}", "\ud800", b"{}"])
def test_a_column_that_is_no_json_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        facts_module.read_column(text)


def test_facts_of_a_required_document_go_too(db):
    permit = Permit.objects.create(permit_file=upload())
    permit.permit_file = "permits/other.pdf"
    permit.save()
    assert facts_column(permit, "permit_file") is None
