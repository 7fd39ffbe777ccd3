"""Two storages that are one place are told from two, and nothing in them is harmed."""

import pytest

from django_event_pdfs.maintenance import copying as module
from django_event_pdfs.maintenance.copying import copy
from tests.maintenance.copies import contents, copied
from tests.maintenance.faults import Odd, fail, overwrite
from tests.testapp.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("deep", [False, True])
def test_two_aliases_of_one_place_are_harmless(
    storage, target, full, listener, monkeypatch, deep, dry_run
):
    Event.objects.update(programme_file_facts={})
    before = contents(storage)
    result = copy("default", "shared", deep=deep, dry_run=dry_run, watcher=listener)
    assert result.copied == 0
    assert dry_run or (result.exit_code, result.stopped) == (2, "one_place")
    assert contents(storage) == before
    # Nor where the probe could be told nothing.
    monkeypatch.setattr(module, "is_one_place", lambda *args: False)
    overwrite(storage, full.programme_file.name, b"altered")
    assert copy("default", "shared", deep=deep, dry_run=dry_run).copied == 0
    assert set(contents(storage).values()) == {b"altered"}


@pytest.mark.parametrize("dry_run", [False, True])
def test_two_paths_of_one_folder_are_one_place(settings, tmp_path, full, listener, dry_run):
    (tmp_path / "media").mkdir()
    (tmp_path / "link").symlink_to("media")
    backend = "django.core.files.storage.FileSystemStorage"
    for alias in ("media", "link"):
        files = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / alias)}}
        settings.STORAGES = {**settings.STORAGES, alias: files}
    (tmp_path / "media" / "file").write_bytes(b"x")
    result = copy("media", "link", dry_run=dry_run, watcher=listener)
    assert (result.exit_code, result.stopped) == (2, "one_place")
    assert [path.name for path in (tmp_path / "media").iterdir()] == ["file"]


@pytest.mark.parametrize(("side", "method"), [("target", "save"), ("source", "exists")])
def test_a_storage_that_cannot_be_tried_stops_the_run(
    storage, target, full, listener, monkeypatch, side, method
):
    fail(monkeypatch, target if side == "target" else storage, method, Odd("403"))
    result = copied(watcher=listener)
    assert (result.exit_code, result.stopped) == (2, "storage")
    assert target.names() == set()
