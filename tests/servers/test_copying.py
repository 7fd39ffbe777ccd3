"""Long runs that are killed half way, again and again, and then come to their end."""

import json
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from hashlib import sha256

import pytest

from tests.servers.serving import environment

KILLS = 6
JOBS = 3

PREPARE = """
import random
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django_event_pdfs.testing import make_pdf
from tests.conftest import upload
from tests.testapp.models import Event

START = "2026-12-01T09:00:00Z"
call_command("migrate", verbosity=0)
for number in range(30):
    padding = random.choice([0, 10_000, 100_000])
    Event.objects.create(
        name="E", start_date=START, programme_file=upload(padding=padding, title=str(number))
    )
for number in range(30):
    name = default_storage.save(
        f"events/guides/legacy {number}.pdf",
        ContentFile(make_pdf(padding=random.choice([0, 50_000]), title=str(number))),
    )
    Event.objects.bulk_create([Event(name="L", start_date=START, guide_file=name) for _ in "12"])
"""

MEANWHILE = """
from tests.conftest import upload
from tests.testapp.models import Event

for number, event in enumerate(Event.objects.exclude(programme_file=None)[:4]):
    if number % 2:
        event.programme_file = upload(pages=2)
        event.save()
    else:
        Event.objects.create(name="N", start_date="2026-12-01T09:00:00Z", guide_file=upload())
"""

NAMES = """
from tests.testapp.models import Event

rows = Event.objects.values_list("programme_file", "guide_file")
result = sorted({name for row in rows for name in row if name})
"""

MANY = """
from tests.testapp.models import Event

START = "2026-12-01T09:00:00Z"
for name in set(Event.objects.filter(guide_file__gt="").values_list("guide_file", flat=True)):
    rows = [Event(name="M", start_date=START, guide_file=name) for _ in range(40)]
    Event.objects.bulk_create(rows)
"""

FACTS = """
from tests.testapp.models import Event

rows = Event.objects.filter(guide_file__gt="").values_list("guide_file", "guide_file_facts")
result = [[name, facts and facts["sha256"]] for name, facts in rows]
"""

RUN = """
import json, sys, django
django.setup()
scope = {}
exec(sys.stdin.read(), scope)
print(json.dumps(scope.get("result")))
"""


class Host:
    """A project of its own in a folder, driven by processes."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            **environment(folder),
            "DJANGO_SETTINGS_MODULE": "tests.servers.copying_settings",
        }

    def run(self, script):
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            input=script,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "django", "event_pdfs", "--skip-checks", *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
        )

    def finish(self, *arguments):
        """Let the command come to its end; return its exit code and what it reports."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=600)
        assert not err, err.decode()
        return process.returncode, json.loads(out)

    def kill_half_way(self, *arguments, begun):
        """Start the command and kill it at some moment after ``begun()``; return if it was."""
        process = self.start(*arguments)
        try:
            while process.poll() is None and not begun():
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.3))
        finally:
            process.kill()
            process.communicate(timeout=600)
        return process.returncode < 0

    def has_more_files(self, storage):
        """Return what tells whether there are more files than now."""
        before = len(self._paths(storage))
        return lambda: len(self._paths(storage)) > before

    def has_moved(self, checkpoint):
        """Return what tells whether a checkpoint has other content than now."""
        before = _content(checkpoint)
        return lambda: _content(checkpoint) not in (None, before)

    def has_more_facts(self):
        """Return what tells whether there are more facts than now."""
        before = self._facts()
        return lambda: self._facts() > before

    def _facts(self):
        query = "SELECT count(guide_file_facts) FROM testapp_event"
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=60)) as database:
            return database.execute(query).fetchone()[0]

    def files(self, storage):
        """Return the sha256 of every file by its name; the probes of killed runs are no files."""
        root = self.folder / storage
        return {
            str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
            for path in self._paths(storage)
        }

    def _paths(self, storage):
        # While a command runs, any of them may go: a half copy is deleted and copied anew.
        paths = (self.folder / storage).rglob("*")
        return [p for p in paths if p.is_file() and not p.name.startswith("probe_")]


def _content(path):
    with suppress(FileNotFoundError):  # A run that ends removes it.
        return path.read_bytes()


@pytest.fixture
def host(tmp_path):
    host = Host(tmp_path)
    host.run(PREPARE)
    return host


def test_a_copy_that_is_killed_again_and_again_comes_to_its_end(host):
    command = ("copy", "--from", "default", "--to", "new", "--jobs", str(JOBS))
    killed = 0
    for _ in range(KILLS):
        killed += host.kill_half_way(*command, begun=host.has_more_files("new"))
        host.run(MEANWHILE)
    assert killed > 1
    code, report = host.finish(*command)
    assert (code, report["findings"]) == (0, [])
    names, source, target = host.run(NAMES), host.files("media"), host.files("new")
    assert {name: target[name] for name in names} == {name: source[name] for name in names}
    # Besides, there is only what was replaced since it was copied; nothing is there twice.
    assert len(target) <= len(names) + KILLS * 2
    assert not any(name.startswith("events/guides/legacy") for name in target.keys() - names)
    code, report = host.finish(*command, "--deep")
    assert (code, report["copied"]) == (0, 0)


def test_a_file_that_a_kill_left_half_is_copied_anew(host):
    command = ("copy", "--from", "default", "--to", "new", "--jobs", "1")
    halves, complete = 0, host.files("media")
    for _ in range(40):
        host.kill_half_way(*command, begun=host.has_more_files("new"))
        new = host.files("new")
        halves += sum(new[name] != complete[name] for name in new)
        if halves:
            break
    assert halves
    assert host.finish(*command)[0] == 0
    assert host.files("new") == complete


def test_files_stored_while_a_copy_runs_are_copied_by_the_next(host):
    command = ("copy", "--from", "default", "--to", "new", "--jobs", "1")
    running = host.start(*command)
    host.run(MEANWHILE)
    running.communicate(timeout=600)
    assert host.finish(*command)[0] == 0
    source, target = host.files("media"), host.files("new")
    assert {name: target[name] for name in host.run(NAMES)} == source


def test_two_copies_at_once_leave_one_file_each(host):
    command = ("copy", "--from", "default", "--to", "new", "--jobs", str(JOBS))
    running = [host.start(*command) for _ in range(2)]
    for process in running:
        process.communicate(timeout=600)
    assert host.finish(*command, "--deep")[0] == 0
    assert host.files("new") == host.files("media")


def test_a_verification_that_is_killed_again_and_again_counts_as_a_whole_one(host):
    host.run(MANY)  # More than one page.
    for name in list(host.files("media"))[::3]:
        (host.folder / "media" / name).unlink()
    host.environment["EVENT_PDFS_TEST_ALIAS"] = "slow"
    _code, whole = host.finish("verify", "--deep", "--jobs", "1")
    checkpoint = host.folder / "checkpoint"
    command = ("verify", "--deep", "--checkpoint", str(checkpoint), "--jobs", "1")
    for _ in range(3):
        host.kill_half_way(*command, begun=host.has_moved(checkpoint))
    code, report = host.finish(*command)
    assert code == 1
    assert not checkpoint.exists()
    del report["findings"], whole["findings"]
    assert report == whole


def test_a_description_that_is_killed_again_and_again_comes_to_its_end(host):
    source = host.files("media")
    for _ in range(3):
        host.kill_half_way("describe", begun=host.has_more_facts())
    assert host.finish("describe")[0] == 0
    assert dict(host.run(FACTS)) == {
        name: digest for name, digest in source.items() if name.startswith("events/guides/")
    }
