"""``describe``: rows without facts get them, and nothing else of a row changes."""

import json
import threading
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from django_event_pdfs.holders import HoldersUnknown
from django_event_pdfs.inspection import Busy
from django_event_pdfs.maintenance import describe as module
from django_event_pdfs.maintenance.describe import DescribeResult, describe
from django_event_pdfs.signals import document_refused
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.conftest import upload
from tests.maintenance.faults import Odd, fail, open_unseekable
from tests.testapp.models import Event, Meeting, Permit, Workshop

pytestmark = pytest.mark.django_db

START = "2026-12-01T09:00:00Z"
NAME = "events/programmes/Programme 2019.pdf"


@pytest.fixture
def legacy(event, storage):
    """Return what makes the event's programme one from before adoption."""

    def make(data=None, name=NAME):
        if data is not None:
            assert storage.save(name, ContentFile(data)) == name
        Event.objects.filter(pk=event.pk).update(programme_file=name)
        event.refresh_from_db()
        return event

    return make


def run(*arguments):
    """Run the command; return its exit code and what it prints."""
    out = StringIO()
    try:
        call_command("event_pdfs", "describe", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as stopped:
        return stopped.code, out.getvalue()
    return 0, out.getvalue()


def test_a_legacy_document_gets_its_facts(legacy, storage):
    data = make_pdf(pages=3, title="Programme")
    event = legacy(data)
    assert describe() == DescribeResult(documents=1, described=1)
    event.refresh_from_db()
    facts = event.programme_file.facts
    assert (facts.name, facts.size, facts.sha256) == (NAME, len(data), sha256(data).hexdigest())
    assert (facts.pages, facts.title, facts.filename) == (3, "Programme", "Programme 2019.pdf")
    assert facts.stored_at == storage.get_modified_time(NAME)


def test_the_file_and_its_name_stay(legacy, storage):
    event = legacy(make_pdf())
    describe()
    event.refresh_from_db()
    assert event.programme_file.name == NAME
    assert storage.names() == {NAME}


def test_a_second_run_has_nothing_to_do(legacy):
    legacy(make_pdf())
    describe()
    assert describe() == DescribeResult(documents=1)


def test_documents_with_facts_are_not_read(full, storage, monkeypatch):
    fail(monkeypatch, storage, "open", Odd())
    assert describe() == DescribeResult(documents=1)


@pytest.mark.parametrize("facts", [{}, [], "x", {"name": "another.pdf"}, {"name": NAME}])
def test_facts_that_describe_nothing_are_replaced(legacy, facts):
    event = legacy(make_pdf())
    Event.objects.update(programme_file_facts=facts)
    assert describe().described == 1
    event.refresh_from_db()
    assert event.programme_file.facts.name == NAME


def test_nothing_else_of_the_row_changes(storage, db):
    meeting = Meeting.objects.create(title="M", guide_file=upload())
    storage.save("meetings/badges/b.pdf", ContentFile(make_pdf()))
    rows = Meeting.objects.filter(pk=meeting.pk)
    rows.update(badge_file="meetings/badges/b.pdf")
    before = rows.values().get()
    describe()
    after = rows.values().get()
    assert after.pop("badge_file_facts")["name"] == "meetings/badges/b.pdf"
    assert before.pop("badge_file_facts") is None
    assert after == before


def test_a_dry_run_inspects_and_writes_nothing(legacy, listener):
    event = legacy(make_pdf())
    result = describe(dry_run=True, watcher=listener)
    assert result == DescribeResult(documents=1, described=1, dry_run=True)
    assert result.exit_code == 1
    event.refresh_from_db()
    assert event.programme_file.facts is None


@pytest.mark.parametrize(
    ("data", "setting", "code"),
    [
        (pdfs.with_javascript(), {}, "active_content"),
        (pdfs.with_launch(), {}, "active_content"),
        (make_pdf(pages=3), {"MAX_PAGES": 2}, "too_many_pages"),
        (make_pdf(padding=3_000), {"MAX_SIZE": 2_000}, "too_large"),
        (pdfs.with_objects(50), {"MAX_OBJECTS": 20}, "too_complex"),
    ],
)
def test_what_could_not_be_uploaded_today_is_described(
    legacy, listener, settings, data, setting, code
):
    event = legacy(data)
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, **setting}
    result = describe(watcher=listener)
    assert (result.described, result.would_be_refused, result.exit_code) == (1, 1, 1)
    assert [(f.kind, f.detail) for f in listener.findings] == [("would_be_refused", code)]
    event.refresh_from_db()
    assert event.programme_file.facts.size == len(data)


