"""Where uploads wait, and how much room there is."""

import os
import shutil

import pytest

from django_event_pdfs.maintenance.doctor import upload_folder
from django_event_pdfs.maintenance.doctor.case import Case
from tests.maintenance.doctor.diagnoses import statuses

SHARED_MEMORY = "/dev/shm"  # another file system than that of any folder


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    settings.EVENT_PDFS = {"MAX_SIZE": 1}
    return tmp_path


def test_a_folder_beside_the_storage_is_ok(on_disk):
    found = statuses(upload_folder.examine(Case()))
    assert found == dict.fromkeys(("upload_folder", "free_space", "same_file_system"), "ok")


def test_uploads_wait_in_the_storage_where_no_folder_is_named(settings, on_disk):
    settings.FILE_UPLOAD_TEMP_DIR = None
    found = upload_folder.examine(Case())
    assert set(statuses(found).values()) == {"ok"}
    assert found[0].subject.endswith(".event_pdfs_uploads")


def test_the_folder_is_left_as_it_was(folder):
    upload_folder.examine(Case())
    assert list(folder.iterdir()) == []


def test_a_storage_elsewhere_has_no_file_system_to_compare():
    found = statuses(upload_folder.examine(Case()))
    assert found == {"upload_folder": "ok", "free_space": "ok"}


@pytest.mark.parametrize("missing", ["{}/missing/one", "missing/relative/one"])
def test_a_folder_that_is_missing_is_found(settings, folder, missing):
    settings.FILE_UPLOAD_TEMP_DIR = missing.format(folder)
    assert statuses(upload_folder.examine(Case()))["upload_folder"] == "problem"


def test_a_file_in_place_of_the_folder_is_found(settings, folder):
    settings.FILE_UPLOAD_TEMP_DIR = folder / "file"
    settings.FILE_UPLOAD_TEMP_DIR.touch()
    assert statuses(upload_folder.examine(Case()))["upload_folder"] == "problem"


@pytest.mark.parametrize(("part", "status"), [(0.5, "problem"), (5, "warning"), (1000, "ok")])
def test_room_is_counted_in_documents(settings, folder, part, status):
    size = int(shutil.disk_usage(folder).free / part)
    settings.EVENT_PDFS = {"MAX_SIZE": size}
    assert statuses(upload_folder.examine(Case()))["free_space"] == status


@pytest.mark.skipif(not os.access(SHARED_MEMORY, os.W_OK), reason="no other file system")
def test_a_folder_on_another_file_system_is_found(settings, on_disk):
    settings.FILE_UPLOAD_TEMP_DIR = SHARED_MEMORY
    assert statuses(upload_folder.examine(Case()))["same_file_system"] == "warning"
