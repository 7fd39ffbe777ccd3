"""Files that outlive a restart and a deploy, and files that do not."""

import pytest

from django_event_pdfs.maintenance.doctor import disk
from django_event_pdfs.maintenance.doctor.case import Case
from tests.maintenance.doctor.diagnoses import statuses

HOST = "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 0:9 / /dev/shm rw - tmpfs tmpfs rw\n"
CONTAINER = "27 1 0:50 / / rw - overlay overlay rw\n"
VOLUME = CONTAINER + "31 27 8:1 /var/lib/docker/volumes/m/_data /srv/media rw - ext4 /dev/sda1 rw\n"
EMPTY_DIR = CONTAINER + (
    "31 27 8:1 /var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/m /srv/media rw - ext4 - rw"
)
OTHER_CONTAINER = "27 1 0:50 / / rw - btrfs /dev/sda1 rw\n"
DISK_OF_ITS_OWN = HOST + "31 27 8:16 / /srv/media rw - ext4 /dev/sdb rw\n"


@pytest.mark.parametrize(
    ("mounts", "environ", "in_container", "status"),
    [
        (HOST, {}, False, "ok"),
        (VOLUME, {}, True, "ok"),
        (DISK_OF_ITS_OWN, {"RENDER": "true"}, True, "ok"),
        (CONTAINER, {}, True, "problem"),
        (CONTAINER, {}, False, "problem"),
        (OTHER_CONTAINER, {}, True, "problem"),
        (EMPTY_DIR, {}, True, "problem"),
        (HOST, {"DYNO": "web.1"}, False, "problem"),
        (HOST, {"FLY_APP_NAME": "events"}, False, "problem"),
        (HOST, {"K_SERVICE": ""}, False, "ok"),
        ("", {}, False, "skipped"),
    ],
)
def test_a_folder_lasts_on_a_disk_that_does(mounts, environ, in_container, status):
    assert disk.lasting("/srv/media", mounts, environ, in_container).status == status


@pytest.mark.parametrize("path", ["/dev/shm/media", "/tmp/media", "/tmp", "/var/tmp/media"])
def test_a_folder_that_the_system_empties_does_not_last(path):
    assert disk.lasting(path, HOST, {}, in_container=False).status == "problem"


def test_a_folder_whose_name_begins_alike_lasts():
    assert disk.lasting("/tmpfiles", HOST, {}, in_container=False).status == "ok"


def test_a_storage_in_memory_does_not_last():
    assert statuses(disk.examine(Case())) == {"lasting": "problem"}


def test_the_file_system_is_examined_where_the_storage_is(on_disk):
    [diagnosis] = disk.examine(Case())
    assert diagnosis.subject.endswith("/documents")


def test_any_other_storage_is_not_asked(keep_in):
    keep_in("django.core.files.storage.Storage")
    assert disk.examine(Case()) == []
