"""``verify``: each file is there, whole, unaltered and readable, or a finding says what it is."""

import json
import threading
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from django_event_pdfs.maintenance import verify as module
from django_event_pdfs.maintenance.verify import VerifyResult, verify
from django_event_pdfs.scanning import Scanner, ScannerUnavailable, Verdict
from tests.conftest import upload
from tests.maintenance.faults import Listener, Odd, content, fail, open_unseekable, overwrite
from tests.testapp.models import Event, Meeting, Permit, ProxyEvent, Workshop

pytestmark = pytest.mark.django_db

START = "2026-12-01T09:00:00Z"


class NameScanner(Scanner):
    """Finds what a file says of itself."""

    def scan(self, file):
        data = file.read()
        if b"no verdict" in data:
            raise ScannerUnavailable("It is down.")
        return Verdict("Eicar" if b"virus" in data else "")


@pytest.fixture
def scanner(settings):
    backend = {"BACKEND": f"{__name__}.NameScanner"}
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "SCANNER": backend}


def run(*arguments):
    """Run the command; return its exit code and what it prints."""
    out = StringIO()
    try:
        call_command("event_pdfs", "verify", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as stopped:
        return stopped.code, out.getvalue()
    return 0, out.getvalue()


def events(count):
    return [
        Event.objects.create(name=f"E{n}", start_date=START, programme_file=upload())
        for n in range(count)
    ]


def shorter(data):
    return data[:-1]


def longer(data):
    return data + b"\n"


def other_bytes(data):
    return data.replace(b"Page 1", b"Seite1")


def nothing(data):
    return b""


def test_sound_documents_are_no_findings(full, listener):
    assert verify(watcher=listener) == VerifyResult(documents=1)
    assert listener.findings == []


@pytest.mark.parametrize("options", [{"jobs": 1}, {"jobs": 8}])
@pytest.mark.parametrize(
    ("change", "deep", "kinds"),
    [
        (shorter, False, ["truncated"]),
        (shorter, True, ["truncated"]),
        (nothing, False, ["truncated"]),
        (longer, False, ["altered"]),
        (longer, True, ["altered"]),
        (other_bytes, False, []),
        (other_bytes, True, ["altered"]),
    ],
)
def test_a_file_that_changed_is_found(storage, full, listener, change, deep, kinds, options):
    name = full.programme_file.name
    overwrite(storage, name, change(content(storage, name)))
    result = verify(deep=deep, watcher=listener, **options)
    assert listener.kinds == kinds
    assert result.exit_code == (1 if kinds else 0)


def test_a_finding_names_the_file_and_its_row(storage, full, listener):
    storage.delete(full.programme_file.name)
    assert verify(watcher=listener) == VerifyResult(documents=1, missing=1)
    [finding] = listener.findings
    assert (finding.kind, finding.name) == ("missing", full.programme_file.name)
    assert (finding.model, finding.field) == ("testapp.Event", "programme_file")
    assert finding.pk == full.pk


@pytest.mark.parametrize("method", ["size", "open"])
@pytest.mark.parametrize("error", [OSError("input/output error"), Odd("403"), MemoryError()])
def test_a_storage_that_fails_makes_a_file_unreadable(
    storage, full, listener, monkeypatch, method, error
):
    fail(monkeypatch, storage, method, error)
    assert verify(deep=True, watcher=listener).unreadable == 1
    assert type(error).__name__ in listener.findings[0].detail


def test_a_storage_that_fails_once_costs_one_file_its_verdict(storage, monkeypatch, db):
    events(20)
    fail(monkeypatch, storage, "open", Odd(), calls={7})
    assert verify(deep=True) == VerifyResult(documents=20, unreadable=1)


def test_a_store_s_own_word_for_missing_is_understood(storage, full, monkeypatch):
    storage.delete(full.programme_file.name)
    fail(monkeypatch, storage, "size", Odd("404"))
    assert verify().missing == 1


def test_a_file_that_goes_between_two_calls_is_missing(storage, full, monkeypatch):
    fail(monkeypatch, storage, "open", FileNotFoundError())
    assert verify(deep=True).missing == 1


def test_a_store_that_cannot_tell_does_not_say_missing(storage, full, monkeypatch):
    fail(monkeypatch, storage, "size", Odd("503"))
    fail(monkeypatch, storage, "exists", Odd("503"))
    result = verify()
    assert (result.unreadable, result.missing) == (1, 0)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        [],
        "facts",
        7,
        {"name": "another.pdf"},
        ["name"],
        {"size": "12"},
        {"sha256": None},
        {"stored_at": "soon"},
        {"stored_at": None},
        {"size": None},
    ],
)
def test_facts_that_describe_nothing_are_stale(full, listener, facts):
    if isinstance(facts, dict) and facts and "name" not in facts:
        facts = {**full.programme_file_facts, **facts}
    Event.objects.update(programme_file_facts=facts)
    assert verify(deep=True, watcher=listener) == VerifyResult(documents=1, stale_facts=1)
    assert listener.kinds == ["stale_facts"]