def test_another_extension_is_described(legacy, listener):
    legacy(make_pdf(), "events/programmes/programme.bin")
    describe(watcher=listener)
    assert [f.detail for f in listener.findings] == ["wrong_extension"]


def test_nobody_is_told_of_a_refused_upload(legacy):
    told = []
    receiver = lambda **kwargs: told.append(kwargs)  # noqa: E731
    document_refused.connect(receiver)
    legacy(pdfs.with_javascript())
    describe()
    document_refused.disconnect(receiver)
    assert told == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (pdfs.HTML, "not_a_pdf"),
        (pdfs.truncated(), "damaged"),
        (make_pdf(password="secret"), "encrypted"),
        (pdfs.without_pages(), "no_pages"),
    ],
)
def test_what_is_no_pdf_is_reported(legacy, listener, data, code):
    event = legacy(data)
    result = describe(watcher=listener)
    assert (result.undescribable, result.described, result.exit_code) == (1, 0, 1)
    assert [(f.kind, f.detail) for f in listener.findings] == [("undescribable", code)]
    event.refresh_from_db()
    assert event.programme_file.facts is None


@pytest.mark.parametrize("described", [False, True])
def test_a_name_outside_the_folders_is_reported_in_every_run(legacy, listener, described):
    legacy(make_pdf(), "uploads/programme.pdf")
    if described:
        describe()
    result = describe(watcher=listener)
    assert result.described == (not described)
    assert listener.kinds == ["outside_folders"]
    assert result.exit_code == 1


def test_a_further_folder_is_no_finding(storage, db, listener):
    storage.save("old/badges/b.pdf", ContentFile(make_pdf()))
    Meeting.objects.bulk_create([Meeting(title="M", badge_file="old/badges/b.pdf")])
    assert describe(watcher=listener) == DescribeResult(documents=1, described=1)
    assert listener.findings == []


def test_a_missing_file_is_reported(legacy, listener):
    legacy()
    result = describe(watcher=listener)
    assert (result.missing, result.described, listener.kinds) == (1, 0, ["missing"])


@pytest.mark.parametrize("method", ["size", "open"])
@pytest.mark.parametrize("error", [OSError("input/output error"), Odd("403"), MemoryError()])
def test_a_storage_that_fails_makes_a_file_unreadable(
    legacy, storage, listener, monkeypatch, method, error
):
    legacy(make_pdf())
    fail(monkeypatch, storage, method, error)
    assert describe(watcher=listener).unreadable == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "events/programmes/議程.pdf"])
def test_any_name_in_a_row_is_a_finding_and_no_traceback(legacy, listener, name):
    legacy(name=name)
    result = describe(watcher=listener)
    assert result.missing + result.unreadable == 1


def test_unicode_names_are_described(legacy):
    name = "events/programmes/Programme d\u2019\u00e9t\u00e9 \u8b70\u7a0b.pdf"
    event = legacy(make_pdf(), name)
    describe()
    event.refresh_from_db()
    assert event.programme_file.facts.filename == name.rpartition("/")[2]


@pytest.mark.parametrize("error", [NotImplementedError(), Odd()])
def test_a_storage_without_times_says_now(legacy, storage, monkeypatch, error):
    event = legacy(make_pdf())
    fail(monkeypatch, storage, "get_modified_time", error)
    before = datetime.now(UTC)
    assert describe().described == 1
    event.refresh_from_db()
    assert before <= event.programme_file.facts.stored_at <= datetime.now(UTC)


def test_files_that_cannot_be_sought_are_described(legacy, storage, monkeypatch):
    legacy(make_pdf(padding=2_000_000))
    open_unseekable(monkeypatch, storage)
    assert describe() == DescribeResult(documents=1, described=1)


@pytest.mark.parametrize(("turns", "described"), [(2, 1), (module.TURNS, 0)])
def test_who_is_busy_is_asked_again_and_not_for_ever(
    legacy, listener, monkeypatch, turns, described
):
    legacy(make_pdf())
    asked, inspect = [], module.inspect_stored

    def busy(file):
        asked.append(file)
        if len(asked) <= turns:
            raise Busy
        return inspect(file)

    monkeypatch.setattr(module, "inspect_stored", busy)
    monkeypatch.setattr(module, "PAUSE", 0)
    result = describe(watcher=listener)
    assert (result.described, result.busy) == (described, 1 - described)
    assert listener.kinds == ["busy"] * (1 - described)


