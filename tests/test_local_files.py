"""Deleting many files of a local folder at once."""

import os
import threading

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from django_event_pdfs.local_files import can_unlink, unlink
from django_event_pdfs.removal import delete_files
from django_event_pdfs.signals import removal_failed
from django_event_pdfs.testing import MemoryStorage


@pytest.fixture
def disk(tmp_path):
    return FileSystemStorage(location=tmp_path / "media")


def put(disk, *names):
    for name in names:
        disk.save(name, ContentFile(b"x"))
    return list(names)


def left(disk):
    return sorted(name for _, _, names in os.walk(disk.location) for name in names)


@pytest.mark.parametrize("count", [2, 99, 100, 253])
def test_all_files_go_and_no_other(disk, count):
    names = put(disk, *(f"events/guides/{n}.pdf" for n in range(count)))
    put(disk, "events/guides/other.pdf")
    assert unlink(disk, names) == {}
    assert left(disk) == ["other.pdf"]


def test_a_file_that_is_gone_is_no_error(disk):
    assert unlink(disk, ["events/guides/a.pdf", "events/guides/b.pdf"]) == {}


@pytest.mark.parametrize("name", ["../outside.pdf", "/etc/outside.pdf", "a/../../outside.pdf"])
def test_nothing_outside_of_the_folder_goes(disk, tmp_path, name):
    (tmp_path / "outside.pdf").write_bytes(b"x")
    [[failed, error]] = unlink(disk, [name]).items()
    assert (failed, "outside" in str(error)) == (name, True)
    assert (tmp_path / "outside.pdf").exists()


@pytest.mark.parametrize("count", [1, 150])
def test_what_cannot_go_is_told_and_the_rest_goes(disk, count):
    names = put(disk, *(f"{n}.pdf" for n in range(count)))
    os.makedirs(disk.path("folder.pdf"))
    assert list(unlink(disk, ["folder.pdf", *names])) == ["folder.pdf"]
    assert left(disk) == []


def test_a_name_is_never_taken_for_the_folder(disk):
    put(disk, "a.pdf")
    assert list(unlink(disk, [""])) == [""]
    assert left(disk) == ["a.pdf"]


def test_a_storage_that_deletes_in_its_own_way_keeps_doing_so(disk):
    class Bin(FileSystemStorage):
        def delete(self, name):
            """Keep everything."""

    class Elsewhere(FileSystemStorage):
        def path(self, name):
            return super().path(f"elsewhere/{name}")

    assert can_unlink(disk)
    assert not any(map(can_unlink, [Bin(), Elsewhere(), MemoryStorage()]))
    names = put(disk, "a.pdf", "b.pdf")
    assert delete_files(Bin(location=disk.location), names) == set()
    assert left(disk) == names


def test_a_failure_is_signalled_with_its_name(disk, request):
    told = []

    def receive(name, error, **kwargs):
        told.append((name, type(error)))

    removal_failed.connect(receive)
    request.addfinalizer(lambda: removal_failed.disconnect(receive))
    os.makedirs(disk.path("folder.pdf"))
    assert delete_files(disk, [*put(disk, "a.pdf"), "folder.pdf"]) == {"folder.pdf"}
    [(name, kind)] = told
    assert name == "folder.pdf"
    assert issubclass(kind, OSError)


class Tenants(FileSystemStorage):
    """Keeps the files of each tenant apart, and knows the tenant by the thread."""

    here = threading.local()

    @property
    def location(self):
        return self.here.folder


@pytest.mark.parametrize("count", [3, 150])
def test_a_storage_that_depends_on_the_thread_is_asked_in_it(tmp_path, count):
    Tenants.here.folder = str(tmp_path / "tenant")
    storage = Tenants()
    names = put(storage, *(f"{n}.pdf" for n in range(count)))
    assert unlink(storage, names) == {}
    assert left(storage) == []
