"""Who else may read and write the files."""

import os
import sys

import pytest

from django_event_pdfs.maintenance.doctor import stored_files
from django_event_pdfs.maintenance.doctor.case import Case
from tests.maintenance.doctor.diagnoses import statuses

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")
FILES = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(autouse=True)
def _umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@POSIX
def test_files_in_order_are_ok(on_disk):
    found = statuses(stored_files.examine(Case()))
    assert found == dict.fromkeys(
        ("examined_as", "apart_from_static_files", "modes_alike", "closed_to_others"), "ok"
    )
    assert not [name for *_rest, names in os.walk(on_disk.location) for name in names]


def test_a_storage_without_paths_has_no_permissions():
    assert stored_files.examine(Case()) == []


@POSIX
def test_temporary_files_that_keep_their_permissions_are_found(settings, on_disk):
    settings.FILE_UPLOAD_PERMISSIONS = None
    assert statuses(stored_files.examine(Case()))["modes_alike"] == "warning"


@POSIX
def test_permissions_of_the_storage_itself_are_ok(settings, keep_in, tmp_path):
    settings.FILE_UPLOAD_PERMISSIONS = None
    keep_in(FILES, location=tmp_path, file_permissions_mode=0o640)
    assert statuses(stored_files.examine(Case()))["modes_alike"] == "ok"


@POSIX
def test_files_that_anybody_may_write_to_are_found(keep_in, tmp_path):
    keep_in(FILES, location=tmp_path, file_permissions_mode=0o666)
    assert statuses(stored_files.examine(Case()))["closed_to_others"] == "problem"


@POSIX
@pytest.mark.parametrize("folder", ["", "events", "events/guides"])
def test_folders_that_anybody_may_write_to_are_found(keep_in, tmp_path, folder):
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder).chmod(0o777)
    keep_in(FILES, location=tmp_path)
    assert statuses(stored_files.examine(Case()))["closed_to_others"] == "problem"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("STATIC_ROOT", "{}"),
        ("STATIC_ROOT", "{}/documents"),
        ("STATICFILES_DIRS", ["/nowhere", "{}"]),
        ("STATICFILES_DIRS", [("prefix", "{}")]),
    ],
)
def test_documents_among_static_files_are_found(settings, on_disk, tmp_path, setting, value):
    def placed(text):
        return text.format(tmp_path)

    if isinstance(value, list):
        value = [tuple(map(placed, e)) if isinstance(e, tuple) else placed(e) for e in value]
    else:
        value = placed(value)
    setattr(settings, setting, value)
    assert statuses(stored_files.examine(Case()))["apart_from_static_files"] == "problem"


def test_documents_beside_static_files_are_ok(settings, on_disk, tmp_path):
    settings.STATIC_ROOT = tmp_path / "documents-static"
    settings.STATICFILES_DIRS = [("documents", tmp_path / "assets")]
    assert statuses(stored_files.examine(Case()))["apart_from_static_files"] == "ok"


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
@pytest.mark.parametrize("owner", [12345, 65534])
def test_root_who_examines_for_another_user_is_told(on_disk, tmp_path, owner):
    os.chown(tmp_path, owner, owner)
    assert statuses(stored_files.examine(Case()))["examined_as"] == "warning"


@POSIX
def test_where_nothing_can_be_saved_permissions_are_skipped(keep_in):
    keep_in(FILES, location="/dev/null/documents")
    found = statuses(stored_files.examine(Case()))
    assert found["modes_alike"] == found["closed_to_others"] == "skipped"
