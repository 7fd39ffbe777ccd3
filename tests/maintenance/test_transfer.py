"""One file from a storage to another: whole and right, or a finding says why not."""

import pytest
from django.core.files.base import ContentFile

from django_event_pdfs.maintenance.copying import CopyResult
from django_event_pdfs.testing import make_pdf
from tests.maintenance.copies import contents, copied, events, legacy
from tests.maintenance.faults import Odd, content, fail, open_unseekable, overwrite
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("described", [False, True])
@pytest.mark.parametrize("half", [b"", b"%PDF", b"%PDF" * 1_000])
def test_half_a_copy_is_made_anew(storage, target, full, described, half):
    target.save(full.programme_file.name, ContentFile(half))
    if not described:
        Event.objects.update(programme_file_facts=None)
    assert copied().copied == 1
    assert contents(target) == contents(storage)


@pytest.mark.parametrize("described", [False, True])
def test_deep_finds_other_bytes_of_the_same_size(storage, target, full, described):
    name = full.programme_file.name
    target.save(name, ContentFile(content(storage, name).replace(b"Page", b"Seit")))
    if not described:
        Event.objects.update(programme_file_facts=None)
    assert copied().present == 1
    assert copied(deep=True).copied == 1
    assert contents(target) == contents(storage)


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_only_in_the_target_is_present(storage, target, full, listener, deep):
    copied()
    storage.delete(full.programme_file.name)
    assert copied(deep=deep, watcher=listener) == CopyResult(files=1, present=1)


def test_what_is_only_in_the_target_and_not_whole_is_missing(storage, target, full):
    name = full.programme_file.name
    storage.delete(name)
    target.save(name, ContentFile(b"half"))
    assert copied().missing == 1
    assert contents(target) == {name: b"half"}


@pytest.mark.parametrize("method", ["size", "open"])
@pytest.mark.parametrize("error", [OSError("input/output error"), Odd("403"), MemoryError()])
def test_a_source_that_fails_costs_one_file(storage, target, listener, monkeypatch, method, error):
    events(5)
    fail(monkeypatch, storage, method, error, calls={3})
    result = copied(watcher=listener)
    assert (result.copied, result.unreadable) == (4, 1)
    assert copied().exit_code == 0
    assert contents(target) == contents(storage)


@pytest.mark.parametrize("method", ["size", "open", "save", "delete"])
@pytest.mark.parametrize("error", [OSError(28, "No space left"), Odd("403"), MemoryError()])
def test_a_target_that_fails_costs_one_file(storage, target, listener, monkeypatch, method, error):
    for event in events(5):
        target.save(event.programme_file.name, ContentFile(b"half"))
    with monkeypatch.context() as broken:
        fail(broken, target, method, error, calls={3})
        result = copied(watcher=listener)
    assert result.copied == 4
    assert listener.kinds == ["damaged_copy" if method == "open" else "failed"]
    assert copied().exit_code == 0
    assert contents(target) == contents(storage)


def test_a_save_that_fails_half_way_leaves_nothing(storage, target, full, monkeypatch):
    real = target.save

    def half(name, file, max_length=None):
        if "probe" in name:
            return real(name, file)
        real(name, ContentFile(b"half"))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(target, "save", half)
    assert copied().failed == 1
    assert target.names() == set()


def test_a_source_that_its_facts_do_not_describe_is_reported_and_copied(
    storage, target, full, listener
):
    name = full.programme_file.name
    overwrite(storage, name, b"%PDF other")
    result = copied(watcher=listener)
    assert (result.copied, result.altered, result.exit_code) == (1, 1, 1)
    assert contents(target) == {name: b"%PDF other"}
    assert copied().altered == 1


def test_a_good_copy_is_not_replaced_by_a_source_that_was_altered(storage, target, full):
    copied()
    name = full.programme_file.name
    good = content(target, name)
    overwrite(storage, name, b"%PDF other")
    for deep in (False, True):
        result = copied(deep=deep)
        assert (result.present, result.altered) == (1, 1)
        assert contents(target) == {name: good}


def test_a_copy_that_reads_otherwise_is_deleted_and_reported(storage, target, listener, full):
    real = type(target).save

    def damaging(name, file, max_length=None):
        data = file.read()
        return real(target, name, ContentFile(data[:-1] + b"?"))

    target.save = damaging
    result = copied(watcher=listener)
    assert (result.copied, listener.kinds) == (0, ["damaged_copy"])
    assert target.names() == set()


def test_a_target_that_renames_is_reported_and_the_stray_deleted(
    storage, target, full, listener, monkeypatch
):
    real = target.save
    monkeypatch.setattr(
        target, "save", lambda name, file, max_length=None: real(f"new/{name}", file)
    )
    result = copied(watcher=listener)
    assert (result.renamed, listener.kinds) == (1, ["renamed"])
    assert target.names() == set()


def test_a_target_that_deletes_nothing_is_reported(storage, target, full, listener, monkeypatch):
    name = full.programme_file.name
    target.save(name, ContentFile(b"half"))
    monkeypatch.setattr(target, "delete", lambda name: None)
    assert copied(watcher=listener).renamed == 1
    assert content(target, name) == b"half"


@pytest.mark.parametrize(
    "name",
    ["../x.pdf", "/etc/passwd", "a/../../x.pdf", "a//b.pdf", "./x.pdf", "a/", ".", "a\\b.pdf"],
)
def test_a_name_that_no_storage_keeps_is_reported(storage, target, db, listener, name):
    legacy(storage, name)
    assert copied(watcher=listener) == CopyResult(files=1, unsafe_name=1)
    assert [f.name for f in listener.findings] == [name]
    assert target.names() == set()


@pytest.mark.parametrize("name", ["events/programmes/議程 é.pdf", "x.pdf", "a/b/c/no extension"])
@pytest.mark.parametrize("data", [b"", b"anything", make_pdf(padding=3_000_000)], ids=len)
def test_legacy_files_are_copied_as_they_are(storage, target, db, name, data):
    legacy(storage, name, data)
    assert copied() == CopyResult(files=1, copied=1, size=len(data))
    assert contents(target) == {name: data}


def test_files_that_cannot_be_sought_are_copied(storage, target, full, monkeypatch):
    with monkeypatch.context() as connections:
        open_unseekable(connections, storage)
        open_unseekable(connections, target)
        assert copied().copied == 1
    assert contents(target) == contents(storage)


@pytest.mark.parametrize("size", [100, 3_000])
def test_a_source_that_ends_early_is_not_copied(storage, target, monkeypatch, size):
    legacy(storage, "a/b.pdf", make_pdf(padding=size))
    real = storage.size
    monkeypatch.setattr(storage, "size", lambda name: real(name) + 1)
    assert copied().unreadable == 1
    assert target.names() == set()


@pytest.mark.parametrize("deep", [False, True])
def test_a_target_in_use_keeps_what_nobody_knows_to_be_worse(
    storage, target, settings, listener, deep
):
    legacy(storage, "a/b.pdf", b"as it was")
    target.save("a/b.pdf", ContentFile(b"as it is now"))
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "STORAGE": "new"}
    assert copied(deep=deep, watcher=listener).differs == 1
    assert listener.kinds == ["differs"]
    assert contents(target) == {"a/b.pdf": b"as it is now"}


def test_a_target_in_use_gets_what_its_facts_describe(storage, target, full, settings):
    target.save(full.programme_file.name, ContentFile(b"half"))
    settings.EVENT_PDFS = {**settings.EVENT_PDFS, "STORAGE": "new"}
    assert copied().copied == 1
    assert contents(target) == contents(storage)
