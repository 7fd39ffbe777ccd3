"""A storage or a database that fails, at each of its calls: rows, files and instances agree."""

import errno
import hashlib
import subprocess
from itertools import count

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.signals import request_finished
from django.db import OperationalError, connection

from django_event_pdfs.exceptions import StorageUnavailable
from django_event_pdfs.testing import MemoryStorage, make_pdf
from tests.conftest import upload
from tests.endpoints import EVENTS, NEW
from tests.testapp.models import Event

# Files go after the commit, so every test here commits.
pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("programme_file", "guide_file")


class FaultyStorage(MemoryStorage):
    """Fails at one of its calls, or at that and all that follow ("down").

    It fails before it does what it should ("before", "down"), half way, or after it ("after").
    """

    how = ""
    at = made = 0
    failed = ""  # The call that failed first.

    def break_down(self, how, at):
        self.how, self.at, self.made, self.failed = how, at, 0, ""

    def mend(self):
        self.break_down("", 0)

    def exists(self, name):
        return self._call("exists", name)

    def _save(self, name, content):
        return self._call("_save", name, content)

    def _open(self, name, mode="rb"):
        return self._call("_open", name, mode)

    def delete(self, name):
        self._call("delete", name)

    def _call(self, call, *args):
        self.made += 1
        if not self.at or self.made < self.at or (self.made > self.at and self.how != "down"):
            return getattr(super(), call)(*args)
        self.failed = self.failed or call
        if self.how == "half" and call == "_save":
            super()._save(args[0], ContentFile(args[1].read(100)))
        elif self.how == "after":
            getattr(super(), call)(*args)
        raise OSError(errno.EIO, "Input/output error")


@pytest.fixture
def faulty(settings):
    backend = {"BACKEND": f"{__name__}.FaultyStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return storages["default"]


def new_event(**documents):
    return Event(name="Summit", start_date="2026-12-01T09:00:00Z", **documents)


def stored_event():
    event = new_event(programme_file=upload(), guide_file=upload())
    event.save()
    return event


def save_both(event):
    event.programme_file, event.guide_file = upload(pages=2), upload(pages=3)
    event.save()


def clear_both(event):
    event.programme_file = event.guide_file = None
    event.save()


#: By what is changed: what there is before, and the change.
CHANGES = {
    "create": (new_event, save_both),
    "replace": (stored_event, save_both),
    "clear": (stored_event, clear_both),
    "delete": (stored_event, lambda event: event.delete()),
    "delete-query": (stored_event, lambda event: Event.objects.all().delete()),
}
at_each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


def files(**values):
    return {**values, "programme_file": upload(pages=2), "guide_file": upload(pages=3)}


REQUESTS = {
    "post": lambda api, at: api.post(EVENTS, files(**NEW), format="multipart"),
    "patch": lambda api, at: api.patch(at, files(), format="multipart"),
    "put": lambda api, at: api.put(at, files(**NEW), format="multipart"),
    "raw": lambda api, at: api.put(f"{at}guide_file/", make_pdf(), content_type="application/pdf"),
    "clear": lambda api, at: api.delete(f"{at}guide_file/"),
    "delete": lambda api, at: api.delete(at),
}


def rows():
    return set(Event.objects.values_list("pk", *NAMES))


def named():
    return {name for row in rows() for name in row[1:] if name}


def are_whole(storage):
    """Return whether each document that a row names has its file, as its facts say."""
    documents = [getattr(event, name) for event in Event.objects.all() for name in NAMES]
    for document in filter(None, documents):
        with storage.open(document.name) as file:
            if hashlib.sha256(file.read()).hexdigest() != document.facts.sha256:
                return False
    return True


def end_request():
    request_finished.send(sender=None)


@at_each_change
@pytest.mark.parametrize("how", ["before", "half", "after", "down"])
def test_a_storage_that_fails_at_any_call_leaves_all_consistent(faulty, change, how):
    for number in count(1):
        Event.objects.all().delete()
        event, act = change[0](), change[1]
        before, spared = rows(), faulty.names() - named()
        faulty.break_down(how, number)
        try:
            act(event)
        except StorageUnavailable:
            assert rows() == before
        failed = faulty.failed
        end_request()
        faulty.mend()
        assert are_whole(faulty)
        left = faulty.names() - named() - spared
        # What could not be removed is left to the sweep, and nothing else.
        assert how == "down" or len(left) == (failed == "delete" and how != "after")
        if not failed:
            break
    assert number > 1


@pytest.mark.parametrize("prepare", [new_event, stored_event], ids=["create", "replace"])
@pytest.mark.parametrize("how", ["before", "half", "after", "down"])
def test_what_a_storage_did_not_take_can_be_saved_again(faulty, prepare, how):
    for number in count(1):
        event = prepare()
        faulty.break_down(how, number)
        try:
            save_both(event)
        except StorageUnavailable:
            faulty.mend()
            event.save()
        else:
            break
        for saved in (event, Event.objects.get(pk=event.pk)):
            assert (saved.programme_file.facts.pages, saved.guide_file.facts.pages) == (2, 3)
        assert are_whole(faulty)
    assert number > 2


def commit_fails(monkeypatch):
    """Have the next commit fail, and the transaction with it."""

    def fail():
        monkeypatch.undo()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "_commit", fail)


