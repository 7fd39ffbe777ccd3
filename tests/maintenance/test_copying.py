"""``copy``: every file that rows name is in the target, under its name."""

import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from django_event_pdfs.maintenance import copying as module
from django_event_pdfs.maintenance.copying import CopyResult, copy
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.maintenance.copies import START, contents, copied, events, legacy
from tests.maintenance.faults import Odd, fail
from tests.testapp.models import Event, Meeting, Permit, Workshop

pytestmark = pytest.mark.django_db


def run(*arguments):
    """Run the command; return its exit code and what it prints."""
    out = StringIO()
    try:
        call_command("event_pdfs", "copy", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as stopped:
        return stopped.code, out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("jobs", [1, 4])
def test_all_files_are_copied(storage, target, listener, jobs):
    events(12)
    result = copied(jobs=jobs, watcher=listener)
    size = sum(map(len, contents(storage).values()))
    assert result == CopyResult(files=12, copied=12, size=size)
    assert result.exit_code == 0
    assert contents(target) == contents(storage)
    assert listener.findings == []
    assert listener.done == listener.total == 12


def test_the_files_of_all_tables_are_copied(storage, target):
    Workshop.objects.create(title="W", badge_file=upload(), exercise_file=upload())
    Meeting.objects.create(title="M", hidden=True, guide_file=upload())
    Permit.objects.create(permit_file=upload())
    assert copied().copied == 4
    assert contents(target) == contents(storage)


def test_the_files_of_a_second_database_are_copied(storage, target, other):
    storage.save("legacy/p.pdf", ContentFile(make_pdf()))
    row = Event(name="Other", start_date=START, programme_file="legacy/p.pdf")
    Event.objects.using(other).bulk_create([row])
    assert copied().copied == 1
    assert contents(target) == contents(storage)


def test_what_no_row_names_is_not_copied(storage, target, full):
    storage.save("events/programmes/orphan.pdf", ContentFile(b"x"))
    copied()
    assert target.names() == {full.programme_file.name}


@pytest.mark.parametrize("deep", [False, True])
def test_a_second_run_copies_nothing(storage, target, monkeypatch, deep):
    events(3)
    copied()
    fail(monkeypatch, target, "delete", Odd(), calls={2})  # The first is that of the probe.
    assert copied(deep=deep) == CopyResult(files=3, present=3)


def test_a_second_run_catches_up(storage, target):
    events(3)
    copied()
    new = events(2)
    result = copied()
    assert (result.copied, result.present) == (2, 3)
    assert {event.programme_file.name for event in new} < target.names()


@pytest.mark.parametrize("deep", [False, True])
def test_a_dry_run_changes_nothing(storage, target, listener, deep):
    events(3)
    name, half = Event.objects.first().programme_file.name, ContentFile(b"half")
    target.save(name, half)
    result = copied(dry_run=True, deep=deep, watcher=listener)
    assert (result.copied, result.present, result.exit_code) == (3, 0, 1)
    assert contents(target) == {name: b"half"}
    copied()
    assert copied(dry_run=True, deep=deep).exit_code == 0


def test_a_file_that_is_missing_is_reported(storage, target, full, listener):
    storage.delete(full.programme_file.name)
    assert copied(watcher=listener) == CopyResult(files=1, missing=1)
    assert [(f.kind, f.name, f.pk) for f in listener.findings] == [
        ("missing", full.programme_file.name, full.pk)
    ]


@pytest.mark.parametrize("facts", [[], "x", 7, {}, {"name": "other.pdf"}, {"size": "x"}])
def test_facts_that_describe_nothing_are_no_obstacle(storage, target, full, facts):
    if isinstance(facts, dict) and "size" in facts:
        facts = {**full.programme_file_facts, **facts}
    Event.objects.update(programme_file_facts=facts)
    assert copied().copied == 1


@pytest.mark.parametrize("name", [None, ""])
def test_rows_without_a_document_are_left_out(event, target, name):
    Event.objects.update(programme_file=name)
    assert copied() == CopyResult()


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_file_of_several_rows_is_copied_once(storage, target, listener, monkeypatch, jobs):
    for _ in range(8):
        legacy(storage, "a/b.pdf")
    storage.save("a/b.pdf", ContentFile(make_pdf()))
    size, save, asked, again = target.size, target.save, [], threading.Event()

    def noted(name):
        asked.append(name)
        if len(asked) > 1:
            again.set()
        return size(name)

    def patient(name, file, max_length=None):
        if name == "a/b.pdf":
            again.wait(0.3)  # For another thread, to copy the same.
        return save(name, file)

    monkeypatch.setattr(target, "size", noted)
    monkeypatch.setattr(target, "save", patient)
    result = copied(jobs=jobs, watcher=listener)
    assert (result.copied, listener.findings) == (1, [])
    assert contents(target) == contents(storage)


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("change", ["replace", "delete"])
def test_what_is_replaced_or_deleted_meanwhile_is_no_finding(
    storage, target, listener, monkeypatch, django_capture_on_commit_callbacks, change, jobs
):
    stored = events(3)[1]
    pages = module.Table.pages

    def then_changed(table, after=None, size=2_000):
        for page in pages(table, after, size):
            if table.model is Event:
                with django_capture_on_commit_callbacks(execute=True):
                    _change(stored, change)
            yield page

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(module.Table, "pages", then_changed)
        result = copied(jobs=jobs, watcher=listener)
    assert (result.copied, result.exit_code, listener.findings) == (2, 0, [])
    copied()
    assert contents(target) == contents(storage)


def _change(event, change):
    if change == "delete":
        event.delete()
    else:
        event.programme_file = upload(pages=2)
        event.save()


@pytest.mark.parametrize(("age", "count"), [(timedelta(hours=1), 2), (timedelta(days=2), 1)])
def test_replaced_files_are_copied_as_long_as_they_are_kept(
    storage, target, full, settings, listener, age, count
):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": timedelta(days=1)}
    storage.save("events/programmes/earlier.pdf", ContentFile(make_pdf()))
    at = (datetime.now(UTC) - age).isoformat()
    replaced = [["events/programmes/earlier.pdf", at]]
    Event.objects.update(programme_file_facts={**full.programme_file_facts, "replaced": replaced})
    assert copied(watcher=listener).copied == count
    assert len(target.names()) == count
    storage.delete("events/programmes/earlier.pdf")
    target.delete("events/programmes/earlier.pdf")
    assert copied(watcher=listener).missing == count - 1


def test_only_the_storages_are_asked_in_threads(storage, target, listener, monkeypatch):
    events(12)
    saving, asking, real = set(), set(), target.save

    def noted(name, file, max_length=None):
        if "probe" not in name:
            saving.add(threading.get_ident())
        return real(name, file)

    def queried(execute, sql, params, many, context):
        asking.add(threading.get_ident())
        return execute(sql, params, many, context)

    monkeypatch.setattr(target, "save", noted)
    with connection.execute_wrapper(queried):
        assert copied(jobs=3, watcher=listener).copied == 12
    assert asking == listener.threads == {threading.get_ident()}
    assert saving
    assert not saving & asking


@pytest.mark.parametrize("aliases", [("default", "nowhere"), ("nowhere", "default"), ("", "new")])
def test_an_unknown_alias_stops_the_run(target, full, listener, aliases):
    result = copy(*aliases, watcher=listener)
    assert (result.exit_code, result.stopped) == (2, "unknown_storage")


def test_a_storage_that_cannot_be_made_stops_the_run(target, full, listener):
    result = copy("default", "broken", watcher=listener)
    assert (result.exit_code, result.stopped) == (2, "unknown_storage")


@pytest.mark.parametrize("dry_run", [False, True])
def test_one_alias_stops_the_run(full, storage, listener, dry_run):
    before = contents(storage)
    result = copy("default", "default", dry_run=dry_run, watcher=listener)
    assert (result.exit_code, result.stopped) == (2, "one_place")
    assert contents(storage) == before


def test_rows_that_cannot_be_read_stop_the_run(storage, target, full, monkeypatch):
    monkeypatch.setattr(module.Table, "count", broken)
    result = copied()
    assert (result.exit_code, result.stopped, target.names()) == (2, "database", set())


def broken(table):
    raise DatabaseError("no such column")


def test_the_command_copies(storage, target, full):
    arguments = ("--from", "default", "--to", "new", "--json")
    code, out = run(*arguments, "--dry-run")
    assert (code, json.loads(out)["copied"]) == (1, 1)
    code, out = run(*arguments, "--jobs", "2")
    assert (code, json.loads(out)["copied"]) == (0, 1)
    code, out = run(*arguments, "--deep")
    assert (code, json.loads(out)["present"]) == (0, 1)
    assert contents(target) == contents(storage)


def test_the_command_says_where_it_cannot_copy(full):
    code, out = run("--from", "default", "--to", "nowhere", "--json")
    report = json.loads(out)
    assert (code, report["stopped"], report["findings"]) == (2, "unknown_storage", [])


@pytest.mark.parametrize("arguments", [(), ("--from", "default"), ("--to", "default")])
def test_the_command_wants_both_aliases(arguments):
    with pytest.raises(CommandError):
        run(*arguments)
