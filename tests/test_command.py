"""``manage.py event_pdfs``: what it prints, how it exits, and the options of ``sweep``."""

import json
import os
import signal
import subprocess
import sys
from io import StringIO
from types import ModuleType

import pytest
from django.core.management import CommandError, call_command

from django_event_pdfs.maintenance import marker
from django_event_pdfs.maintenance.findings import Finding
from django_event_pdfs.management.commands import event_pdfs as command
from tests.maintenance.folders import files, on_disk, put
from tests.test_lifecycle import make_event

FINDING = Finding("missing", "events/guides/é.pdf")
SUBCOMMANDS = ("sweep", "verify", "describe", "copy", "roles", "doctor")


def run(*arguments):
    """Run the command; return its exit code, what it says, and its complaints."""
    out, err = StringIO(), StringIO()
    try:
        call_command("event_pdfs", *arguments, stdout=out, stderr=err)
    except SystemExit as stopped:
        return stopped.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def subcommand(monkeypatch):
    """Return what makes ``roles`` do something else."""

    def make(do):
        module = ModuleType("roles")
        module.HELP = ""
        module.add_arguments = lambda parser: None
        module.run = lambda options, report: do(report)
        real = command._module
        monkeypatch.setattr(command, "_module", lambda n: module if n == "roles" else real(n))

    return make


# The frame


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("event_pdfs", name, "--help")
    assert stopped.value.code == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["sweep", "--nonsense"],
        ["sweep", "--older-than", "1 day"],
        ["sweep", "--older-than", "24"],
        ["sweep", "--max-delete", "-1"],
        ["sweep", "--max-delete", "many"],
    ],
)
def test_a_misused_command_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.Command().run_from_argv(["manage.py", "event_pdfs", *arguments])
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err
    with pytest.raises(CommandError):
        call_command("event_pdfs", *arguments)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_misuse_found_later_exits_with_2(subcommand, as_json):
    def do(report):
        raise CommandError("This cannot be.")

    subcommand(do)
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("event_pdfs", "roles", *["--json"] * as_json, stdout=out)
    assert caught.value.returncode == 2
    assert not as_json or json.loads(out.getvalue())["exit_code"] == 2


@pytest.mark.parametrize(
    ("failure", "code"), [(KeyboardInterrupt(), 130), (RuntimeError("a bug"), 1)]
)
def test_json_is_valid_whatever_ends_it(subcommand, failure, code):
    def do(report):
        report.found(FINDING)
        raise failure

    subcommand(do)
    out = StringIO()
    with pytest.raises((SystemExit, RuntimeError)):
        call_command("event_pdfs", "roles", "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert document["exit_code"] == code
    assert [f["name"] for f in document["findings"]] == [FINDING.name]


# sweep

ORPHAN = "events/guides/orphan.pdf"


@pytest.fixture
def storage(settings, tmp_path):
    return on_disk(settings, tmp_path / "media")


@pytest.fixture
def swept(storage, transactional_db):
    """Return a storage marked as ours, with an orphan among twenty files."""
    marker.adopt(storage)
    put(storage, *(f"events/guides/{n}.pdf" for n in range(20)), ORPHAN)
    for n in range(20):
        make_event(guide_file=f"events/guides/{n}.pdf")
    return storage


def test_sweep_removes_what_no_row_names(swept):
    code, out, err = run("sweep")
    assert (code, err) == (0, "")
    assert f"removed {ORPHAN}" in out
    assert not swept.exists(ORPHAN)


def test_sweep_only_says_so_when_it_is_told_to(swept):
    code, out, _err = run("sweep", "--dry-run", "--json")
    document = json.loads(out)
    assert (code, document["exit_code"], document["orphans"]) == (1, 1, 1)
    assert [f["kind"] for f in document["findings"]] == ["orphan"]
    assert swept.exists(ORPHAN)


def test_sweep_has_a_brake_that_can_be_let_off(swept):
    put(swept, *(f"events/guides/{n}.pdf" for n in range(50, 60)))
    code, out, err = run("sweep", "--json")
    assert (code, json.loads(out)["stopped"]) == (2, "brake")
    assert "--max-delete" in err
    assert run("sweep", "--max-delete", "11")[0] == 0
    assert len(files(swept)) == 20


def test_sweep_wants_to_be_told_that_the_storage_is_ours(swept):
    swept.delete(marker.MARKER)
    code, out, err = run("sweep", "--json")
    assert (code, json.loads(out)["stopped"]) == (2, "marker")
    assert "--adopt" in err
    assert run("sweep", "--adopt")[0] == 0
    assert run("sweep")[0] == 0


def test_sweep_knows_the_age_it_is_told(swept):
    assert run("sweep", "--older-than", "3d")[0] == 0
    assert swept.exists(ORPHAN)
    assert run("sweep", "--older-than", "1d")[0] == 0
    assert not swept.exists(ORPHAN)


# A process of its own


def environment():
    paths = [path for path in [*sys.path, os.getcwd()] if path]
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join(paths)}
    return {**os.environ, **settings, "PYTHONIOENCODING": "ascii"}


PROGRAM = """
import signal
import sys
import django
# Ignored by what a shell starts in the background, and by all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
django.setup()
from django.core.management import execute_from_command_line
from django_event_pdfs.maintenance.findings import Finding
from django_event_pdfs.management.commands import event_pdfs as command
from django_event_pdfs.management.subcommands import roles

def run(options, report):
    {do}
    return 0

roles.run = run
execute_from_command_line(["manage.py", "event_pdfs", "roles", *sys.argv[1:]])
"""
ENDLESS = """while True:
        report.found(Finding("orphan", "events/guides/\\xe9.pdf"))"""


@pytest.fixture
def program():
    """Return what starts the command with a subcommand that does what it is told."""
    processes = []

    def start(do, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(do=do), *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_whoever_reads_the_output_may_stop_reading(program, arguments):
    process = program(ENDLESS, *arguments)
    for _ in range(3):
        process.stdout.readline()
    process.stdout.close()
    assert process.wait(300) == 1
    assert "Error" not in process.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts in another way.")
def test_an_interrupted_command_ends_its_json(program):
    process = program(ENDLESS, "--json")
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGINT)
    lines += process.stdout
    assert process.wait(300) == 130
    assert "Interrupt" not in process.stderr.read()
    assert json.loads("".join(lines))["exit_code"] == 130


def test_names_are_told_on_a_terminal_without_their_letters(program):
    process = program('report.found(Finding("orphan", "\\xe9.pdf"))')
    out, _err = process.communicate(timeout=300)
    assert (process.returncode, out) == (0, "orphan \\xe9.pdf\n")