@at_each_change
def test_a_commit_that_fails_changes_nothing(storage, monkeypatch, change):
    event, act = change[0](), change[1]
    before = rows()
    commit_fails(monkeypatch)
    with pytest.raises(OperationalError):
        act(event)
    end_request()
    assert rows() == before
    assert storage.names() == named()
    assert are_whole(storage)


@pytest.mark.parametrize("prepare", [new_event, stored_event], ids=["create", "replace"])
def test_what_a_failing_commit_undid_can_be_saved_again(storage, monkeypatch, prepare):
    event = prepare()
    commit_fails(monkeypatch)
    with pytest.raises(OperationalError):
        save_both(event)
    event.save()
    assert storage.names() == named()
    assert len(named()) == 2
    assert are_whole(storage)


@pytest.mark.parametrize("method", ["post", "patch", "put", "raw", "clear", "delete"])
@pytest.mark.parametrize("atomic", [False, True])
def test_a_request_whose_commit_fails_changes_nothing(api, storage, monkeypatch, method, atomic):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    event = stored_event()
    before = rows()
    with monkeypatch.context() as patch:
        commit_fails(patch)
        with pytest.raises(OperationalError):
            REQUESTS[method](api, f"{EVENTS}{event.pk}/")
    assert rows() == before
    assert storage.names() == named()


# A storage that takes its time


class SlowStorage(MemoryStorage):
    """Calls what is in ``meanwhile`` for a kind of its work, once, in the middle of it."""

    def __init__(self):
        super().__init__()
        self.meanwhile = {}

    def _save(self, name, content):
        self.meanwhile.pop("save", int)()
        return super()._save(name, content)

    def delete(self, name):
        self.meanwhile.pop("delete", int)()
        super().delete(name)


@pytest.fixture
def slow(settings):
    backend = {"BACKEND": f"{__name__}.SlowStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return storages["default"]


def opened(api, event):
    response = api.get(f"{EVENTS}{event.pk}/guide_file/")
    return response.status_code, response.getvalue() if response.status_code == 200 else None


@pytest.mark.parametrize("method", ["patch", "put", "raw"])
def test_while_a_file_is_being_stored_the_old_one_is_served(api, slow, method):
    event, seen = stored_event(), []
    slow.meanwhile["save"] = lambda: seen.append(opened(api, event))
    assert REQUESTS[method](api, f"{EVENTS}{event.pk}/").status_code == 200
    assert seen == [(200, make_pdf())]
    assert opened(api, event) != (200, make_pdf()) or method == "raw"


def test_while_a_file_is_being_stored_its_event_is_not_there(api, slow):
    seen = []
    slow.meanwhile["save"] = lambda: seen.append(api.get(EVENTS).json()["results"])
    assert REQUESTS["post"](api, EVENTS).status_code == 201
    assert seen == [[]]


@pytest.mark.parametrize(("method", "status"), [("patch", 200), ("clear", 404), ("delete", 404)])
def test_while_a_file_is_being_removed_nothing_leads_to_it(api, slow, method, status):
    event, seen = stored_event(), []
    slow.meanwhile["delete"] = lambda: seen.append(opened(api, event))
    REQUESTS[method](api, f"{EVENTS}{event.pk}/")
    assert seen == [opened(api, event)]
    assert seen[0][0] == status
    assert seen[0][1] != make_pdf()


# A disk that is full


@pytest.fixture
def small_disk(settings, tmp_path):
    """Have the documents on a file system of 256 kB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "event-pdfs", tmp_path]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("No file system can be mounted here.")
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def on_disk(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.mark.parametrize("method", ["post", "patch", "put", "raw"])
def test_a_full_disk_is_503_and_keeps_nothing_of_the_new_file(api, small_disk, method, monkeypatch):
    event = stored_event()
    before, address = rows(), f"{EVENTS}{event.pk}/"
    large = make_pdf(padding=400_000)
    with monkeypatch.context() as patch:
        patch.setattr(f"{__name__}.make_pdf", lambda: large)
        patch.setattr(f"{__name__}.upload", lambda pages: ContentFile(large, "large.pdf"))
        response = REQUESTS[method](api, address)
    assert response.status_code == 503
    assert response.json()["codes"] == {"detail": ["storage_unavailable"]}
    assert rows() == before
    assert on_disk(small_disk) == named()
    assert REQUESTS[method](api, address).status_code in (200, 201)
    assert on_disk(small_disk) == named()


class ClosedStorage(MemoryStorage):
    """Takes files, and gives none."""

    def _open(self, name, mode="rb"):
        raise ConnectionError("No route to host.")


class MuteStorage(MemoryStorage):
    """Does not even say how large a file is."""

    def size(self, name):
        raise ConnectionError("No route to host.")

    def exists(self, name):
        raise ConnectionError("No route to host.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["ClosedStorage", "MuteStorage"])
def test_a_storage_that_gives_no_file_is_answered_with_503(full, reader, client, settings, kind):
    backend = {"BACKEND": f"{__name__}.{kind}"}
    link, permalink = full.programme_file.url, f"/api/events/{full.pk}/programme_file/"
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    if kind == "ClosedStorage":
        # The same names, for they are what the storage is asked for.
        storages["default"].save(full.programme_file.name, upload())
    for response in (client.get(link), reader.get(permalink)):
        assert response.status_code == 503
        assert response.json()["codes"] == {"detail": ["storage_unavailable"]}