@pytest.mark.parametrize("change", ["replace", "delete", "clear"])
def test_a_change_meanwhile_wins(
    legacy, listener, monkeypatch, django_capture_on_commit_callbacks, change
):
    event = legacy(make_pdf(pages=3))
    real = module._describe

    def then_changed(document):
        outcome = real(document)
        with django_capture_on_commit_callbacks(execute=True):
            if change == "delete":
                event.delete()
            else:
                event.programme_file = upload(pages=2) if change == "replace" else None
                event.save()
        return outcome

    monkeypatch.setattr(module, "_describe", then_changed)
    assert describe(jobs=1, watcher=listener) == DescribeResult(documents=1)
    facts = Event.objects.values_list("programme_file_facts", flat=True)
    expected = {"replace": [2], "delete": [], "clear": [None]}[change]
    assert [fact and fact["pages"] for fact in facts] == expected


def test_each_table_of_an_inherited_model_is_written(storage, db):
    storage.save("workshops/exercises/e.pdf", ContentFile(make_pdf()))
    storage.save("meetings/badges/b.pdf", ContentFile(make_pdf()))
    workshop = Workshop.objects.create(title="W")
    Workshop.objects.update(
        exercise_file="workshops/exercises/e.pdf", badge_file="meetings/badges/b.pdf"
    )
    assert describe() == DescribeResult(documents=2, described=2)
    workshop.refresh_from_db()
    assert workshop.exercise_file.facts.name == "workshops/exercises/e.pdf"
    assert workshop.badge_file.facts.name == "meetings/badges/b.pdf"


def test_rows_that_a_manager_hides_are_described(storage, db, monkeypatch):
    storage.save("permits/p.pdf", ContentFile(make_pdf()))
    Permit.objects.bulk_create([Permit(permit_file="permits/p.pdf")])
    manager = type(Permit.objects)
    shown = manager.get_queryset
    with monkeypatch.context() as hidden:
        hidden.setattr(manager, "get_queryset", lambda self: shown(self).none())
        assert describe().described == 1
    assert Permit.objects.get().permit_file.facts.name == "permits/p.pdf"


def test_rows_on_a_second_database_are_described(storage, other):
    storage.save(NAME, ContentFile(make_pdf()))
    row = Event(name="Other", start_date=START, programme_file=NAME)
    Event.objects.using(other).bulk_create([row])
    assert describe() == DescribeResult(documents=1, described=1)
    assert Event.objects.using(other).get().programme_file.facts.pages == 1


def test_only_the_storage_is_asked_in_threads(storage, db, listener, monkeypatch):
    for number in range(12):
        name = f"events/programmes/{number}.pdf"
        storage.save(name, ContentFile(make_pdf()))
        Event.objects.bulk_create([Event(name="E", start_date=START, programme_file=name)])
    opening, asking, real = set(), set(), storage.open

    def noted(name, mode="rb"):
        opening.add(threading.get_ident())
        return real(name, mode)

    def queried(execute, sql, params, many, context):
        asking.add(threading.get_ident())
        return execute(sql, params, many, context)

    monkeypatch.setattr(storage, "open", noted)
    with connection.execute_wrapper(queried):
        assert describe(jobs=3, watcher=listener).described == 12
    assert asking == listener.threads == {threading.get_ident()}
    assert opening
    assert not opening & asking
    assert listener.done == listener.total == 12


def test_rows_that_cannot_be_read_stop_the_run(legacy, monkeypatch):
    legacy(make_pdf())

    def broken(table, after=None, size=0):
        raise HoldersUnknown("no such column")
        yield

    monkeypatch.setattr(module.Table, "pages", broken)
    result = describe()
    assert (result.exit_code, result.stopped, result.described) == (2, "database", 0)


def test_the_command_describes(legacy):
    event = legacy(pdfs.with_javascript())
    code, out = run("--dry-run", "--json")
    report = json.loads(out)
    assert (code, report["described"], report["would_be_refused"]) == (1, 1, 1)
    assert run()[0] == 1
    event.refresh_from_db()
    assert event.programme_file.facts.pages == 1
    assert run("--json", "--jobs", "1")[0] == 0
