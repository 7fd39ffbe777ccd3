"""Sweeps of several projects and processes: whose files these are, and what a kill leaves."""

import shutil
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.projects import Project

MODELS = """
from django_event_pdfs.models import AbstractEvent

class Event(AbstractEvent):
    class Meta(AbstractEvent.Meta):
        pass
"""

# A storage that is killed by its n-th deletion, and slow enough for two sweeps to meet.
STORAGES = """
import os
import signal
import time

from django.core.files.storage import FileSystemStorage

class Deadly(FileSystemStorage):
    left = int(os.environ.get("HOST_DELETIONS", "-1"))

    def delete(self, name):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        super().delete(name)

class Slow(FileSystemStorage):
    def delete(self, name):
        time.sleep(0.001)
        super().delete(name)
"""

COMMON = """
import os
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.sweep import sweep
from django_event_pdfs.storage import document_storage
from host.models import Event

def put(*names):
    for name in names:
        path = Path(document_storage().path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-")
        os.utime(path, (time.time() - 200_000,) * 2)

def swept(**options):
    return asdict(sweep(max_delete=100_000, **options))

ORPHANS = [f"events/guides/{n}.pdf" for n in range(1200)]
"""


def storage(location, kind="django.core.files.storage.FileSystemStorage"):
    """Return the setting that keeps the documents in ``location``."""
    return {"default": {"BACKEND": kind, "OPTIONS": {"location": str(location)}}}


def make(folder, database):
    """Make a project with its own database."""
    folder.mkdir()
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    project = Project(folder, entry)
    project.write("host/models.py", MODELS)
    project.write("host/storages.py", STORAGES)
    project.run(
        "from django.core.management import call_command\n"
        "call_command('makemigrations', 'host', verbosity=0)\n"
        "call_command('migrate', verbosity=0)"
    )
    return project


def run(project, script, location, kind="django.core.files.storage.FileSystemStorage"):
    return project.run(COMMON + script, STORAGES=storage(location, kind))


@pytest.fixture
def project(tmp_path):
    return make(tmp_path / "project", tmp_path / "project.sqlite3")


def pdfs(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.pdf")}


NAMED = """
put({name!r}, "events/guides/orphan.pdf")
Event.objects.create(name="A", start_date="2026-12-01T09:00:00Z", programme_file={name!r})
"""


def test_a_staging_copy_of_the_database_deletes_nothing_in_production(project, tmp_path):
    bucket = tmp_path / "bucket"
    run(project, NAMED.format(name="events/programmes/a.pdf"), bucket)
    assert run(project, "result = swept(adopt=True)", bucket)["removed"] == 1

    shutil.copy(tmp_path / "project.sqlite3", tmp_path / "staging.sqlite3")
    copy = {**project.database, "NAME": str(tmp_path / "staging.sqlite3")}
    staging = Project(project.folder, copy)
    run(project, NAMED.format(name="events/programmes/b.pdf"), bucket)  # Unknown to staging.
    result = run(staging, "result = swept()", bucket)
    assert (result["stopped"], result["removed"]) == ("marker", 0)
    assert len(pdfs(bucket)) == 3
    assert run(project, "result = swept()", bucket)["removed"] == 1


def test_two_tenants_with_a_location_each_share_one_place(project, tmp_path):
    other = make(tmp_path / "other", tmp_path / "other.sqlite3")
    tenants = [(project, tmp_path / "bucket" / "one"), (other, tmp_path / "bucket" / "two")]
    for tenant, location in tenants:
        run(tenant, NAMED.format(name="events/programmes/a.pdf"), location)
    for tenant, location in tenants:
        assert run(tenant, "result = swept(adopt=True)", location)["removed"] == 1
        assert run(tenant, "result = swept()", location)["orphans"] == 0
        assert pdfs(location) == {"events/programmes/a.pdf"}


def test_two_tenants_without_a_location_of_their_own_do_not_sweep_each_other(project, tmp_path):
    bucket = tmp_path / "bucket"
    other = make(tmp_path / "other", tmp_path / "other.sqlite3")
    run(project, NAMED.format(name="events/programmes/a.pdf"), bucket)
    run(project, "result = swept(adopt=True)", bucket)
    result = run(other, "result = swept()", bucket)
    assert (result["stopped"], result["removed"]) == ("marker", 0)
    assert pdfs(bucket) == {"events/programmes/a.pdf"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Nothing is killed here.")
@pytest.mark.parametrize("deletions", [0, 700])
def test_what_a_killed_sweep_leaves_goes_with_the_next(project, tmp_path, monkeypatch, deletions):
    bucket = tmp_path / "bucket"
    run(project, "put(*ORPHANS)" + NAMED.format(name="events/programmes/a.pdf"), bucket)
    run(project, "marker.adopt(document_storage())", bucket)
    monkeypatch.setenv("HOST_DELETIONS", str(deletions))
    with pytest.raises(AssertionError):  # Its process does not end well.
        run(project, "swept()", bucket, "host.storages.Deadly")
    assert len(pdfs(bucket)) == 1203 - deletions  # The clock's probe among them, until it goes.

    result = run(project, "result = swept()", bucket)
    assert (result["stopped"], result["failed"]) == ("", 0)
    left = {name for name in pdfs(bucket) if "probe_" not in name}  # A young one waits.
    assert left == {"events/programmes/a.pdf"}


def test_two_sweeps_at_once_do_no_harm(project, tmp_path):
    bucket = tmp_path / "bucket"
    run(project, "put(*ORPHANS)" + NAMED.format(name="events/programmes/a.pdf"), bucket)
    run(project, "result = swept(adopt=True, dry_run=True)", bucket)

    def sweep(_number):
        return run(project, "result = swept(adopt=True)", bucket, "host.storages.Slow")

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(sweep, range(2)))
    assert [(r["stopped"], r["failed"]) for r in results] == [("", 0)] * 2
    assert pdfs(bucket) == {"events/programmes/a.pdf"}
