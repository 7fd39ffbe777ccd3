"""The sweep: what goes is old, in a document's folder, and named by no row at all."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import models

from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance import sweep as engine
from django_event_pdfs.maintenance.sweep import sweep
from django_event_pdfs.storage import UPLOADS
from tests.conftest import upload
from tests.maintenance.databases import second_database
from tests.maintenance.faults import Listener, fail
from tests.maintenance.folders import OLD, files, on_disk, put, touch
from tests.test_lifecycle import make_event
from tests.testapp.models import Attachment, Event, Meeting

pytestmark = pytest.mark.django_db(transaction=True)

ORPHAN = "events/programmes/orphan.pdf"
MANY = 10_000


@pytest.fixture
def storage(settings, tmp_path):
    """Return a storage on the local disk, marked as ours."""
    storage = on_disk(settings, tmp_path / "media")
    marker.adopt(storage)
    return storage


@pytest.fixture
def heard():
    return Listener()


def run(watcher=None, **options):
    return sweep(**{"max_delete": MANY, **({"watcher": watcher} if watcher else {}), **options})


# What goes


@pytest.mark.parametrize(
    "name",
    [
        ORPHAN,
        "events/guides/orphan.pdf",
        "meetings/badges/orphan.pdf",
        "workshops/exercises/orphan.pdf",
        "permits/orphan.pdf",
        "events/programmes/Programme été 2019 (1).PDF",
        "events/programmes/برنامج.pdf",
        "events/programmes/new\nline.pdf",
        "events/programmes/no suffix",
    ],
)
def test_an_old_file_that_no_row_names_goes(storage, heard, name):
    put(storage, name)
    result = run(heard)
    assert files(storage) == set()
    assert [(f.kind, f.name) for f in heard.findings] == [("removed", name)]
    assert (result.listed, result.orphans, result.removed, result.exit_code) == (1, 1, 1, 0)


def test_an_upload_whose_process_died_goes(storage):
    put(storage, f"{UPLOADS}tmpx.upload.pdf")
    put(storage, f"{UPLOADS}tmpy.upload.pdf", age=timedelta(minutes=5))
    run()
    assert files(storage) == {f"{UPLOADS}tmpy.upload.pdf"}


def test_a_second_sweep_has_nothing_left_to_do(storage, heard):
    put(storage, ORPHAN)
    run()
    result = run(heard)
    assert (result.listed, result.exit_code, heard.findings) == (0, 0, [])


def test_more_files_than_go_at_once_all_go(storage, monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 3)
    put(storage, *(f"events/guides/{n}.pdf" for n in range(10)))
    assert run().removed == 10
    assert files(storage) == set()


def test_each_file_is_asked_for_right_before_it_goes(storage, monkeypatch):
    class Meanwhile(Listener):
        def found(self, finding):  # The first is gone, and the second is next.
            Attachment.objects.create(file=({"events/guides/0.pdf", ORPHAN} - {finding.name}).pop())

    monkeypatch.setattr(engine, "BATCH", 1)
    put(storage, "events/guides/0.pdf", ORPHAN)
    result = run(Meanwhile())
    assert (result.removed, result.kept) == (1, 1)


# What stays


@pytest.mark.parametrize(
    ("older_than", "age"),
    [
        (timedelta(hours=24), timedelta(hours=23)),
        (timedelta(days=7), timedelta(days=6)),
        (timedelta(hours=1), timedelta(minutes=59)),
        (timedelta(0), timedelta(days=-1)),
    ],
    ids=["day", "week", "hour", "future"],
)
def test_a_file_that_is_too_young_stays(storage, older_than, age):
    name = put(storage, ORPHAN, age=age)
    result = run(older_than=older_than)
    assert files(storage) == {name}
    assert (result.young, result.orphans, result.exit_code) == (1, 0, 0)


def test_the_grace_is_a_day_by_default(storage):
    put(storage, ORPHAN, age=timedelta(hours=23))
    put(storage, "events/guides/old.pdf", age=timedelta(hours=25))
    sweep(max_delete=MANY)
    assert files(storage) == {ORPHAN}


def test_a_document_stays(storage):
    event = make_event(programme_file=upload(), guide_file=upload())
    names = {event.programme_file.name, event.guide_file.name}
    for name in names:
        touch(storage, name, OLD)
    result = run()
    assert files(storage) == names
    assert (result.listed, result.orphans, result.exit_code) == (2, 0, 0)


@pytest.mark.parametrize(
    ("on_disk_as", "named_as"),
    [
        ("Programme été.pdf", "Programme été.pdf"),
        ("e\u0301te\u0301.pdf", "\u00e9t\u00e9.pdf"),  # Decomposed by the disk of a Mac.
        ("\u00e9t\u00e9.pdf", "e\u0301te\u0301.pdf"),
        ("PROGRAMME.PDF", "programme.pdf"),  # On a disk that sees no difference.
        ("a.pdf", "./a.pdf"),
        ("a.pdf", "/a.pdf"),
        ("a.pdf", "\\a.pdf"),
    ],
)
def test_a_legacy_name_stays_however_it_is_written(storage, on_disk_as, named_as):
    name = put(storage, f"events/programmes/{on_disk_as}")
    make_event(programme_file=f"events/programmes/{named_as}")
    assert run().orphans == 0
    assert files(storage) == {name}


@pytest.mark.parametrize("prefix", ["/", "./", "events/../"])
def test_a_path_to_the_name_will_do(storage, prefix):
    name = put(storage, ORPHAN)
    make_event(programme_file=f"{prefix}{name}")
    assert run().orphans == 0


def test_what_a_plain_file_field_names_stays(storage):
    Attachment.objects.create(file=put(storage, ORPHAN))
    assert run().orphans == 0
    assert files(storage) == {ORPHAN}


def test_what_a_row_that_managers_hide_names_stays(storage, monkeypatch):
    class Hiding(models.Manager):
        def get_queryset(self):
            return super().get_queryset().none()

    make_event(programme_file=put(storage, ORPHAN))
    hiding = Hiding()
    hiding.model = Event
    for manager in ("default_manager", "base_manager"):
        monkeypatch.setattr(Event._meta, manager, hiding)
    assert not Event._default_manager.exists()
    assert run().orphans == 0
    assert files(storage) == {ORPHAN}


def test_what_a_row_on_another_database_names_stays(storage, tmp_path):
    put(storage, ORPHAN)
    for alias in second_database(tmp_path / "other.sqlite3"):
        Event(name="There", start_date="2026-12-01T09:00Z", guide_file=ORPHAN).save(using=alias)
        assert run().orphans == 0
    assert files(storage) == {ORPHAN}


def test_what_a_named_column_holds_stays(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "HOLDERS": ["testapp.Meeting.title"]}
    Meeting.objects.create(title=put(storage, ORPHAN))
    assert run().orphans == 0
    assert files(storage) == {ORPHAN}


def replaced(storage):
    """Replace a document; return the name of its first file, which is as old as the new one."""
    event = make_event(programme_file=upload())
    first = event.programme_file.name
    event.programme_file = upload()
    event.save()
    if not storage.exists(first):
        put(storage, first)
    for name in (first, event.programme_file.name):
        touch(storage, name, OLD)
    return first, event


def test_a_replaced_file_stays_as_long_as_the_setting_says(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    first, event = replaced(storage)
    assert run().orphans == 0
    assert files(storage) == {first, event.programme_file.name}


def test_a_replaced_file_goes_when_its_time_is_over(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    first, event = replaced(storage)
    past = datetime.now(UTC) - timedelta(seconds=3601)
    facts = {**event.programme_file_facts, "replaced": [[first, past.isoformat()]]}
    Event.objects.update(programme_file_facts=facts)
    assert run().removed == 1
    assert files(storage) == {event.programme_file.name}


def test_a_replaced_file_goes_where_none_are_kept_any_more(storage, settings):
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 3600}
    _first, event = replaced(storage)
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "KEEP_REPLACED": 0}
    assert run().removed == 1
    assert files(storage) == {event.programme_file.name}


@pytest.mark.parametrize(
    "name",
    [
        "old/badges/a.pdf",  # One of ``folders``: links open it, and it is not ours to sweep.
        "events/programmes/sub/a.pdf",
        "events/a.pdf",
        "avatars/a.pdf",
        "a.pdf",
        "events/programmes/.a.pdf",
        ".a.pdf",
    ],
)
def test_what_lies_elsewhere_is_not_touched(storage, name):
    put(storage, name)
    result = run()
    assert files(storage) == {name}
    assert (result.listed, result.exit_code) == (0, 0)


def test_a_file_that_is_named_right_before_it_goes_stays(storage):
    class Meanwhile(Listener):
        def expect(self, total):  # All is counted, and nothing is deleted yet.
            Attachment.objects.create(file=ORPHAN)

    put(storage, ORPHAN, "events/guides/orphan.pdf")
    heard = Meanwhile()
    result = run(heard)
    assert files(storage) == {ORPHAN}
    assert sorted(heard.kinds) == ["kept", "removed"]
    assert (result.orphans, result.removed, result.kept, result.exit_code) == (2, 1, 1, 0)


def test_a_name_that_means_another_file_elsewhere_stays(storage, heard):
    name = put(storage, "events/programmes/a\\b.pdf")
    result = run(heard)
    assert files(storage) == {name}
    assert (heard.kinds, result.odd, result.exit_code) == (["odd"], 1, 1)


# A dry run


def test_a_dry_run_only_says_what_would_go(storage, heard):
    storage.delete(marker.MARKER)
    put(storage, ORPHAN)
    result = run(heard, dry_run=True, adopt=True, max_delete=0)
    assert files(storage) == {ORPHAN}
    assert not storage.exists(marker.MARKER)
    assert [(f.kind, f.name) for f in heard.findings] == [("orphan", ORPHAN)]
    assert (result.orphans, result.removed, result.exit_code) == (1, 0, 1)


def test_a_dry_run_calls_nothing_that_writes(monkeypatch, storage):
    for method in ("save", "delete"):
        fail(monkeypatch, storage, method, AssertionError(method))
    put(storage, ORPHAN)
    assert run(dry_run=True).stopped == ""


def test_a_dry_run_that_finds_nothing_says_so(storage):
    assert run(dry_run=True).exit_code == 0


# The brake


@pytest.fixture
def crowd(storage):
    """Return ten files, two of which no row names."""
    names = [f"events/programmes/{n}.pdf" for n in range(10)]
    put(storage, *names)
    for name in names[2:]:
        make_event(programme_file=name)
    return names


@pytest.mark.parametrize("max_delete", [None, 0, 1])
def test_nothing_goes_where_too_many_would(storage, crowd, max_delete, heard):
    result = run(heard, max_delete=max_delete)
    assert files(storage) == set(crowd)
    assert (result.stopped, result.removed, result.exit_code) == ("brake", 0, 2)
    assert heard.findings == []


@pytest.mark.parametrize("max_delete", [2, 100])
def test_more_may_go_where_that_is_said(storage, crowd, max_delete):
    result = run(max_delete=max_delete)
    assert files(storage) == set(crowd[2:])
    assert (result.stopped, result.removed, result.exit_code) == ("", 2, 0)


def test_a_tenth_may_go_unasked(storage, crowd):
    make_event(programme_file=crowd[0])
    assert run(max_delete=None).removed == 1


def test_a_tenth_of_very_many_may_not_go_unasked(storage, crowd, monkeypatch):
    make_event(programme_file=crowd[0])
    monkeypatch.setattr(engine, "BRAKE", 0)
    assert run(max_delete=None).stopped == "brake"


def test_young_files_count_among_all(storage):
    put(storage, *(f"events/programmes/{n}.pdf" for n in range(9)), age=timedelta(0))
    put(storage, ORPHAN)
    assert run(max_delete=None).removed == 1


# The mark


@pytest.mark.parametrize("content", [None, b'{"fingerprint": "another"}', b"nonsense"])
def test_nothing_goes_where_the_storage_is_not_marked_as_ours(storage, content, heard):
    storage.delete(marker.MARKER)
    if content is not None:
        storage.save(marker.MARKER, ContentFile(content))
    put(storage, ORPHAN)
    result = run(heard)
    assert files(storage) == {ORPHAN}
    assert (result.stopped, result.exit_code, heard.findings) == ("marker", 2, [])
    assert not marker.matches(storage)


@pytest.mark.parametrize("content", [None, b'{"fingerprint": "another"}', b"nonsense"])
def test_a_storage_is_adopted_once(storage, content):
    storage.delete(marker.MARKER)
    if content is not None:
        storage.save(marker.MARKER, ContentFile(content))
    put(storage, ORPHAN)
    assert run(adopt=True).removed == 1
    put(storage, ORPHAN)
    assert run().removed == 1