def test_a_missing_file_with_stale_facts_is_two_findings(storage, full, listener):
    storage.delete(full.programme_file.name)
    Event.objects.update(programme_file_facts={"name": "another.pdf"})
    verify(watcher=listener)
    assert sorted(listener.kinds) == ["missing", "stale_facts"]


@pytest.mark.parametrize("deep", [False, True])
def test_a_document_without_facts_is_counted_and_no_finding(full, listener, deep):
    Event.objects.update(programme_file_facts=None)
    result = verify(deep=deep, watcher=listener)
    assert result == VerifyResult(documents=1, undescribed=1)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../../etc/passwd", "unreadable"),
        ("/etc/passwd", "unreadable"),
        ("events/programmes/../../../x.pdf", "unreadable"),
        ("events/programmes/議程.pdf", "missing"),
        ("events/programmes/a\nb.pdf", "missing"),
        ("x" * 255, "missing"),
        (".", "unreadable"),
    ],
)
def test_any_name_in_a_row_is_a_finding_and_no_traceback(
    event, listener, settings, tmp_path, name, kind
):
    settings.MEDIA_ROOT = str(tmp_path)
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    Event.objects.update(programme_file=name)
    verify(deep=True, watcher=listener)
    assert [(f.kind, f.name) for f in listener.findings] == [(kind, name)]


@pytest.mark.parametrize("name", [None, ""])
def test_rows_without_a_document_are_left_out(event, listener, name):
    Event.objects.update(programme_file=name)
    assert verify(watcher=listener) == VerifyResult()


def test_files_that_cannot_be_sought_are_read(storage, full, monkeypatch, scanner):
    open_unseekable(monkeypatch, storage)
    assert verify(deep=True, scan=True) == VerifyResult(documents=1)


@pytest.mark.parametrize("deep", [False, True])
def test_a_scan_finds_what_was_not_known_at_the_upload(storage, full, listener, scanner, deep):
    name = full.programme_file.name
    overwrite(storage, name, content(storage, name).replace(b"Page ", b"virus"))
    result = verify(deep=deep, scan=True, watcher=listener)
    assert result.infected == 1
    assert result.altered == (1 if deep else 0)
    assert "Eicar" in {finding.detail for finding in listener.findings}


def test_a_scanner_without_a_verdict_leaves_a_file_unscanned(storage, full, listener, scanner):
    name = full.programme_file.name
    overwrite(storage, name, content(storage, name) + b"no verdict")
    assert verify(scan=True, watcher=listener).unscanned == 1


def test_without_a_scanner_a_scan_is_refused(full, listener):
    result = verify(scan=True, watcher=listener)
    assert (result.exit_code, result.stopped, result.documents) == (2, "scanner", 0)
    assert listener.findings == []


def test_a_scanner_that_cannot_be_made_is_refused(full, listener, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "SCANNER": {"BACKEND": "nowhere.Scanner"}}
    assert verify(scan=True, watcher=listener).exit_code == 2


def test_every_table_is_asked_once(storage, db, listener):
    Workshop.objects.create(title="W", badge_file=upload(), exercise_file=upload())
    Meeting.objects.create(title="M", hidden=True, guide_file=upload())
    Permit.objects.create(permit_file=upload())
    ProxyEvent.objects.create(name="P", start_date=START, programme_file=upload())
    for name in storage.names():
        storage.delete(name)
    assert verify(watcher=listener) == VerifyResult(documents=5, missing=5)
    found = sorted((f.model.partition(".")[2], f.field) for f in listener.findings)
    assert found == [
        ("Event", "programme_file"),
        ("Meeting", "badge_file"),
        ("Meeting", "guide_file"),
        ("Permit", "permit_file"),
        ("Workshop", "exercise_file"),
    ]
    assert listener.done == listener.total == 5


