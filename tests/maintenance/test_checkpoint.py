"""A run that was killed goes on where it was, and counts what it had counted."""

import json
import uuid
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from django_event_pdfs.maintenance import verify as module
from django_event_pdfs.maintenance.checkpoint import Checkpoint, Position, UnusableCheckpoint
from django_event_pdfs.maintenance.paging import Table
from django_event_pdfs.maintenance.verify import VerifyResult, verify
from tests.maintenance.faults import Listener
from tests.testapp.models import Event, Meeting, Permit

START = "2026-12-01T09:00:00Z"
OPTIONS = {"deep": True}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "verify.checkpoint"


class Killed(BaseException):
    """The end of a process."""


class Killing(Listener):
    """Ends the run with the n-th row."""

    def __init__(self, last):
        super().__init__()
        self.last = last

    def advance(self, count=1):
        super().advance(count)
        if self.done == self.last:
            raise Killed


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(module, "PAGE", 3)
    monkeypatch.setattr(module, "_SLOW_PAGE", 3)


@pytest.fixture
def rows(db, storage):
    """Ten events and ten meetings; the file of every other one is missing."""
    for number in range(10):
        names = {}
        for field in ("programme_file", "badge_file"):
            names[field] = f"legacy/{field}_{number}.pdf"
            if number % 2:
                storage.save(names[field], ContentFile(b"%PDF"))
        Event.objects.bulk_create(
            [Event(name="E", start_date=START, programme_file=names["programme_file"])]
        )
        Meeting.objects.bulk_create([Meeting(title="M", badge_file=names["badge_file"])])


def test_what_was_saved_is_loaded(path):
    position = Position(["default:a.A"], "default:b.B", "7", 12, {"missing": 3})
    Checkpoint(path, OPTIONS).save(position)
    assert Checkpoint(str(path), OPTIONS).load() == position


def test_without_a_file_a_run_begins_at_the_beginning(path):
    assert Checkpoint(path, OPTIONS).load() == Position()
    assert not path.exists()


def test_without_a_path_nothing_is_kept():
    checkpoint = Checkpoint(None, OPTIONS)
    checkpoint.save(Position(["default:a.A"]))
    checkpoint.remove()
    assert checkpoint.load() == Position()


def test_a_run_of_other_options_is_refused(path):
    Checkpoint(path, OPTIONS).save(Position())
    with pytest.raises(UnusableCheckpoint):
        Checkpoint(path, {"deep": False}).load()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"options": {"deep": true}}',
        b'{"options": {"deep": true}, "position": []}',
        b'{"options": {"deep": true}, "position": {"nonsense": 1}}',
        b'{"options": {"deep": true}, "position": {"rows": "many"}}',
        b'{"options": {"deep": true}, "position": {"counts": ["missing"]}}',
        b'{"options": {"deep": true}, "position": {"counts": {"missing": "some"}}}',
        b'{"options": {"deep": true}, "position": {"done": 7}}',
        b'{"options": {"deep": true}, "position": {"after": 7}}',
    ],
)
def test_what_is_no_checkpoint_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(UnusableCheckpoint):
        Checkpoint(path, OPTIONS).load()
    assert path.read_bytes() == content


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(UnusableCheckpoint):
        Checkpoint(tmp_path / "nowhere" / "checkpoint", OPTIONS).save(Position())
    with pytest.raises(UnusableCheckpoint):
        Checkpoint(tmp_path, OPTIONS).load()


def test_a_write_that_fails_leaves_what_was_there(path, monkeypatch):
    checkpoint = Checkpoint(path, OPTIONS)
    checkpoint.save(Position(rows=1))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django_event_pdfs.maintenance.checkpoint.os.fsync", full)
    with pytest.raises(UnusableCheckpoint):
        checkpoint.save(Position(rows=2))
    assert checkpoint.load().rows == 1


@pytest.mark.parametrize(("model", "key"), [(Event, uuid.uuid4()), (Meeting, 2**40)])
def test_keys_are_kept_as_they_are(path, model, key):
    table = Table(model, "default")
    position = Position()
    position.reached(table, key, 1)
    Checkpoint(path, OPTIONS).save(position)
    assert Checkpoint(path, OPTIONS).load().after_in(table) == key


def test_a_key_of_another_type_is_refused():
    with pytest.raises(UnusableCheckpoint):
        Position(table="default:testapp.Event", after="seven").after_in(Table(Event, "default"))


@pytest.mark.parametrize("last", [1, 3, 4, 7, 11, 17, 20])
@pytest.mark.parametrize("deep", [False, True])
def test_a_killed_run_goes_on(rows, path, listener, small_pages, last, deep):
    whole = verify(deep=deep)
    killed = Killing(last)
    with pytest.raises(Killed):
        verify(deep=deep, checkpoint=path, watcher=killed)
    assert verify(deep=deep, checkpoint=path, watcher=listener) == whole
    assert whole == VerifyResult(documents=20, undescribed=20, missing=10)
    heard = {finding.name for finding in killed.findings + listener.findings}
    assert len(heard) == 10
    assert listener.done == listener.total == 20
    assert not path.exists()


def test_what_was_done_before_the_last_page_is_not_done_again(rows, path, small_pages, storage):
    with pytest.raises(Killed):
        verify(checkpoint=path, watcher=Killing(17), jobs=1)
    asked, size = [], storage.size
    storage.size = lambda name: asked.append(name) or size(name)
    verify(checkpoint=path)
    assert len(asked) < 8


def test_a_run_that_ended_leaves_no_checkpoint(rows, path):
    assert verify(checkpoint=path).exit_code == 1
    assert list(path.parent.iterdir()) == []


def test_a_table_that_is_new_is_not_left_out(rows, path, small_pages, listener):
    with pytest.raises(Killed):
        verify(checkpoint=path, watcher=Killing(20))
    Permit.objects.bulk_create([Permit(permit_file="legacy/permit.pdf")])
    assert verify(checkpoint=path).missing == 11


def test_a_table_that_is_gone_is_forgotten(rows, path):
    position = Position(["default:gone.Gone"], "default:lost.Lost", "7", 0, {"missing": 1})
    Checkpoint(path, {"deep": False, "scan": False}).save(position)
    assert verify(checkpoint=path).missing == 11


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        json.dumps({"options": {"deep": True, "scan": False}, "position": {}}),
        json.dumps(
            {"options": {"deep": False, "scan": False}, "position": {"counts": {"stopped": 1}}}
        ),
        json.dumps(
            {
                "options": {"deep": False, "scan": False},
                "position": {"table": "default:testapp.Event", "after": "seven"},
            }
        ),
    ],
)
def test_an_engine_that_cannot_use_it_stops(rows, path, listener, text):
    path.write_text(text)
    result = verify(checkpoint=path, watcher=listener)
    assert (result.exit_code, result.stopped, result.missing) == (2, "checkpoint", 0)
    assert listener.findings == []
    assert path.read_text() == text


def test_a_place_that_cannot_be_written_stops_before_the_work(rows, tmp_path, listener):
    result = verify(checkpoint=tmp_path / "nowhere" / "checkpoint", watcher=listener)
    assert (result.exit_code, result.stopped, listener.done) == (2, "checkpoint", 0)


def test_the_command_takes_a_checkpoint(rows, path):
    out = StringIO()
    path.write_text("nonsense")
    with pytest.raises(SystemExit) as stopped:
        call_command("event_pdfs", "verify", "--checkpoint", str(path), "--json", stdout=out)
    assert stopped.value.code == 2
    assert json.loads(out.getvalue())["stopped"] == "checkpoint"
