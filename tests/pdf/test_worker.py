"""The worker without who asks it: as a process that answers on a descriptor."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from django_event_pdfs.pdf import Bounds, Refusal, messages, worker
from django_event_pdfs.pdf.inspector import inspect
from django_event_pdfs.pdf.messages import Limits, Request
from django_event_pdfs.testing import make_pdf
from tests import pdfs

LIMITS = Limits(strict=60, recovery=60, wall=60)

# As on Windows, where none of these exists.
_WINDOWS = """
import os, signal, socket, sys
sys.modules["resource"] = None
for module, names in {
    os: "fork register_at_fork memfd_create",
    signal: "setitimer ITIMER_REAL ITIMER_PROF SIGPROF SIGALRM SIGCHLD pthread_sigmask",
    socket: "send_fds recv_fds AF_UNIX",
}.items():
    for name in names.split():
        delattr(module, name)
"""


def run(script: str, *arguments: str, **options: object) -> "subprocess.CompletedProcess[bytes]":
    path = os.pathsep.join([*filter(None, sys.path), os.getcwd()])
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
        **options,  # type: ignore[call-overload]
    )


def request(**values: object) -> Request:
    request = {"sha256": "0", "strict": True, "bounds": Bounds(), "limits": LIMITS, **values}
    return Request(**request)  # type: ignore[arg-type]


def answers(data: bytes, path: Path, **values: object) -> list[dict]:
    """Return what a fresh worker says of a file, with its greeting."""
    path.write_bytes(data)
    script = "import sys; from django_event_pdfs.pdf.worker import main; main(sys.argv[1])"
    with path.open("rb") as file:
        done = run(script, request(**values).as_json(), stdin=file)
    assert (done.returncode, done.stderr) == (0, b"")
    greeting, *lines = map(json.loads, done.stdout.splitlines())
    assert greeting > 0
    return lines


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.pdf"


def test_a_good_file_is_answered_at_once(path):
    [answer] = answers(make_pdf(pages=3), path)

    assert answer["facts"]["pages"] == 3


def test_a_damaged_file_is_announced_and_then_answered(path):
    announced, answer = answers(pdfs.truncated(), path)

    assert announced == {"recovering": True}
    assert answer["refusal"]["code"] == "damaged"


def test_what_is_known_to_be_damaged_is_not_parsed_strictly(path):
    announced, answer = answers(make_pdf() + b"startxref\n0\n", path, strict=False)

    assert announced == {"recovering": True}
    assert answer["findings"]["repaired"]


def test_a_file_over_its_bounds_is_not_mended(path):
    [answer] = answers(pdfs.with_objects(100), path, bounds=Bounds(objects=99))

    assert answer["refusal"]["params"]["exceeded"] == "objects"


@pytest.mark.parametrize(
    "data",
    [make_pdf(title="Été"), pdfs.truncated(), pdfs.without_pages(), make_pdf() + b"startxref\n0\n"],
)
def test_an_inspection_survives_the_way(data, path):
    path.write_bytes(data)
    inspection = inspect(path)
    inspection = replace(inspection, findings=replace(inspection.findings, appended=0))

    said = json.loads(json.dumps(messages.as_json(inspection)))

    assert messages.from_json(said) == inspection


def test_a_request_survives_the_way():
    asked = request(strict=False, bounds=Bounds(objects=7), limits=Limits(wall=2.5))

    assert Request.from_json(asked.as_json()) == asked


@pytest.mark.parametrize(
    ("refusal", "mended"),
    [
        (Refusal("damaged"), True),
        (Refusal("damaged", {"exceeded": "time"}), False),
        (Refusal("encrypted"), False),
    ],
)
def test_only_the_damaged_may_be_mended(refusal, mended):
    assert worker.may_be_mended(messages.Inspection(refusal=refusal)) is mended


def test_where_no_process_can_be_forked_that_is_said(monkeypatch):
    def refuse():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    control, channel = socket.socketpair()
    ours, theirs = socket.socketpair()
    workers: dict = {}
    with control, channel, ours:
        worker._fork(control, workers, theirs)
        assert (ours.recv(100), ours.recv(100), workers) == (b"0\n", b"", {})
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_windows_has_verdicts_too(path):
    script = (
        _WINDOWS
        + """
from django_event_pdfs.pdf import inspect, isolation
for path in sys.argv[1:]:
    refusal = inspect(path, isolate="always").refusal
    print(refusal.code if refusal else "accepted")
"""
    )
    path.write_bytes(make_pdf())
    path.with_name("b.pdf").write_bytes(pdfs.truncated())
    done = run(script, str(path), str(path.with_name("b.pdf")))

    assert (done.stdout.split(), done.stderr) == ([b"accepted", b"damaged"], b"")


def test_a_worker_on_windows_answers(path):
    path.write_bytes(pdfs.truncated())
    script = _WINDOWS + "from django_event_pdfs.pdf.worker import main; main(sys.argv[1])"
    with path.open("rb") as file:
        done = run(script, request().as_json(), stdin=file)

    assert json.loads(done.stdout.splitlines()[-1])["refusal"]["code"] == "damaged"
    assert (done.returncode, done.stderr) == (0, b"")