class _Hiding(QuerySet):
    def get_queryset(self):
        return self.none()


def test_rows_that_a_manager_hides_are_asked(storage, db, monkeypatch):
    Meeting.objects.create(title="M", guide_file=upload())
    monkeypatch.setattr(type(Meeting.objects), "get_queryset", lambda manager: _Hiding().none())
    assert verify().documents == 1


def test_a_second_database_is_asked(storage, full, other, listener):
    row = Event(name="Other", start_date=START, programme_file="legacy/programme.pdf")
    Event.objects.using(other).bulk_create([row])
    result = verify(watcher=listener)
    assert (result.documents, result.missing) == (2, 1)
    assert [finding.pk for finding in listener.findings] == [row.pk]


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("change", ["replace", "delete"])
def test_what_is_replaced_or_deleted_meanwhile_is_no_finding(
    storage, listener, monkeypatch, django_capture_on_commit_callbacks, change, jobs
):
    stored = events(3)
    pages = module.Table.pages

    def then_changed(table, after=None, size=2_000):
        for page in pages(table, after, size):
            if table.model is Event:
                with django_capture_on_commit_callbacks(execute=True):
                    _change(stored[1], change)
            yield page

    monkeypatch.setattr(module.Table, "pages", then_changed)
    result = verify(deep=True, jobs=jobs, watcher=listener)
    assert (result.documents, result.exit_code, listener.findings) == (3, 0, [])


def _change(event, change):
    if change == "delete":
        event.delete()
    else:
        event.programme_file = upload(pages=2)
        event.save()


def test_only_the_storage_is_asked_in_threads(storage, listener, monkeypatch):
    events(30)
    threads, real = set(), storage.size

    def noted(name):
        threads.add(threading.get_ident())
        return real(name) + 1

    def queried(execute, sql, params, many, context):
        asking.add(threading.get_ident())
        return execute(sql, params, many, context)

    asking = set()
    monkeypatch.setattr(storage, "size", noted)
    with connection.execute_wrapper(queried):
        assert verify(jobs=4, watcher=listener).altered == 30
    me = {threading.get_ident()}
    assert asking == listener.threads == me
    assert threads
    assert not threads & me


def test_the_storage_is_asked_for_few_files_ahead(storage, monkeypatch):
    events(40)
    asked, real = [], storage.size
    monkeypatch.setattr(storage, "size", lambda name: asked.append(name) or real(name) + 1)

    class Watching(Listener):
        def found(self, finding):
            super().found(finding)
            assert len(asked) <= len(self.findings) + 4

    assert verify(jobs=2, watcher=Watching()).altered == 40


def test_an_error_of_the_watcher_stops_the_run(storage, monkeypatch):
    for event in events(30):
        storage.delete(event.programme_file.name)

    class Interrupting(Listener):
        def found(self, finding):
            raise KeyboardInterrupt

    before = {*threading.enumerate()}
    with pytest.raises(KeyboardInterrupt):
        verify(jobs=4, watcher=Interrupting())
    assert {*threading.enumerate()} <= before  # Those of earlier tests may end meanwhile.


def test_rows_that_cannot_be_read_stop_the_run(full, monkeypatch):
    monkeypatch.setattr(module.Table, "count", broken)
    result = verify()
    assert (result.exit_code, result.stopped) == (2, "database")


def broken(table):
    raise DatabaseError("no such column")


def test_the_command_reports_as_json(storage, full):
    storage.delete(full.programme_file.name)
    code, out = run("--json", "--deep", "--jobs", "2")
    report = json.loads(out)
    assert (code, report["exit_code"], report["missing"]) == (1, 1, 1)
    [finding] = report["findings"]
    assert finding["kind"] == "missing"
    assert UUID(finding["pk"]) == full.pk


def test_the_command_says_what_it_found(storage, full):
    storage.delete(full.programme_file.name)
    code, out = run()
    assert code == 1
    assert full.programme_file.name in out


def test_the_command_finds_nothing_wrong(full):
    assert run()[0] == 0
    assert json.loads(run("--json")[1])["findings"] == []


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_jobs_are_a_number_above_zero(jobs):
    with pytest.raises(CommandError):
        run("--jobs", jobs)
