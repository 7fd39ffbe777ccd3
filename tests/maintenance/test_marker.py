"""The mark in a storage: whose files these are."""

import json
from itertools import product

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.test.utils import override_settings

from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.listing import StorageFailed
from django_event_pdfs.testing import MemoryStorage
from tests.maintenance.databases import second_database
from tests.maintenance.faults import Odd, content, fail


class ToOther:
    def db_for_write(self, model, **hints):
        return "other"


@pytest.fixture
def place(monkeypatch):
    """Return what says that the database is elsewhere."""

    def elsewhere(**settings):
        connection = connections["default"]
        monkeypatch.setattr(connection, "settings_dict", {**connection.settings_dict, **settings})

    return elsewhere


@pytest.fixture
def server(monkeypatch, place):
    """Return the same for a database on a server."""
    monkeypatch.setattr(type(connections["default"]), "vendor", "postgresql")
    place(HOST="db.example.org", PORT="5432", NAME="events")
    return place


def write(storage, data):
    storage.delete(marker.MARKER)
    storage.save(marker.MARKER, ContentFile(data))


def test_a_storage_without_a_mark_is_nobody_s(storage):
    assert marker.read(storage) is None
    assert not marker.matches(storage)


def test_an_adopted_storage_is_ours(storage):
    marker.adopt(storage)
    assert marker.matches(storage)
    assert storage.names() == {marker.MARKER}


def test_adopting_takes_the_mark_of_another(storage):
    write(storage, b'{"fingerprint": "another"}')
    marker.adopt(storage)
    assert marker.matches(storage)
    assert storage.names() == {marker.MARKER}


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b"null", b'{"fingerprint": 1}'])
def test_a_mark_of_no_sense_is_another_s(storage, data):
    write(storage, data)
    assert marker.read(storage) is not None
    assert not marker.matches(storage)


@pytest.mark.parametrize(
    "difference",
    [
        {"HOST": "db2.example.org"},
        {"PORT": "5433"},
        {"NAME": "staging"},
        {"OPTIONS": {"options": "-c search_path=tenant_b"}},
    ],
    ids=["host", "port", "name", "schema"],
)
def test_a_database_elsewhere_has_another_mark(storage, server, difference):
    marker.adopt(storage)
    server(**difference)
    assert not marker.matches(storage)


def test_another_kind_of_database_has_another_mark(storage, server, monkeypatch):
    marker.adopt(storage)
    monkeypatch.setattr(type(connections["default"]), "vendor", "mysql")
    assert not marker.matches(storage)


def test_who_connects_and_how_makes_no_difference(storage, server):
    marker.adopt(storage)
    server(USER="someone", PASSWORD="new", CONN_MAX_AGE=60, OPTIONS={"sslmode": "require"})
    assert marker.matches(storage)


def test_the_mark_says_nothing_of_the_database(storage, server):
    marker.adopt(storage)
    text = content(storage, marker.MARKER).decode()
    assert not [word for word in ("db.example.org", "5432", "events", "postgres") if word in text]
    assert set(json.loads(text)) == {"fingerprint"}


def test_an_sqlite_file_is_told_by_its_path(storage, place, monkeypatch, tmp_path):
    monkeypatch.setattr(type(connections["default"]), "vendor", "sqlite")
    monkeypatch.chdir(tmp_path)
    place(NAME=tmp_path / "db.sqlite3")
    marker.adopt(storage)
    place(NAME="db.sqlite3")
    assert marker.matches(storage)
    place(NAME=tmp_path / "copy.sqlite3")
    assert not marker.matches(storage)


@pytest.mark.django_db(transaction=True)
def test_the_database_is_the_one_that_documents_are_written_to(storage, tmp_path):
    marker.adopt(storage)
    for _alias in second_database(tmp_path / "other.sqlite3"):
        with override_settings(DATABASE_ROUTERS=[ToOther()]):
            assert not marker.matches(storage)


# Storages that fail


@pytest.mark.parametrize("method", ["exists", "open"])
@pytest.mark.parametrize("error", [OSError("gone"), Odd("denied")])
def test_a_storage_that_cannot_be_read_says_so_cleanly(storage, monkeypatch, method, error):
    marker.adopt(storage)
    fail(monkeypatch, storage, method, error)
    with pytest.raises(StorageFailed):
        marker.read(storage)


@pytest.mark.parametrize("method", ["delete", "save"])
@pytest.mark.parametrize("error", [NotImplementedError(), OSError("full"), Odd("denied")])
def test_a_storage_that_cannot_be_written_to_says_so_cleanly(storage, monkeypatch, method, error):
    write(storage, b"{}")
    fail(monkeypatch, storage, method, error)
    with pytest.raises(StorageFailed):
        marker.adopt(storage)


def test_a_storage_that_keeps_the_mark_of_another_is_not_adopted():
    class Keeping(MemoryStorage):
        def delete(self, name):
            if name != marker.MARKER:
                super().delete(name)

    storage = Keeping()
    storage.save(marker.MARKER, ContentFile(b'{"fingerprint": "another"}'))
    with pytest.raises(StorageFailed):
        marker.adopt(storage)
    assert storage.names() == {marker.MARKER}
    assert marker.read(storage) == "another"


# Two that adopt a storage at once: each may be overtaken between any two of its calls


@pytest.mark.parametrize(
    ("method", "other"),
    # What is deleted after the last look is for the one that deleted it.
    [*product(["exists", "delete", "save"], ["deletes", "writes", "adopts"]), ("open", "writes")],
)
@pytest.mark.parametrize("mark", [None, b"", b'{"fingerprint": "another"}'])
def test_two_that_adopt_at_once_both_do(storage, monkeypatch, mark, method, other):
    if mark is not None:
        write(storage, mark)
    ours = json.dumps({"fingerprint": marker.fingerprint()}).encode()
    others = {
        "deletes": lambda: storage.delete(marker.MARKER),
        "writes": lambda: write(storage, ours),
        "adopts": lambda: marker.adopt(storage),
    }
    plain = getattr(storage, method)

    def overtaken(*args):
        answer = plain(*args)
        monkeypatch.setattr(storage, method, plain)  # Only once.
        others[other]()
        return answer

    monkeypatch.setattr(storage, method, overtaken)
    marker.adopt(storage)
    assert marker.matches(storage)
    assert storage.names() == {marker.MARKER}


def test_tenants_in_schemas_of_one_database_have_marks_of_their_own(storage, server, monkeypatch):
    marker.adopt(storage)
    monkeypatch.setattr(connections["default"], "schema_name", "tenant_b", raising=False)
    assert not marker.matches(storage)
